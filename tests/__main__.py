"""`python -m tests`: the whole suite, in two lanes at once.

Tests with real servers mostly wait, those in a browser and those without servers mostly compute: side by side they take
little longer than the first alone. Arguments go to one pytest instead. Interrupted, each pytest ends as it does by
itself, with what it started.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import IO

PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
SERVERS = ("-m", "live", "--ignore=tests/browser", "--ignore=tests/ui")
ASIDE = (("-m", "live", "tests/browser", "tests/ui"), ("-m", "not live"))


def main(arguments: Sequence[str]) -> int:
    """Runs the tests. Returns 0 when all passed."""
    if arguments:
        return _wait(subprocess.Popen([sys.executable, "-m", "pytest", *arguments]))
    with tempfile.TemporaryFile("w+") as said:
        print("Tests in a browser and those without servers run beside those below; what they say follows.", flush=True)
        aside = _Aside(said)
        aside.start()
        code = _wait(subprocess.Popen([*PYTEST, *SERVERS]))
        aside.finish(interrupted=code == _INTERRUPTED)
        said.seek(0)
        print("\nIn a browser, and without servers:", said.read(), sep="\n", flush=True)
    return code or aside.code


_INTERRUPTED = 2
"""What pytest returns then."""


class _Aside(threading.Thread):
    """Runs one pytest after the other; what they say goes to a file."""

    def __init__(self, said: IO[str]) -> None:
        super().__init__()
        self.said, self.code, self._stopping = said, 0, False

    def run(self) -> None:
        for arguments in ASIDE:
            if not self._stopping:
                process = subprocess.Popen([*PYTEST, *arguments], stdout=self.said, stderr=self.said)
                self.code = process.wait() or self.code

    def finish(self, *, interrupted: bool) -> None:
        """Waits for what runs, and if nobody interrupted it for the rest."""
        self._stopping = interrupted
        while self.is_alive():
            with contextlib.suppress(KeyboardInterrupt):
                self.join()


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The process's exit code. An interruption reaches it too, so it is waited for until it has cleaned up."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
