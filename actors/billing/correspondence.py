"""What Billing writes to tenants and to the provider: decided in words here, sent once the unit is committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.invoice import Invoice, Kind
from actors.billing.domain.money import Money, round_half_even
from actors.billing.domain.payment import DeclineReason, Payment
from actors.billing.domain.payment_method import PaymentMethod, Provider
from actors.billing.domain.proof import LedgerProof
from actors.billing.domain.recipient import ADMIN_ROLE, CONTACT_ROLE, recipients
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Terms
from actors.billing.keeping import BilledTenant
from actors.billing.papers import UNNAMED, Papers
from actors.billing.settings import BillingSettings
from actors.billing.store import BillingUnit, BooksUnit
from actors.billing.walking import walk
from actors.kernel.call import system_call
from actors.kernel.mail import Attachment, Mail, templates
from actors.kernel.module import Room
from actors.kernel.store.contract import In
from actors.kernel.store.unit import Store

_FOLDER = Path(__file__).parent / "mails"
LANGUAGE = "en"
"""Mails are in English so far; documents are in the account's language."""

REASONS = {
    DeclineReason.GENERIC: "The bank declined it without saying why.",
    DeclineReason.INSUFFICIENT_FUNDS: "There was not enough money in the account.",
    DeclineReason.EXPIRED: "The card has expired.",
    DeclineReason.INCORRECT_DETAILS: "The card's details are not right.",
    DeclineReason.LOST_OR_STOLEN: "The card cannot be used any more.",
    DeclineReason.SUSPECTED_FRAUD: "The bank stopped it to be on the safe side. Ask your bank about it.",
    DeclineReason.LIMIT_EXCEEDED: "It is over the limit of the card or account.",
    DeclineReason.NOT_CONFIRMED: "It was not confirmed with the bank.",
    DeclineReason.UNSUPPORTED: "This way to pay cannot be used for it.",
    DeclineReason.METHOD_GONE: "The payment method is not there any more.",
}


@dataclass(frozen=True)
class Addressee:
    """A tenant that is written to: what mails call it, where it is, and who gets them."""

    account: BillingAccount
    tenant: BilledTenant | None
    emails: tuple[str, ...]

    @property
    def company(self) -> str:
        return self.account.party.name or (self.tenant.display_name if self.tenant else "") or self.account.id


class Correspondence:
    """Makes the mails; `Letters` says when."""

    def __init__(self, room: Room, papers: Papers) -> None:
        self.room, self.papers = room, papers
        self.settings: BillingSettings = room.settings
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books

    async def addressee(self, tenant_id: str) -> Addressee | None:
        """None for a tenant without an account, or without anybody to write to."""
        async with self.books.unit(system_call(tenant_id), aside=True) as unit:
            account = await unit.accounts.find(tenant_id)
        if account is None:
            return None
        async with self.store.unit(system_call(tenant_id), aside=True) as main:
            tenant = await main.billed_tenants.find(tenant_id)
            roles = In("role_ids", (CONTACT_ROLE, ADMIN_ROLE))
            people = [one async for one in walk(main.contacts, roles)]
        emails = recipients(account.party, people)
        return Addressee(account, tenant, emails) if emails else None

    async def invoice(self, to: Addressee, invoice: Invoice) -> list[Mail]:
        """A new invoice or credit note, with its document."""
        blob = await self.papers.kept(invoice)
        note = invoice.kind is Kind.CREDIT_NOTE
        title = "Credit note" if note else "Invoice"
        total = invoice.totals.total_minor
        values = {
            "title": title,
            "number": invoice.number,
            "what": "your credit note" if note else "your invoice",
            "amount": _money(abs(total), invoice.currency),
            "payment": self._payment(to, invoice),
            "transfer_details": self.settings.transfer_details if _by_transfer(invoice) else (),
            "sandbox": invoice.sandbox,
            "link": self._link(to, f"billing/invoices/{invoice.id}"),
        }
        attached = Attachment(f"{invoice.number}.pdf", "application/pdf", blob)
        return await self._mails("invoice", to, values, (attached,))

    async def receipt(
        self, to: Addressee, invoice: Invoice, payment: Payment, method: PaymentMethod | None
    ) -> list[Mail]:
        """A payment arrived."""
        left = invoice.outstanding_minor
        values = {
            "number": invoice.number,
            "amount": _money(payment.amount_minor, payment.currency),
            "day": _day(payment.settle_time or payment.create_time, to.account),
            "method": _method(payment, method),
            "left": _money(left, invoice.currency) if left > 0 else "",
            "sandbox": payment.provider is Provider.SANDBOX,
            "link": self._link(to, f"billing/invoices/{invoice.id}"),
        }
        return await self._mails("receipt", to, values)

    async def payment_failed(
        self,
        to: Addressee,
        invoice: Invoice,
        payment: Payment | None,
        method: PaymentMethod | None,
        reason: DeclineReason,
        *,
        last: bool,
    ) -> list[Mail]:
        """A payment did not arrive; what happens next. Without a payment, nothing could be charged at all."""
        when = invoice.next_attempt_time
        if last:
            next_step = f"It will not be tried again by itself.{self._suspension()}"
        elif when is not None:
            next_step = f"It will be tried again on {_day(when, to.account)}."
            next_step += " Pay now, or choose another payment method before then, to keep everything running."
        else:
            next_step = "Pay it another way to keep everything running."
        values = {
            "number": invoice.number,
            "amount": _money(payment.amount_minor if payment else invoice.outstanding_minor, invoice.currency),
            "method": _method(payment, method),
            "reason": REASONS[reason],
            "next": next_step,
            "last": last,
            "link": self._link(to, f"billing/invoices/{invoice.id}"),
        }
        return await self._mails("payment_failed", to, values)

    async def reminder(self, to: Addressee, invoice: Invoice, *, last: bool) -> list[Mail]:
        """A transfer did not come in time."""
        when = invoice.next_attempt_time
        if last:
            next_step = f"This is the last reminder.{self._suspension()}"
        else:
            next_step = "Please pay it" + (f" before {_day(when, to.account)}" if when is not None else " now")
            next_step += " to keep everything running."
        values = {
            "number": invoice.number,
            "amount": _money(invoice.outstanding_minor, invoice.currency),
            "day": _day(invoice.due_time or invoice.create_time, to.account),
            "next": next_step,
            "transfer_details": self.settings.transfer_details,
            "last": last,
            "link": self._link(to, f"billing/invoices/{invoice.id}"),
        }
        return await self._mails("reminder", to, values)

    def _suspension(self) -> str:
        return " The subscription is suspended until the invoice is paid." if self.settings.suspend else ""

    async def suspended(self, to: Addressee, subscription: Subscription) -> list[Mail]:
        """Nothing may be used any more."""
        after_trial = subscription.on_trial
        values = {
            "reason": "The trial has ended, and there is no payment method."
            if after_trial
            else "An invoice is unpaid, and the last attempt to charge it failed.",
            "remedy": "Add a payment method and go on where you were."
            if after_trial
            else "Pay what is open, and everything runs again at once.",
            "action": "Add a payment method" if after_trial else "See what is open",
            "link": self._link(to, "billing" if after_trial else "billing/invoices"),
        }
        return await self._mails("suspended", to, values)

    async def trial_ending(self, to: Addressee, subscription: Subscription, terms: Terms) -> list[Mail]:
        """A trial is about to end."""
        end = subscription.trial_end_time or subscription.period_end_time
        price = Money(round_half_even(subscription.recurring_micros), subscription.currency).formatted(LANGUAGE)
        each = subscription.interval.name.lower()
        ready = bool(subscription.payment_method_id) or not subscription.costs
        if not subscription.costs:
            then = "Nothing changes: the plan costs nothing."
        elif ready:
            then = f"Nothing is left to do: from then on {price} a {each} is charged, plus taxes and what is used."
        else:
            then = (
                f"Add a payment method by then and go on for {price} a {each}, plus taxes and what is used. "
                "Without one, nothing can be used until there is one; your data stays."
            )
        values = {
            "plan": terms.display_name,
            "day": _day(end, to.account),
            "then": then,
            "action": "See the subscription" if ready else "Add a payment method",
            "link": self._link(to, "billing"),
        }
        return await self._mails("trial_ending", to, values)

    def not_proven(self, unit: BooksUnit, proof: LedgerProof) -> None:
        """Tells the provider that the books do not agree; nobody, when it has no address."""
        if not self.settings.seller_email:
            return
        count = len(proof.differences)
        values: dict[str, Any] = {
            "provider": self.settings.seller_name or UNNAMED,
            "moment": f"{proof.prove_time:%Y-%m-%d %H:%M} UTC",
            "entries": f"{proof.entries:,}",
            "count": "1 difference" if count == 1 else f"{count} differences",
            "lines": [
                f"{one.kind} {one.id}: {_money(one.expected_minor, one.currency)} expected, "
                f"{_money(one.found_minor, one.currency)} found"
                for one in proof.differences[:20]
            ],
            "link": f"{self.room.platform.public_url}/master-admin/billing/ledger",
        }
        unit.mail(templates(_FOLDER).render("not_proven", self.settings.seller_email, **values))

    # --- inside ----------------------------------------------------------------------------------------------------

    async def _mails(
        self, name: str, to: Addressee, values: dict[str, Any], attachments: tuple[Attachment, ...] = ()
    ) -> list[Mail]:
        """The same mail to each of them."""
        values |= {"company": to.company, "provider": await self.papers.seller_name()}
        return [templates(_FOLDER).render(name, email, attachments=attachments, **values) for email in to.emails]

    def _payment(self, to: Addressee, invoice: Invoice) -> str:
        """What is to be done about an invoice, in a sentence."""
        totals = invoice.totals
        if invoice.kind is Kind.CREDIT_NOTE or totals.total_minor < 0:
            if invoice.settles_invoice:
                return "It takes back what was still open; there is nothing to do."
            if totals.due_minor < 0:
                return "The amount goes back the way it was paid."
            return "The amount is credited; there is nothing to do."
        if totals.due_minor == 0:
            return "It is settled with your credit; there is nothing to pay."
        due = _money(totals.due_minor, invoice.currency)
        if _by_transfer(invoice):
            assert invoice.due_time is not None
            return f"Please pay {due} by {_day(invoice.due_time, to.account)}."
        return f"{due} will be charged to your payment method; there is nothing to do."

    def _link(self, to: Addressee, page: str) -> str:
        url = self.room.platform.public_url
        return f"{url}/t/{to.tenant.slug}/{page}" if to.tenant is not None and to.tenant.slug else url


def _by_transfer(invoice: Invoice) -> bool:
    """Whether the buyer was given time to pay: others are charged at once."""
    return invoice.totals.due_minor > 0 and invoice.due_time != invoice.issue_time


def _method(payment: Payment | None, method: PaymentMethod | None) -> str:
    if payment is not None and payment.provider is Provider.MANUAL:
        return "bank transfer"
    return method.label if method is not None and method.label else "your payment method"


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).formatted(LANGUAGE)


def _day(moment: datetime, account: BillingAccount) -> str:
    """The day as the account counts days."""
    return str(dates.format_date(moment.astimezone(ZoneInfo(account.time_zone or "UTC")), "long", LANGUAGE))
