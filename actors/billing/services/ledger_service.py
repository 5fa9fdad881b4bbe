"""The books: listed, summed, proven."""

from __future__ import annotations

from actors.api.billing.v1 import (
    GetLedgerBalanceRequest,
    GetLedgerProofRequest,
    LedgerAccountType,
    LedgerBalance,
    LedgerServiceServicer,
    ListLedgerEntriesRequest,
    ListLedgerEntriesResponse,
    ProveLedgerRequest,
)
from actors.api.billing.v1 import LedgerEntry as LedgerEntryMessage
from actors.api.billing.v1 import LedgerProof as LedgerProofMessage
from actors.billing.domain.ledger import AccountType
from actors.billing.domain.proof import PROOF
from actors.billing.proving import Proving
from actors.billing.store import BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Condition, Eq, In, Order
from actors.kernel.store.unit import Store

_NEWEST_FIRST = Order("post_time", descending=True)


class LedgerService(LedgerServiceServicer):
    """Entries are read here, and written by what causes them."""

    def __init__(self, room: Room, proving: Proving) -> None:
        self.proving = proving
        self.store: Store[BooksUnit] = room.books

    async def ListLedgerEntries(self, request: ListLedgerEntriesRequest, call: Call) -> ListLedgerEntriesResponse:
        where: list[Condition] = []
        if request.source_id:
            where.append(Eq("source_id", request.source_id))
        if request.account_type:
            where.append(Eq("account_type", wire.enum_name(LedgerAccountType.DESCRIPTOR, request.account_type)))
        async with self.store.unit(call) as unit:
            await unit.accounts.get(request.tenant_id)
            page = await unit.ledger.page(*where, order=_NEWEST_FIRST, request=request)
        return ListLedgerEntriesResponse(
            entries=[wire.message(LedgerEntryMessage, entry) for entry in page.items],
            next_page_token=page.next_page_token,
        )

    async def GetLedgerBalance(self, request: GetLedgerBalanceRequest, call: Call) -> LedgerBalance:
        async with self.store.unit(call) as unit:
            account = await unit.accounts.get(request.tenant_id)
            rows = await unit.ledger.group(
                In("account_type", (AccountType.RECEIVABLE.name, AccountType.CREDIT.name)),
                by=("currency", "account_type"),
                sums=("amount_minor",),
            )
        sums = {(row["currency"], row["account_type"]): int(row["amount_minor"]) for row in rows}
        currencies = sorted({account.currency, *(currency for currency, _ in sums)})
        return LedgerBalance(
            tenant_id=account.tenant_id,
            amounts=[
                LedgerBalance.Amount(
                    currency=currency,
                    owed_minor=sums.get((currency, AccountType.RECEIVABLE.name), 0),
                    credit_minor=-sums.get((currency, AccountType.CREDIT.name), 0),
                )
                for currency in currencies
            ],
        )

    async def GetLedgerProof(self, request: GetLedgerProofRequest, call: Call) -> LedgerProofMessage:
        async with self.store.unit(call) as unit:
            return wire.message(LedgerProofMessage, await unit.proofs.get(PROOF))

    async def ProveLedger(self, request: ProveLedgerRequest, call: Call) -> LedgerProofMessage:
        proof = await self.proving.prove(call)
        async with self.store.unit(call) as unit:
            return wire.message(LedgerProofMessage, await self.proving.keep(unit, proof))
