"""`python -m tests`: the whole suite, in two lanes at once.

Tests with real servers mostly wait, those in a browser and those without servers mostly compute: side by side they take
little longer than one of them alone. The suite is cut into parts, each one pytest; a lane that has ended a part takes
the next one, so both work until the end. Arguments go to one pytest instead. Interrupted, each pytest ends as it does
by itself, with what it started.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Without that name: hundreds of processes would compile the same sources, each for itself."""
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
LIVE, QUICK = ("-m", "live"), ("-m", "not live")


def _but(*folders: str) -> tuple[str, ...]:
    """All tests but those of the folders."""
    return tuple(f"--ignore={folder}" for folder in folders)


PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("over the whole platform", (*LIVE, "tests/journeys")),
    ("in a browser", (*LIVE, "tests/browser")),
    ("with servers", (*LIVE, *_but("tests/journeys", "tests/browser", "tests/ui"))),
    ("of the web application", (*LIVE, "tests/ui")),
    ("of Billing, without servers", (*QUICK, "tests/billing")),
    ("of everything else, without servers", (*QUICK, *_but("tests/billing"))),
)
"""Together every test once. The long ones first: the short ones fill what is left of a lane."""


def main(arguments: Sequence[str]) -> int:
    """Runs the tests. Returns 0 when all passed."""
    if arguments:
        return _wait(subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=ENVIRONMENT))
    parts = Parts()
    with tempfile.TemporaryFile("w+") as said:
        print("Two parts of the tests run at a time; what those beside the ones below say follows them.", flush=True)
        aside = threading.Thread(target=parts.run, args=(said,))
        aside.start()
        parts.run(None)
        while aside.is_alive():
            with contextlib.suppress(KeyboardInterrupt):
                aside.join()
        said.seek(0)
        print("\nBeside those:", said.read(), sep="\n", flush=True)
    print(*parts.times, sep="\n", flush=True)
    return parts.code


class Parts:
    """The parts of the suite, each run once by whoever is free."""

    def __init__(self) -> None:
        self.code = 0
        self.times: list[str] = []
        self._lock, self._left, self._interrupted = threading.Lock(), list(PARTS), False

    def run(self, said: IO[str] | None) -> None:
        """Runs one part after the other until none is left or somebody interrupts; what they say goes to `said`."""
        while (part := self._next()) is not None:
            name, arguments = part
            begin = time.monotonic()
            print(f"\nTests {name}:", file=said, flush=True)
            code = _wait(subprocess.Popen([*PYTEST, *arguments], env=ENVIRONMENT, stdout=said, stderr=said))
            with self._lock:
                self.code = self.code or code
                self.times.append(
                    f"{time.monotonic() - begin:5.0f} s for the tests {name}" + (" (failed)" * bool(code))
                )
                self._interrupted = self._interrupted or code == _INTERRUPTED

    def _next(self) -> tuple[str, tuple[str, ...]] | None:
        with self._lock:
            return self._left.pop(0) if self._left and not self._interrupted else None


_INTERRUPTED = 2
"""What pytest returns then."""


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The process's exit code. An interruption reaches it too, so it is waited for until it has cleaned up."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
