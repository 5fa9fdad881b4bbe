"""What one check of the doctor found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """`mend` says what to do; empty when all is well."""

    level: Level
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    return Finding("ok", what)


def warn(what: str, mend: str) -> Finding:
    return Finding("warn", what, mend)


def fail(what: str, mend: str) -> Finding:
    return Finding("fail", what, mend)
