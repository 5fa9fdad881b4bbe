"""`python -m tests`: the whole suite, in two processes at once.

Tests with real servers mostly wait, the others mostly compute: side by side they take little longer than the first
alone. Arguments go to one pytest instead. Interrupted, both end as pytest does, with what they started.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence

PYTEST = (sys.executable, "-m", "pytest")


def main(arguments: Sequence[str]) -> int:
    """Runs the tests. Returns 0 when all passed."""
    if arguments:
        return _wait(subprocess.Popen([*PYTEST, *arguments]))
    with tempfile.TemporaryFile("w+") as aside:
        print("Tests without servers run beside those below; what they say follows at the end.", flush=True)
        others = subprocess.Popen([*PYTEST, "-m", "not live", "-p", "no:cacheprovider"], stdout=aside, stderr=aside)
        live = _wait(subprocess.Popen([*PYTEST, "-m", "live"]))
        code = _wait(others)
        aside.seek(0)
        print("\nTests without servers:", aside.read(), sep="\n", flush=True)
    return live or code


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The process's exit code. An interruption reaches it too, so it is waited for until it has cleaned up."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
