"""The components' logs: set aside by size, read at their end, followed over a change of file."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

KEPT = 3


def rotate(log: Path, limit_bytes: int) -> None:
    """Sets a log aside that has grown past the limit; the last KEPT are kept, `.1` the newest. For before a start."""
    if size(log) <= limit_bytes:
        return
    for number in range(KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))


def size(log: Path) -> int:
    """Bytes of the file; 0 when there is none."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def last_lines(log: Path, count: int, begin: int = 0, end: int | None = None) -> list[str]:
    """The last lines of the file, or of what stands between `begin` and `end`; none when there is no file."""
    try:
        with open(log, "rb") as file:
            stop = file.seek(0, 2) if end is None else end
            # Enough for lines of a thousand bytes; a longer last line still comes as a whole up to that.
            start = file.seek(max(begin, stop - max(count, 1) * 1024, 0))
            text = file.read(max(stop - start, 0)).decode(errors="replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-count:] if count > 0 else []


def follow(
    logs: Callable[[], list[Path]], begin: Mapping[Path, int], seconds: float = 0.2
) -> Iterator[tuple[Path, str]]:
    """New lines of the files as they are written, for ever, from the given positions on.

    Files that have none, and those that are replaced, are read from their begin. `logs` is asked again every round.
    """
    places: dict[Path, tuple[int, int]] = {}
    while True:
        quiet = True
        for path in logs():
            try:
                with open(path, "rb") as file:
                    inode = os.fstat(file.fileno()).st_ino
                    known, position = places.get(path, (inode, begin.get(path, 0)))
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
        if quiet:
            time.sleep(seconds)
