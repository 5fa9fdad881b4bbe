"""A small module with books: accounts, and transfers between them as double entries. It has two revisions."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from actors.kernel.errors import AlreadyExists
from actors.kernel.records import Announcement, Record, text
from actors.kernel.store.contract import Collection, Index, Reach
from actors.kernel.store.unit import Records, Unit


class NumberTaken(AlreadyExists):
    message = "there is an account {number} already"


class Side(enum.Enum):
    ASSET = 1
    LIABILITY = 2


@dataclass(frozen=True, kw_only=True)
class TenantRestored(Announcement):
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class Address:
    city: str
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    number: str = text(40)
    name: str = ""
    side: Side = Side.ASSET
    balance_minor: int = 0
    open: bool = True
    labels: tuple[str, ...] = ()
    address: Address | None = None
    close_time: datetime | None = None
    memo: str = "-"


@dataclass(frozen=True, kw_only=True)
class Transfer(Record):
    create_time: datetime
    reference: str = ""
    scan: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Entry(Record):
    transfer_id: str = text(64)
    account_id: str = text(64)
    amount_minor: int = 0


ACCOUNTS = Collection(
    "ledger_accounts",
    Account,
    Reach.PROVIDER,
    indexes=(Index(("number",), unique=True, error=NumberTaken), Index(("tenant_id", "balance_minor", "id"))),
    search=("name", "number"),
)
TRANSFERS = Collection(
    "ledger_transfers", Transfer, Reach.PROVIDER, indexes=(Index(("tenant_id", "create_time", "id")),)
)
ENTRIES = Collection(
    "ledger_entries",
    Entry,
    Reach.PROVIDER,
    indexes=(Index(("transfer_id",)), Index(("tenant_id", "account_id", "id"))),
    kind="ledger entry",
)
COLLECTIONS = (ACCOUNTS, TRANSFERS, ENTRIES)
MIGRATIONS = Path(__file__).parent / "migrations"


class LedgerUnit(Unit):
    @cached_property
    def accounts(self) -> Records[Account]:
        return Records(self, ACCOUNTS)

    @cached_property
    def transfers(self) -> Records[Transfer]:
        return Records(self, TRANSFERS)

    @cached_property
    def entries(self) -> Records[Entry]:
        return Records(self, ENTRIES)
