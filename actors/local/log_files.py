"""The components' logs: set aside by size, read at their end, followed over a change of file."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

KEPT = 3


def rotate(log: Path, limit_bytes: int) -> None:
    """Sets a log aside that has grown past the limit; the last KEPT are kept, `.1` the newest. For before a start."""
    if not log.exists() or log.stat().st_size <= limit_bytes:
        return
    for number in range(KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))


def last_lines(log: Path, count: int, begin: int = 0) -> list[str]:
    """The last lines of the file, or of what stands after `begin`; none when there is no file."""
    try:
        with open(log, "rb") as file:
            size = file.seek(0, 2)
            # Enough for lines of a thousand bytes; a longer last line still comes as a whole up to that.
            file.seek(max(begin, size - max(count, 1) * 1024, 0))
            lines = deque(file.read().decode(errors="replace").splitlines(), maxlen=count)
    except FileNotFoundError:
        return []
    return list(lines)


def follow(logs: Callable[[], list[Path]], seconds: float = 0.2) -> Iterator[tuple[Path, str]]:
    """New lines of the files as they are written, for ever.

    Files that appear or are replaced are read from their begin. `logs` is asked again every round. What the files
    hold at the first call is left out.
    """
    places: dict[Path, tuple[int, int]] = {}
    first = True
    while True:
        quiet = True
        for path in logs():
            try:
                with open(path, "rb") as file:
                    inode = os.fstat(file.fileno()).st_ino
                    known, position = places.get(path, (inode, file.seek(0, 2) if first else 0))
                    if known != inode or file.seek(0, 2) < position:
                        position = 0
                    file.seek(position)
                    chunk = file.read()
            except FileNotFoundError:
                continue
            complete = chunk[: chunk.rfind(b"\n") + 1]
            places[path] = (inode, position + len(complete))
            for line in complete.decode(errors="replace").splitlines():
                quiet = False
                yield path, line
        first = False
        if quiet:
            time.sleep(seconds)
