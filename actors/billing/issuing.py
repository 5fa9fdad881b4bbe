"""Issuing: a draft is checked, numbered, posted to the ledger, and waits for its payment. In one unit."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from actors.api.billing.v1 import InvoiceDrafted
from actors.billing.bookkeeping import posted
from actors.billing.domain import ledger
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.account import State as AccountState
from actors.billing.domain.billed_period import period_id
from actors.billing.domain.credit import put_on
from actors.billing.domain.credit_note import void_note
from actors.billing.domain.invariants import Breach, Examined, breaches, must_be_sane
from actors.billing.domain.invoice import Invoice, Kind, Reason, State, invoice_number
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.payment_method import Provider
from actors.billing.keeping import InvoiceNumbers
from actors.billing.settings import BillingSettings
from actors.billing.standing import credited_of, invoices_of, lines_from, lines_of, open_invoices
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.call import Call
from actors.kernel.mail import Mail
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)


class Breached(Exception):
    """A draft that a call would issue breaks invariants: see `Issuing.parking`."""

    def __init__(self, found: Sequence[Breach], invoice: Invoice) -> None:
        super().__init__("; ".join(str(breach) for breach in found))
        self.found, self.invoice = found, invoice


class Issuing:
    """Issues invoices and credit notes."""

    def __init__(self, room: Room, subscriptions: Subscriptions) -> None:
        self.clock, self.subscriptions = room.clock, subscriptions
        self.settings: BillingSettings = room.settings
        self.books: Store[BooksUnit] = room.books

    async def issue(
        self, unit: BooksUnit, invoice: Invoice, lines: Sequence[InvoiceLine], account: BillingAccount, at: datetime
    ) -> tuple[Invoice, BillingAccount]:
        """Stages a draft as issued, with its number, its buyer, the credit it takes and its entries. Returns both as
        they will be stored; the caller has staged the lines.

        A draft that breaks an invariant stays one, and parks the account with the reason: nothing is charged. So does
        a draft of a parked account. What is issued already is left as it is. Two at once contend for the year's
        number: the unit that comes second is run again.
        """
        if invoice.state is not State.DRAFT:
            return invoice, account
        if account.state is AccountState.PARKED:
            return self._put(unit, invoice), account
        if found := await self.breaches(unit, invoice, lines, account):
            return self._put(unit, invoice), self.park(unit, account, found, invoice, at)
        number = await self._number(unit, at)
        due = await self._due_time(unit, invoice, account, at)
        issued = self._put(
            unit, invoice.issued(number, account.party, at, due, credit_available_minor=max(0, account.credit_minor))
        )
        account = posted(unit, account, at, *ledger.invoice_issued(issued, at))
        return issued, await self.use_credit(unit, account, issued.id, at)

    async def issue_for_call(
        self, unit: BooksUnit, invoice: Invoice, lines: Sequence[InvoiceLine], account: BillingAccount, at: datetime
    ) -> tuple[Invoice, BillingAccount]:
        """`issue` of what somebody asks for and waits for, together with its lines: a breach leaves nothing of it.

        Raises AccountParked, InvariantBroken for a line that is too large to be charged, and Breached within `parking`.
        """
        account.must_be_open()
        must_be_sane(lines, self.settings.most_line_minor)
        if found := await self.breaches(unit, invoice, lines, account):
            raise Breached(found, invoice)
        return await self.issue_with(unit, invoice, lines, account, at)

    async def issue_with(
        self, unit: BooksUnit, invoice: Invoice, lines: Sequence[InvoiceLine], account: BillingAccount, at: datetime
    ) -> tuple[Invoice, BillingAccount]:
        """`issue` of a new draft, and its lines staged."""
        for line in lines:
            unit.lines.of(invoice.tenant_id).put(line)
        # It is issued right here: nobody is to be asked for it.
        quiet = replace(invoice, announcements=())
        return await self.issue(unit, quiet, lines, account, at)

    @contextlib.asynccontextmanager
    async def parking(self, call: Call, tenant_id: str) -> AsyncIterator[None]:
        """Around the unit of a call: when that was left because of a breach, the account is parked in another one, and
        the caller is told. Raises InvariantBroken."""
        try:
            yield
        except Breached as breached:
            async with self.books.unit(call, aside=True) as unit:
                account = await unit.accounts.of(tenant_id).get(tenant_id)
                self.park(unit, account, breached.found, breached.invoice, self.clock.now())
            raise breached.found[0].error() from None

    async def use_credit(
        self, unit: BooksUnit, account: BillingAccount, source_id: str, at: datetime
    ) -> BillingAccount:
        """Stages the account's credit as put on what is open, the oldest first, with what follows of that: to be
        called whenever credit comes. `source_id` is what gave it; it is put on an invoice once for each source.

        An invoice whose payment is under way is left to that: it would bring more than is owed.
        """
        if account.credit_minor <= 0:
            return account
        waiting = []
        for invoice in await open_invoices(unit, account.tenant_id):
            if await unit.payments.of(account.tenant_id).one(Eq("open_key", invoice.id)) is None:
                waiting.append(invoice)
        before = {invoice.id: invoice for invoice in waiting}
        for applied in put_on(waiting, account.credit_minor, at):
            used = ledger.credit_used(before[applied.invoice.id], applied.applied_minor, at, source_id)
            paid = self._put(unit, applied.invoice)
            account = posted(unit, account, at, used)
            await self.subscriptions.paid(unit, paid, at)
        return account

    async def breaches(
        self, unit: BooksUnit, invoice: Invoice, lines: Sequence[InvoiceLine], account: BillingAccount
    ) -> tuple[Breach, ...]:
        """What is wrong with a draft: empty when it may be issued."""
        others: list[Invoice] = []
        other_lines: list[InvoiceLine] = []
        starts = [line.start_time for line in lines if line.start_time is not None]
        if invoice.kind is Kind.INVOICE and invoice.subscription_id and starts:
            found = await lines_from(unit, invoice.tenant_id, invoice.subscription_id, min(starts))
            other_lines = [line for line in found if line.invoice_id != invoice.id]
            others = await invoices_of(unit, invoice.tenant_id, other_lines)
        return breaches(
            Examined(invoice, lines, account, others, other_lines, most_line_minor=self.settings.most_line_minor)
        )

    def park(
        self, unit: BooksUnit, account: BillingAccount, found: Sequence[Breach], invoice: Invoice, at: datetime
    ) -> BillingAccount:
        """Stages the account as parked for what is wrong with an invoice, and tells the provider."""
        reason = f"invoice {invoice.id}: " + "; ".join(str(breach) for breach in found)
        log.error("billing of %s is parked: %s", account.tenant_id, reason)
        parked = unit.accounts.of(account.tenant_id).put(account.parked(reason, at))
        if account.state is AccountState.OPEN and self.settings.seller_email:
            unit.mail(_parked_mail(self.settings.seller_email, parked))
        return parked

    async def drafted(self, events: Sequence[InvoiceDrafted], call: Call) -> None:
        """Issues the drafts of many events in one unit, in order of their ids, so that the number is taken once.

        A draft that waits for the usage of the period before is left to whoever completes it.
        """
        asked = sorted({(event.tenant_id, event.invoice_id) for event in events})
        async with self.books.unit(call) as unit:
            for tenant_id, invoice_id in asked:
                invoice = await unit.invoices.of(tenant_id).find(invoice_id)
                account = await unit.accounts.of(tenant_id).find(tenant_id)
                if invoice is None or account is None or invoice.state is not State.DRAFT:
                    continue
                if not await self.waits(unit, invoice):
                    await self.issue(unit, invoice, await lines_of(unit, invoice), account, self.clock.now())

    async def waits(self, unit: BooksUnit, invoice: Invoice) -> bool:
        """Whether the usage of the period that ended is still to come on this draft."""
        if invoice.state is not State.DRAFT or invoice.reason is not Reason.CYCLE or not invoice.opens_period:
            return False
        ended = await unit.periods.of(invoice.tenant_id).find(
            period_id(invoice.subscription_id, invoice.period_number - 1)
        )
        return ended is not None and ended.close_time is None

    async def void(
        self, unit: BooksUnit, invoice: Invoice, account: BillingAccount, reason: str, at: datetime, note_id: str
    ) -> tuple[Invoice, BillingAccount]:
        """Stages an OPEN invoice as taken back by a credit note over what is unpaid of it, which is issued too.

        Raises InvoiceState for another than an OPEN one; one that is VOID already is left as it is.
        """
        voided = invoice.voided(reason, at, (await credited_of(unit, invoice)).whole_minor)
        if voided is invoice:
            return invoice, account
        note, lines = void_note(invoice, await lines_of(unit, invoice), id=note_id, at=at)
        voided = unit.invoices.of(invoice.tenant_id).put(voided)
        account = posted(unit, account, at, ledger.invoice_voided(invoice, note, at))
        for line in lines:
            unit.lines.of(invoice.tenant_id).put(line)
        _, account = await self.issue(unit, note, lines, account, at)
        return voided, await self.use_credit(unit, account, note.id, at)

    @staticmethod
    def _put(unit: BooksUnit, invoice: Invoice) -> Invoice:
        return unit.invoices.of(invoice.tenant_id).put(invoice)

    async def _number(self, unit: BooksUnit, at: datetime) -> str:
        year = f"{at.year:04d}"
        numbers = await unit.numbers.find(year) or InvoiceNumbers(id=year)
        taken = unit.numbers.put(numbers.but(last=numbers.last + 1))
        return invoice_number(at.year, taken.last)

    async def _due_time(self, unit: BooksUnit, invoice: Invoice, account: BillingAccount, at: datetime) -> datetime:
        """At once for those who are charged by a provider; who pays by transfer has some days."""
        method_id = account.default_payment_method_id
        if invoice.subscription_id:
            subscription = await unit.subscriptions.of(invoice.tenant_id).find(invoice.subscription_id)
            if subscription is not None and subscription.payment_method_id:
                method_id = subscription.payment_method_id
        method = await unit.payment_methods.of(invoice.tenant_id).find(method_id) if method_id else None
        charged = method is not None and method.provider is not Provider.MANUAL
        return at if charged else at + timedelta(days=self.settings.net_days)


def _parked_mail(to: str, account: BillingAccount) -> Mail:
    name = account.party.name or account.tenant_id
    text = (
        f"Billing of {name} ({account.tenant_id}) is stopped: an invoice would not have been right.\n\n"
        f"{account.park_reason}\n\n"
        "Nothing was charged. Look at the account in Billing, put right what is wrong, and let billing go on there.\n"
    )
    return Mail(to=to, subject=f"Billing of {name} is stopped", text=text, kind="billing.parked")
