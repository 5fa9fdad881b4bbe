"""What domains are made of: immutable records, and the announcements that a change to them carries."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Something that happened, told to other modules. Named and shaped like a message of the module's events.proto."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One stored thing. A change makes the next record; the store writes it if nobody else was faster."""

    id: str
    tenant_id: str = ""
    """The tenant it belongs to; empty for the platform's own. Set by the store from the call."""
    version: int = 0
    """How often it was written; 0 before the first time."""
    announcements: tuple[Announcement, ...] = field(default=(), compare=False, repr=False)
    """What to tell others when this record is written; never stored with it."""

    @property
    def etag(self) -> str:
        return str(self.version)

    def but(self, *announcements: Announcement, **changes: Any) -> Self:
        """The next record: these fields changed, and these announcements made when it is written."""
        return dataclasses.replace(self, **changes, announcements=(*self.announcements, *announcements))


def secret(*, length: int | None = None, **kwargs: Any) -> Any:
    """A field whose value never appears in audit entries, logs or exports; `length` as for `text`."""
    return field(metadata={"secret": True, "length": length}, **kwargs)


def text(length: int, **kwargs: Any) -> Any:
    """A text field of at most so many characters, where the store has to know: SQL keeps a longer one aside of the
    row, and an index has room for so much. A longer value is refused as a fault of ours: rules of requests come first.
    """
    return field(metadata={"length": length}, **kwargs)
