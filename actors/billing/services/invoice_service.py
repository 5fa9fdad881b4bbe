"""Invoices and credit notes: listed, shown with what is behind them, fetched, computed again, taken back, given up."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC

from google.api.httpbody_pb2 import HttpBody

from actors.api.billing.v1 import (
    DownloadInvoiceRequest,
    GetInvoiceRequest,
    InvoiceServiceServicer,
    InvoiceVerification,
    ListInvoiceLineUsageRequest,
    ListInvoiceLineUsageResponse,
    ListInvoicesRequest,
    ListInvoicesResponse,
    VerifyInvoiceRequest,
    VoidInvoiceRequest,
    WriteOffInvoiceRequest,
)
from actors.api.billing.v1 import Invoice as InvoiceMessage
from actors.api.billing.v1 import InvoiceLine as InvoiceLineMessage
from actors.billing.behind import UsageBehind
from actors.billing.bookkeeping import posted
from actors.billing.domain import ledger
from actors.billing.domain.invoice import Invoice, State
from actors.billing.issuing import Issuing
from actors.billing.papers import Papers
from actors.billing.rerating import Rerating
from actors.billing.standing import credited_of, lines_of
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.errors import NotFound
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Condition, Eq, In, Ne, Order
from actors.kernel.store.unit import Store

_NEWEST_FIRST = Order("create_time", descending=True)
_NUMBER = re.compile("[0-9-]+")


class InvoiceService(InvoiceServiceServicer):
    """What tenants owe, and what they are credited. Drafts are the provider's business: no tenant sees them."""

    def __init__(
        self,
        room: Room,
        issuing: Issuing,
        subscriptions: Subscriptions,
        papers: Papers,
        rerating: Rerating,
    ) -> None:
        self.room, self.clock = room, room.clock
        self.issuing, self.subscriptions, self.papers, self.rerating = issuing, subscriptions, papers, rerating
        self.behind = UsageBehind(room)
        self.store: Store[BooksUnit] = room.books

    async def ListInvoices(self, request: ListInvoicesRequest, call: Call) -> ListInvoicesResponse:
        async with self.store.unit(call) as unit:
            page = await unit.invoices.page(*_conditions(request, call), order=_NEWEST_FIRST, request=request)
        return ListInvoicesResponse(
            invoices=[_message(invoice) for invoice in page.items], next_page_token=page.next_page_token
        )

    async def GetInvoice(self, request: GetInvoiceRequest, call: Call) -> InvoiceMessage:
        async with self.store.unit(call) as unit:
            invoice = await self._seen(unit, request.id, call)
            lines = await lines_of(unit, invoice)
        return _message(invoice, lines=[wire.message(InvoiceLineMessage, line) for line in lines])

    async def DownloadInvoice(self, request: DownloadInvoiceRequest, call: Call) -> AsyncIterator[HttpBody]:
        async with self.store.unit(call, aside=True) as unit:
            invoice = await self._seen(unit, request.id, call)
        name = await self.papers.kept(invoice)
        # As mails attach it.
        call.response_headers.append(("content-disposition", f'attachment; filename="{invoice.number}.pdf"'))
        async for piece in self.papers.read(name):
            yield HttpBody(content_type="application/pdf", data=piece)

    async def ListInvoiceLineUsage(
        self, request: ListInvoiceLineUsageRequest, call: Call
    ) -> ListInvoiceLineUsageResponse:
        async with self.store.unit(call) as unit:
            invoice = await self._seen(unit, request.id, call)
            line = await unit.lines.of(invoice.tenant_id).get(request.line_id)
            if line.invoice_id != invoice.id:
                raise NotFound(kind="invoice line", id=request.line_id)
            return await self.behind.listed(unit, line, request, call)

    async def VerifyInvoice(self, request: VerifyInvoiceRequest, call: Call) -> InvoiceVerification:
        async with self.store.unit(call) as unit:
            found = await self.rerating.rerated(unit, await unit.invoices.get(request.id))
        return wire.message(InvoiceVerification, found.verification, event_count=found.events)

    async def VoidInvoice(self, request: VoidInvoiceRequest, call: Call) -> InvoiceMessage:
        now = self.clock.now()
        async with self.store.unit(call) as unit:
            invoice = await self._own(unit, request.id, request.etag)
            account = await unit.accounts.of(invoice.tenant_id).get(invoice.tenant_id)
            note_id = self.clock.new_id("inv")
            voided, _ = await self.issuing.void(unit, invoice, account, request.reason.strip(), now, note_id)
            if voided is not invoice:
                await self.subscriptions.paid(unit, voided, now)
            return _message(voided)

    async def WriteOffInvoice(self, request: WriteOffInvoiceRequest, call: Call) -> InvoiceMessage:
        """Gives up what is owed, and nothing else: what the tenant may use stays as it is."""
        now = self.clock.now()
        async with self.store.unit(call) as unit:
            invoice = await self._own(unit, request.id, request.etag)
            credited = (await credited_of(unit, invoice)).whole_minor
            after = invoice.written_off(request.reason.strip(), now, credited)
            if after is not invoice:
                account = await unit.accounts.of(invoice.tenant_id).get(invoice.tenant_id)
                posted(unit, account, now, ledger.invoice_written_off(invoice, now))
                after = unit.invoices.of(invoice.tenant_id).put(after)
            return _message(after)

    async def _seen(self, unit: BooksUnit, id: str, call: Call) -> Invoice:
        invoice = await unit.invoices.get(id)
        if invoice.state is State.DRAFT and not _staff(call):
            raise NotFound(kind="invoice", id=id)
        return invoice

    @staticmethod
    async def _own(unit: BooksUnit, id: str, etag: str) -> Invoice:
        """As its tenant's, which is how it is changed: so that all that the unit writes of it is one record."""
        invoice = await unit.invoices.get(id, etag)
        return await unit.invoices.of(invoice.tenant_id).get(id)


def _staff(call: Call) -> bool:
    return call.principal.realm == PLATFORM


def _conditions(request: ListInvoicesRequest, call: Call) -> list[Condition]:
    where: list[Condition] = [] if _staff(call) else [Ne("state", State.DRAFT.name)]
    if states := {wire.enum_name(InvoiceMessage.State.DESCRIPTOR, state) for state in request.states} - {""}:
        where.append(In("state", tuple(sorted(states))))
    if request.subscription_id:
        where.append(Eq("subscription_id", request.subscription_id))
    if request.HasField("issued_from") or request.HasField("issued_to"):
        low = request.issued_from.ToDatetime(UTC) if request.HasField("issued_from") else None
        high = request.issued_to.ToDatetime(UTC) if request.HasField("issued_to") else None
        where.append(Between("issue_time", low, high))
    if number := request.number.strip():
        where.append(_beginning_with(number) if _NUMBER.fullmatch(number) else Eq("number", number))
    return where


def _beginning_with(number: str) -> Condition:
    """All numbers that begin so: up to what would come after the last of them."""
    return Between("number", number, number[:-1] + chr(ord(number[-1]) + 1))


def _message(invoice: Invoice, **more: object) -> InvoiceMessage:
    return wire.message(InvoiceMessage, invoice, **more)
