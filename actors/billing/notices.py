"""What Billing writes to those who sell: books that do not agree, disputes, refunds that failed.

In English; to nobody when they have no address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from actors.billing.addressee import Letter
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.dispute import Dispute, Facts, State
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.money import Money
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.proof import LedgerProof
from actors.billing.domain.refund import Refund
from actors.billing.papers import UNNAMED
from actors.billing.settings import BillingSettings
from actors.kernel.mail import Mail, templates
from actors.kernel.module import Room

_FOLDER = Path(__file__).parent / "mails"


class Notices:
    """Makes the mails; whoever finds what they are about stages them."""

    def __init__(self, room: Room) -> None:
        self.settings: BillingSettings = room.settings
        self.console = f"{room.platform.public_url}/master-admin/billing"

    def not_proven(self, proof: LedgerProof) -> list[Mail]:
        """The books do not agree, or a provider could not be asked."""
        if not self.settings.seller_email:
            return []
        count = len(proof.differences)
        values: dict[str, Any] = {
            "provider": self.settings.seller_name or UNNAMED,
            "moment": f"{proof.prove_time:%Y-%m-%d %H:%M} UTC",
            "entries": f"{proof.entries:,}",
            "count": "1 difference" if count == 1 else f"{count} differences",
            "heading": "The books do not agree" if proof.differences else "The books agree, but not all were asked",
            "unasked": [
                f"{one.provider.name.title()} was not asked: {one.reason}. Nothing is proven of its books"
                + (f" since {one.asked_until_time:%Y-%m-%d %H:%M} UTC." if one.asked_until_time else ".")
                for one in proof.unasked
            ],
            "lines": [
                f"{one.kind} {one.id}: {Money(one.expected_minor, one.currency).formatted()} expected, "
                f"{Money(one.found_minor, one.currency).formatted()} found"
                for one in proof.differences[:20]
            ],
            "link": f"{self.console}/ledger",
        }
        return [templates(_FOLDER).render("not_proven", self.settings.seller_email, **values)]

    def disputed(self, payment: Payment, invoice: Invoice, dispute: Dispute) -> list[Mail]:
        """A payer wants money back, or how that was decided."""
        name, at = invoice.buyer.name or payment.tenant_id, payment.provider.name.title()
        amount = Money(dispute.amount_minor, dispute.currency).formatted()
        taken = Money(dispute.taken_minor, dispute.currency).formatted()
        what = f"The payment {payment.id} of invoice {invoice.number}, {amount}"
        if dispute.state is State.OPEN:
            heading = f"{name} disputes a payment"
            texts = [f"{what}, is disputed ({dispute.reason or 'no reason was given'})."]
            texts.append(_answer_by(at, dispute.respond_time))
            if dispute.taken_minor:
                texts.append(f"{taken} was taken for it, and is booked as disputed until then. The invoice stays paid.")
            else:
                texts.append("Nothing was taken for it so far. The invoice stays paid.")
        elif dispute.state is State.WON:
            heading = f"The dispute of {name} is won"
            texts = [f"{what}, was disputed. {at} has decided: the money stays."]
        else:
            heading = f"The dispute of {name} is lost"
            texts = [f"{what}, was disputed. {at} has decided: the money goes back."]
            texts.append(
                f"The books have {taken} as lost. The invoice stays paid and the subscription goes on: what follows is "
                "yours to decide. Agree with them on another way to pay, or end the subscription."
            )
        link = f"{self.console}/invoices/{invoice.id}"
        return self._to_seller("disputed", heading, amount, texts, f"{dispute.provider_reference} at {at}.", link)

    def disputed_elsewhere(self, provider: Provider, payment: str, dispute: Facts) -> list[Mail]:
        """A dispute of a payment that is not known here."""
        at, amount = provider.name.title(), Money(dispute.amount_minor, dispute.currency).formatted()
        heading = f"A payment at {at} that is not known here is disputed"
        texts = [
            f"{at} tells of a dispute over {amount} ({dispute.reason or 'no reason was given'}), of the payment "
            f"{payment or 'without a name'}: it is {dispute.state.name.lower()}. The books have no such payment."
        ]
        if dispute.state is State.OPEN:
            texts.append(_answer_by(at, dispute.respond_time))
        texts.append("Nothing is booked. What was taken shows in the nightly proof of the books.")
        link = f"{self.console}/ledger"
        return self._to_seller("disputed", heading, amount, texts, f"{dispute.reference} at {at}.", link)

    def refund_failed(self, refund: Refund, account: BillingAccount) -> list[Mail]:
        """Money that a provider could not give back."""
        if not self.settings.seller_email:
            return []
        name = account.party.name or refund.tenant_id
        amount = Money(refund.credited_minor, refund.currency).formatted()
        text = (
            f"A refund of {amount} to {name} ({refund.tenant_id}) did not arrive: {refund.provider.name.title()} could "
            "not give it back.\n\n"
            f"The payment is {refund.payment_id}, the refund {refund.id}: {refund.reason}\n\n"
            "The amount is their credit now, and they are told so. Refund the payment again, or agree on another way "
            "with them.\n"
        )
        subject = f"A refund to {name} failed"
        return [Mail(to=self.settings.seller_email, subject=subject, text=text, kind="billing.refund-failed")]

    def _to_seller(
        self, kind: str, heading: str, amount: str, texts: Sequence[str], footer: str, link: str
    ) -> list[Mail]:
        if not self.settings.seller_email:
            return []
        letter = Letter(
            subject=heading,
            heading=heading,
            amount=amount,
            texts=tuple(texts),
            action="See the invoice" if "/invoices/" in link else "See the ledger",
            link=link,
        )
        values: dict[str, Any] = {**vars(letter), "language": "en", "footer": footer}
        values["provider"] = self.settings.seller_name or UNNAMED
        mail = templates(_FOLDER).render("letter", self.settings.seller_email, **values)
        return [replace(mail, kind=kind)]


def _answer_by(at: str, respond_time: datetime | None) -> str:
    until = f" until {respond_time:%Y-%m-%d %H:%M} UTC" if respond_time else ""
    return f"Answer at {at}{until}: a dispute that nobody answers is lost."
