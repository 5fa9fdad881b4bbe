"""What Billing writes to tenants: decided in words here, sent once the unit is committed.

Tenants are written to in the language of their documents, as far as `mail_words` has it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from actors.billing.addressee import Addressee, Letter
from actors.billing.domain.invoice import Invoice, Kind
from actors.billing.domain.money import round_half_even
from actors.billing.domain.payment import DeclineReason, Payment
from actors.billing.domain.payment_method import PaymentMethod, Provider
from actors.billing.domain.recipient import ADMIN_ROLE, CONTACT_ROLE, recipients
from actors.billing.domain.refund import Refund
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Terms
from actors.billing.mail_words import MailWords
from actors.billing.papers import Papers
from actors.billing.settings import BillingSettings
from actors.billing.store import BillingUnit, BooksUnit
from actors.billing.walking import walk
from actors.kernel.call import system_call
from actors.kernel.mail import Attachment, Mail, templates
from actors.kernel.module import Room
from actors.kernel.store.contract import In
from actors.kernel.store.unit import Store

_FOLDER = Path(__file__).parent / "mails"


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
        words, _ = to.language
        note = invoice.kind is Kind.CREDIT_NOTE
        title = words.credit_note if note else words.invoice
        provider = await self.papers.seller_name()
        attached = (words.credit_note_attached if note else words.invoice_attached).format(company=to.company)
        letter = Letter(
            subject=words.document_subject.format(title=title, number=invoice.number, provider=provider),
            heading=f"{title} {invoice.number}",
            amount=to.money(abs(invoice.totals.total_minor), invoice.currency),
            texts=(attached, _payment(to, invoice)),
            details=self.settings.transfer_details if _by_transfer(invoice) else (),
            sandbox=words.sandbox_invoice if invoice.sandbox else "",
            action=words.see_online,
            link=self._link(to, f"billing/invoices/{invoice.id}"),
        )
        file = Attachment(f"{invoice.number}.pdf", "application/pdf", blob)
        return await self._mails("invoice", to, letter, (file,))

    async def receipt(
        self, to: Addressee, invoice: Invoice, payment: Payment, method: PaymentMethod | None
    ) -> list[Mail]:
        """A payment arrived."""
        words, _ = to.language
        left = invoice.outstanding_minor
        text = (words.received_in_part if left > 0 else words.received).format(
            day=to.day(payment.settle_time or payment.create_time),
            number=invoice.number,
            company=to.company,
            method=_method(words, payment, method),
            left=to.money(left, invoice.currency),
        )
        letter = Letter(
            subject=words.receipt_subject.format(number=invoice.number),
            heading=words.thanks,
            amount=to.money(payment.amount_minor, payment.currency),
            texts=(text,),
            sandbox=words.sandbox_receipt if payment.provider is Provider.SANDBOX else "",
            action=words.see_invoice,
            link=self._link(to, f"billing/invoices/{invoice.id}"),
        )
        return await self._mails("receipt", to, letter)

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
        words, _ = to.language
        if last:
            following = self._last(words, words.not_again)
        elif invoice.next_attempt_time is not None:
            following = words.again.format(day=to.day(invoice.next_attempt_time))
        else:
            following = words.another_way
        amount = payment.amount_minor if payment else invoice.outstanding_minor
        tried = words.tried.format(
            amount=to.money(amount, invoice.currency),
            method=_method(words, payment, method),
            company=to.company,
            reason=words.reasons[reason],
        )
        letter = Letter(
            subject=(words.failed_last_subject if last else words.failed_subject).format(number=invoice.number),
            heading=words.failed.format(number=invoice.number),
            texts=(tried, following),
            action=words.pay_now,
            link=self._link(to, f"billing/invoices/{invoice.id}"),
        )
        return await self._mails("payment_failed", to, letter)

    async def reminder(self, to: Addressee, invoice: Invoice, *, last: bool) -> list[Mail]:
        """A transfer did not come in time."""
        words, _ = to.language
        if last:
            following = self._last(words, words.last_reminder)
        elif invoice.next_attempt_time is not None:
            following = words.pay_before.format(day=to.day(invoice.next_attempt_time))
        else:
            following = words.pay_at_once
        due = to.day(invoice.due_time or invoice.create_time)
        letter = Letter(
            subject=(words.reminder_last_subject if last else words.reminder_subject).format(number=invoice.number),
            heading=words.unpaid.format(number=invoice.number),
            amount=to.money(invoice.outstanding_minor, invoice.currency),
            texts=(words.was_due.format(day=due, company=to.company, next=following), words.if_paid),
            details=self.settings.transfer_details,
            action=words.see_invoice,
            link=self._link(to, f"billing/invoices/{invoice.id}"),
        )
        return await self._mails("reminder", to, letter)

    async def credit_refunded(
        self, to: Addressee, refund: Refund, payment: Payment, method: PaymentMethod | None
    ) -> list[Mail]:
        """Credit goes back to whoever paid it. What goes back of an invoice has a credit note, which says so."""
        words, _ = to.language
        amount = to.money(refund.credit_minor, refund.currency)
        values = {"amount": amount, "company": to.company, "method": _method(words, payment, method)}
        letter = self._of_refund(
            to, refund, amount, words.refunded_subject, words.refunded, words.refunded_credit, values
        )
        return await self._mails("refund", to, letter)

    async def refund_failed(
        self, to: Addressee, refund: Refund, payment: Payment, method: PaymentMethod | None
    ) -> list[Mail]:
        """Money that was on its way back did not arrive, and is credit."""
        words, _ = to.language
        amount = to.money(refund.credited_minor, refund.currency)
        values = {"amount": amount, "company": to.company, "method": _method(words, payment, method)}
        values["provider"] = await self.papers.seller_name()
        said = (words.refund_failed_subject, words.refund_failed, words.refund_is_credit)
        return await self._mails("refund_failed", to, self._of_refund(to, refund, amount, *said, values))

    def _of_refund(
        self, to: Addressee, refund: Refund, amount: str, subject: str, heading: str, text: str, values: dict[str, str]
    ) -> Letter:
        words, _ = to.language
        return Letter(
            subject=subject.format(**values),
            heading=heading,
            amount=amount,
            texts=(text.format(**values),),
            sandbox=words.sandbox_receipt if refund.provider is Provider.SANDBOX else "",
            action=words.see_invoice,
            link=self._link(to, f"billing/invoices/{refund.invoice_id}"),
        )

    async def suspended(self, to: Addressee, subscription: Subscription) -> list[Mail]:
        """Nothing may be used any more."""
        words, _ = to.language
        after_trial = subscription.on_trial
        remedy = words.add_and_go_on if after_trial else words.pay_and_go_on
        letter = Letter(
            subject=words.suspended_subject.format(company=to.company),
            heading=words.suspended.format(company=to.company),
            texts=(
                words.trial_over if after_trial else words.invoice_unpaid,
                words.data_stays.format(remedy=remedy),
            ),
            action=words.add_method if after_trial else words.see_open,
            link=self._link(to, "billing" if after_trial else "billing/invoices"),
        )
        return await self._mails("suspended", to, letter)

    async def trial_ending(self, to: Addressee, subscription: Subscription, terms: Terms) -> list[Mail]:
        """A trial is about to end."""
        words, _ = to.language
        end = subscription.trial_end_time or subscription.period_end_time
        amount = to.money(round_half_even(subscription.recurring_micros), subscription.currency)
        price = words.price(amount, subscription.interval)
        ready = bool(subscription.payment_method_id) or not subscription.costs
        if not subscription.costs:
            then = words.trial_free
        else:
            then = (words.trial_ready if ready else words.trial_not_ready).format(price=price)
        subject = words.trial_subject.format(plan=terms.display_name, day=to.day(end))
        letter = Letter(
            subject=subject,
            heading=subject,
            texts=(then,),
            action=words.see_subscription if ready else words.add_method,
            link=self._link(to, "billing"),
        )
        return await self._mails("trial_ending", to, letter)

    async def card_expiring(self, to: Addressee, method: PaymentMethod) -> list[Mail]:
        """What a tenant pays with will soon not be valid any more."""
        words, _ = to.language
        month = to.month(method.expire_year, method.expire_month)
        named = _method(words, None, method)
        letter = Letter(
            subject=words.expiring_subject.format(method=named, month=month),
            heading=words.expiring_subject.format(method=named, month=month),
            texts=(words.expiring.format(method=named, month=month, company=to.company), words.expiring_then),
            action=words.set_method,
            link=self._link(to, "billing"),
        )
        return await self._mails("card_expiring", to, letter)

    # --- inside ----------------------------------------------------------------------------------------------------

    async def _mails(
        self, kind: str, to: Addressee, letter: Letter, attachments: tuple[Attachment, ...] = ()
    ) -> list[Mail]:
        """The same mail to each of them."""
        words, locale = to.language
        provider = await self.papers.seller_name()
        values = {
            **vars(letter),
            "language": locale.language,
            "provider": provider,
            "footer": words.why.format(company=to.company, provider=provider),
        }
        mails = [templates(_FOLDER).render("letter", email, attachments=attachments, **values) for email in to.emails]
        return [replace(mail, kind=kind) for mail in mails]

    def _last(self, words: MailWords, said: str) -> str:
        """What follows after the last attempt or reminder."""
        return f"{said} {words.will_suspend}" if self.settings.suspend else said

    def _link(self, to: Addressee, page: str) -> str:
        url = self.room.platform.public_url
        return f"{url}/t/{to.tenant.slug}/{page}" if to.tenant is not None and to.tenant.slug else url


def _payment(to: Addressee, invoice: Invoice) -> str:
    """What is to be done about an invoice, in a sentence."""
    words, _ = to.language
    totals = invoice.totals
    if invoice.kind is Kind.CREDIT_NOTE or totals.total_minor < 0:
        if invoice.settles_invoice:
            return words.settles
        return words.goes_back if totals.due_minor < 0 else words.credited
    if totals.due_minor == 0:
        return words.covered
    due = to.money(totals.due_minor, invoice.currency)
    if _by_transfer(invoice):
        assert invoice.due_time is not None
        return words.transfer_by.format(amount=due, day=to.day(invoice.due_time))
    return words.charged.format(amount=due)


def _by_transfer(invoice: Invoice) -> bool:
    """Whether the buyer was given time to pay: others are charged at once."""
    return invoice.totals.due_minor > 0 and invoice.due_time != invoice.issue_time


def _method(words: MailWords, payment: Payment | None, method: PaymentMethod | None) -> str:
    if payment is not None and payment.provider is Provider.MANUAL:
        return words.by_transfer
    return method.label if method is not None and method.label else words.your_method
