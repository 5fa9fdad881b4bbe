"""What the sandbox remembers: a port of one record at a time, so that any durable store can keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class SandboxRecord:
    """One record. `data` is JSON; nobody changes it in place."""

    key: str
    revision: int
    """Rises by one with each write; the first is 1."""
    data: Mapping[str, Any]


class SandboxState(Protocol):
    """Keeps records by key.

    Any number of replicas share one state. A write is atomic and durable before `write` returns, and every later read
    of any replica sees it.
    """

    async def read(self, key: str) -> SandboxRecord | None: ...

    async def write(self, key: str, data: Mapping[str, Any] | None, revision: int) -> bool:
        """Writes only if the record still has this revision (0: if there is none); None deletes it. Tells whether."""
        ...

    async def list(self, prefix: str, *, after: str = "", limit: int = 100) -> list[SandboxRecord]:
        """Records whose key begins so and is greater than `after`, by key."""
        ...


class MemorySandboxState:
    """A state for tests and for one process; gone with it."""

    def __init__(self) -> None:
        self._records: dict[str, SandboxRecord] = {}

    async def read(self, key: str) -> SandboxRecord | None:
        return self._records.get(key)

    async def write(self, key: str, data: Mapping[str, Any] | None, revision: int) -> bool:
        found = self._records.get(key)
        if (found.revision if found else 0) != revision:
            return False
        if data is None:
            self._records.pop(key, None)
        else:
            self._records[key] = SandboxRecord(key, revision + 1, dict(data))
        return True

    async def list(self, prefix: str, *, after: str = "", limit: int = 100) -> list[SandboxRecord]:
        keys = sorted(key for key in self._records if key.startswith(prefix) and key > after)
        return [self._records[key] for key in keys[:limit]]


_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def lettered(hexadecimal: str) -> str:
    """The same in letters: digits in a row would now and then be refused as a card number."""
    return hexadecimal.translate(_LETTERS)
