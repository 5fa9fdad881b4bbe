"""What Billing writes: to whom, when, once; with the invoice attached."""

from __future__ import annotations

import dataclasses
import io
import string
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pypdf
import pytest

from actors.billing.domain.account import Party
from actors.billing.domain.payment import DeclineReason
from actors.billing.domain.payment_method import Facts, PaymentMethod, Provider, new_payment_method
from actors.billing.domain.period import months_after
from actors.billing.domain.recipient import ADMIN_ROLE, CONTACT_ROLE, MOST_RECIPIENTS, Contact, recipients
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import State
from actors.billing.expiring import Expiring
from actors.billing.mail_words import ENGLISH, WORDS, MailWords
from actors.kernel.mail import Mail
from tests.billing.making import flat
from tests.billing.selling import Shop, corresponding
from tests.world import World

ADMIN, TRIED = "admin@acme.example", "admin@initech.example"


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    settings = {"seller_email": "books@example.com", "transfer_details": ("IBAN DE02",)}
    async with World.furnished(billing=settings) as world:
        shop = Shop(world)
        await shop.offer("small", flat(1000))
        world.mails.mails.clear()
        yield shop


def mails(shop: Shop, kind: str, to: str = "") -> list[Mail]:
    found = [mail for mail in shop.world.mails.mails.values() if mail.kind == kind]
    return [mail for mail in found if to in ("", mail.to)]


async def bought(shop: Shop, card: str = "tok_visa") -> Any:
    await shop.without(shop.world.acme)
    await shop.card(shop.world.acme, card)
    made = await shop.subscribe(shop.world.acme, "small")
    await shop.world.settle()
    return made


# --- who gets it -----------------------------------------------------------------------------------------------------


def person(id: str, *roles: str, **more: Any) -> Contact:
    return Contact(id=id, email=f"{id}@acme.example", role_ids=roles, **more)


def test_bills_go_to_the_account_and_its_billing_contacts_else_to_admins() -> None:
    admin, contact = person("ada", ADMIN_ROLE), person("bo", CONTACT_ROLE, ADMIN_ROLE)
    member = person("cy", "role_member")
    assert recipients(Party(email="bills@acme.example"), [admin, member]) == ("bills@acme.example",)
    assert recipients(Party(email="bills@acme.example"), [contact]) == ("bills@acme.example", "bo@acme.example")
    assert recipients(Party(), [admin, contact, member]) == ("bo@acme.example",)
    assert recipients(Party(), [member, admin]) == ("ada@acme.example",)
    assert recipients(Party(), [member]) == () == recipients(Party(), [])
    assert recipients(Party(email="BO@acme.example"), [contact]) == ("bo@acme.example",)


def test_nobody_who_is_gone_is_written_to_and_not_too_many_are() -> None:
    people = [person("ada", CONTACT_ROLE, gone=True), person("bo", CONTACT_ROLE, suspended=True)]
    assert recipients(Party(), [*people, person("cy", ADMIN_ROLE)]) == ("cy@acme.example",)
    many = [person(f"p{n:03d}", CONTACT_ROLE) for n in range(50)]
    assert recipients(Party(), many) == tuple(f"p{n:03d}@acme.example" for n in range(MOST_RECIPIENTS))
    assert recipients(Party(), [person("ada", CONTACT_ROLE).but(email="")]) == ()


def test_what_is_known_of_a_person_does_not_depend_on_the_order_it_came_in() -> None:
    late = Contact(id="ada").with_role(CONTACT_ROLE).but(email="new@acme.example")
    assert late.provisioned("old@acme.example", ("role_member",)) == late.with_role("role_member")
    assert late.without_role(CONTACT_ROLE).role_ids == ()


async def test_contacts_follow_what_happens_to_people_and_their_roles(shop: Shop) -> None:
    world = shop.world
    await world.call("billing.UpdateBillingAccount", world.acme_admin, tenant_id=world.acme.id, email="")
    sue, _ = await world.person(world.acme_admin, "sue@acme.example", CONTACT_ROLE)
    tom, _ = await world.person(world.acme_admin, "tom@acme.example", "role_member")
    correspondence = corresponding(world)

    async def reached() -> tuple[str, ...]:
        await world.settle()
        found = await correspondence.addressee(world.acme.id)
        return () if found is None else found.emails

    assert await reached() == ("sue@acme.example",)
    await world.call("iam.AssignRole", world.acme_admin, id=tom.id, role_id=CONTACT_ROLE)
    assert set(await reached()) == {"sue@acme.example", "tom@acme.example"}
    await world.call("iam.SuspendUser", world.acme_admin, id=sue.id)
    assert await reached() == ("tom@acme.example",)
    await world.call("iam.RestoreUser", world.acme_admin, id=sue.id)
    await world.call("iam.RevokeRole", world.acme_admin, id=tom.id, role_id=CONTACT_ROLE)
    assert await reached() == ("sue@acme.example",)
    await world.call("iam.UpdateUser", world.acme_admin, id=sue.id, email="susan@acme.example")
    assert await reached() == ("susan@acme.example",)
    await world.call("iam.DeleteUser", world.acme_admin, id=sue.id)
    assert await reached() == (ADMIN,)


# --- what they get ---------------------------------------------------------------------------------------------------


async def test_an_invoice_is_mailed_once_with_its_pdf_and_a_receipt_follows(shop: Shop) -> None:
    world = shop.world
    await world.person(world.acme_admin, "sue@acme.example", CONTACT_ROLE)
    made = await bought(shop)
    sent = mails(shop, "invoice")
    assert sorted(mail.to for mail in sent) == [ADMIN, "sue@acme.example"]
    (mail,) = mails(shop, "invoice", ADMIN)
    assert mail.subject == f"Invoice {made.invoice.number} from Example Software"
    assert "€10.00 will be charged to your payment method" in mail.text and "Sandbox" in mail.text
    assert (
        f"/t/acme/billing/invoices/{made.invoice.id}" in mail.text
        and f"/t/acme/billing/invoices/{made.invoice.id}" in mail.html
    )
    (file,) = mail.attachments
    assert (file.name, file.content_type) == (f"{made.invoice.number}.pdf", "application/pdf")
    fetched = await world.call("billing.DownloadInvoice", world.acme_admin, id=made.invoice.id)
    assert file.content == b"".join(part.data for part in fetched)
    assert made.invoice.number in pypdf.PdfReader(io.BytesIO(file.content)).pages[0].extract_text()
    (receipt,) = mails(shop, "receipt", ADMIN)
    assert "€10.00" in receipt.text and "by Visa •••• 4242" in receipt.text and "still to be paid" not in receipt.text
    await world.settle()
    assert len(mails(shop, "invoice")) == len(mails(shop, "receipt")) == 2
    assert mails(shop, "payment_failed") == []


async def test_each_failed_attempt_is_mailed_then_the_suspension(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    declined = await shop.card(acme, "tok_insufficient_funds")
    async with shop.unit(acme.id) as unit:
        live = await unit.subscriptions.get((await shop.live(acme)).id)
        unit.subscriptions.put(live.with_payment_method(declined, world.clock.now()))
    world.mails.mails.clear()
    end = live.period_end_time
    await shop.until(end + timedelta(hours=3))
    (first,) = mails(shop, "payment_failed")
    assert ENGLISH.reasons[DeclineReason.INSUFFICIENT_FUNDS] in first.text and "It will be tried again on" in first.text
    assert first.subject.startswith("Payment of invoice") and len(mails(shop, "invoice")) == 1
    await shop.until(end + timedelta(days=9))
    assert (await shop.live(acme)).state is State.SUSPENDED
    failed = mails(shop, "payment_failed")
    assert len(failed) == 5 and failed[-1].subject.startswith("Last notice")
    assert "will not be tried again" in failed[-1].text
    (suspended,) = mails(shop, "suspended")
    assert "An invoice is unpaid" in suspended.text and "/t/acme/billing/invoices" in suspended.text


async def test_who_pays_by_transfer_is_reminded(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.without(acme)
    at = world.clock.now()
    method = new_payment_method(id="pm_transfer", tenant_id=acme.id, provider=Provider.MANUAL, at=at)
    async with shop.unit(acme.id) as unit:
        unit.payment_methods.put(method.activated(Facts("Bank transfer"), at, "transfer"))
        unit.accounts.put((await unit.accounts.get(acme.id)).with_default_method("pm_transfer", at))
    await shop.subscribe(acme, "small")
    await world.settle()
    (invoice,) = mails(shop, "invoice")
    assert "Please pay €10.00 by" in invoice.text and "IBAN DE02" in invoice.text
    (first,) = await shop.invoices(acme)
    assert first.due_time is not None
    await shop.until(first.due_time + timedelta(days=9))
    reminded = [mail for mail in mails(shop, "reminder") if first.number in mail.subject]
    assert len(reminded) == 5 and reminded[0].subject.startswith("Reminder") and "IBAN DE02" in reminded[0].text
    assert reminded[-1].subject.startswith("Last reminder") and "suspended until" in reminded[-1].text
    assert mails(shop, "payment_failed") == [] and len(mails(shop, "suspended")) == 1


async def test_a_first_payment_that_fails_is_not_mailed_for_its_payer_is_there(shop: Shop) -> None:
    await bought(shop, "tok_visa_declined")
    assert mails(shop, "payment_failed") == [] and len(mails(shop, "invoice")) == 1


async def on_trial(shop: Shop) -> tuple[Any, Subscription, datetime]:
    """A tenant that begins now, with its subscription and the end of its trial."""
    made, _ = await shop.world.active_tenant(shop.world.root, "initech")
    live = await shop.live(made)
    assert live.state is State.TRIALING and live.trial_end_time is not None
    return made, live, live.trial_end_time


async def test_the_end_of_a_trial_is_announced_in_time_and_its_suspension_too(shop: Shop) -> None:
    _, _, end = await on_trial(shop)
    await shop.until(end - timedelta(days=3, hours=1))
    assert mails(shop, "trial_ending", TRIED) == []
    await shop.until(end - timedelta(days=2, hours=23))
    (mail,) = mails(shop, "trial_ending", TRIED)
    assert "Your trial of Standard ends on" in mail.subject and "Add a payment method by then" in mail.text
    assert "€58.00 a month" in mail.text and "/t/initech/billing" in mail.text
    await shop.until(end + timedelta(days=1))
    (suspended,) = mails(shop, "suspended", TRIED)
    assert "The trial has ended" in suspended.text and "Add a payment method" in suspended.text
    assert len(mails(shop, "trial_ending", TRIED)) == 1


async def test_a_trial_with_a_payment_method_just_goes_on(shop: Shop) -> None:
    made, live, end = await on_trial(shop)
    card = await shop.card(made)
    async with shop.unit(made.id) as unit:
        kept = await unit.subscriptions.get(live.id)
        unit.subscriptions.put(kept.with_payment_method(card, shop.world.clock.now()))
    await shop.until(end - timedelta(days=2))
    assert "Nothing is left to do" in mails(shop, "trial_ending", TRIED)[0].text


async def test_who_ended_a_trial_hears_no_more_of_it(shop: Shop) -> None:
    made, _, end = await on_trial(shop)
    await shop.without(made)
    await shop.until(end + timedelta(days=1))
    assert mails(shop, "trial_ending", TRIED) == [] and mails(shop, "suspended", TRIED) == []


async def test_a_credit_note_is_mailed_as_one(shop: Shop) -> None:
    world = shop.world
    await bought(shop, "tok_visa_declined")
    (invoice,) = await shop.invoices(world.acme)
    await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="a mistake")
    await world.settle()
    note = mails(shop, "invoice")[-1]
    assert note.subject.startswith("Credit note") and "nothing to do" in note.text and "€10.00" in note.text


# --- in whose language -----------------------------------------------------------------------------------------------


def placeholders(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


@pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
def test_every_language_says_the_same_of_the_same_values(language: str) -> None:
    for field in dataclasses.fields(MailWords):
        english, other = getattr(ENGLISH, field.name), getattr(WORDS[language], field.name)
        if isinstance(english, str):
            assert placeholders(english) == placeholders(other) and other.strip(), field.name
        else:
            assert set(english) == set(other) == set(DeclineReason)


async def test_a_tenant_is_written_to_in_the_language_of_its_bills(shop: Shop) -> None:
    world = shop.world
    await world.call("billing.UpdateBillingAccount", world.acme_admin, tenant_id=world.acme.id, locale="de-AT")
    made = await bought(shop)
    (mail,) = mails(shop, "invoice", ADMIN)
    assert mail.subject == f"Rechnung {made.invoice.number} von Example Software" and 'lang="de"' in mail.html
    assert "€ 10,00 werden über Ihre Zahlungsmethode eingezogen" in mail.text.replace("\N{NO-BREAK SPACE}", " ")
    (receipt,) = mails(shop, "receipt", ADMIN)
    at = world.clock.now()
    assert (
        f"Am {at.day}. " in receipt.text and "per Visa •••• 4242" in receipt.text and "Sandbox: Es ist" in receipt.text
    )
    assert not [word for word in ("invoice ", "payment", "{", "}") if word in receipt.text.partition("http")[0]]


async def test_a_language_without_words_gets_english_ones_throughout(shop: Shop) -> None:
    world = shop.world
    await world.call("billing.UpdateBillingAccount", world.acme_admin, tenant_id=world.acme.id, locale="ja")
    await bought(shop)
    (mail,) = mails(shop, "receipt", ADMIN)
    assert mail.subject.startswith("Payment received") and 'lang="en"' in mail.html
    assert world.clock.now().strftime("%B") in mail.text


async def test_bills_follow_the_tenants_language_unless_another_was_chosen_for_them(shop: Shop) -> None:
    world = shop.world

    async def spoken() -> str:
        await world.settle()
        return str((await shop.account(world.acme)).locale)

    await world.call("tenants.UpdateTenantSettings", world.acme_admin, tenant_id=world.acme.id, locale="fr")
    assert await spoken() == "fr"
    await world.call("billing.UpdateBillingAccount", world.acme_admin, tenant_id=world.acme.id, locale="de")
    await world.call("tenants.UpdateTenantSettings", world.acme_admin, tenant_id=world.acme.id, locale="en")
    assert await spoken() == "de"
    await world.call("billing.UpdateBillingAccount", world.acme_admin, tenant_id=world.acme.id, locale="")
    await world.call("tenants.UpdateTenantSettings", world.acme_admin, tenant_id=world.acme.id, locale="nl")
    assert await spoken() == "nl"


# --- cards that expire -----------------------------------------------------------------------------------------------


async def expiring_card(shop: Shop, days: int) -> str:
    """Acme's card, whose last month is the one in which it will be so many days from now."""
    last = shop.world.clock.now() + timedelta(days=days)
    (id,) = [one.id for one in await methods(shop)]
    async with shop.unit(shop.world.acme.id) as unit:
        card = await unit.payment_methods.get(id)
        unit.payment_methods.put(card.but(expire_year=last.year, expire_month=last.month))
    return id


async def methods(shop: Shop) -> list[PaymentMethod]:
    async with shop.unit(shop.world.acme.id) as unit:
        return await unit.payment_methods.select()


def expiring(shop: Shop) -> Expiring:
    service = shop.world.service
    return Expiring(service("billing", "PaymentMethodService").vaulting, corresponding(shop.world))


async def test_before_a_card_expires_its_tenant_is_told_once(shop: Shop) -> None:
    world = shop.world
    await bought(shop)
    id = await expiring_card(shop, 100)
    assert await expiring(shop).warn() == 0
    last = world.clock.now() + timedelta(days=100)
    end = months_after(last.replace(day=1, hour=0, minute=0, second=0, microsecond=0), 1)
    await shop.until(end - timedelta(days=30, hours=2))
    assert await expiring(shop).warn() == 0
    await shop.until(end - timedelta(days=29))
    assert await expiring(shop).warn() == 1 and await expiring(shop).warn() == 0
    await world.settle()
    (mail,) = mails(shop, "card_expiring")
    month = f"{last:%B %Y}"
    assert mail.subject == f"Visa •••• 4242 expires at the end of {month}" and "/t/acme/billing" in mail.text
    async with shop.unit(world.acme.id) as unit:
        card = await unit.payment_methods.get(id)
        unit.payment_methods.put(card.but(expire_year=card.expire_year + 1))
    assert await expiring(shop).warn() == 0, "its bank has renewed it"


async def test_nobody_is_told_of_a_card_that_is_not_charged_any_more(shop: Shop) -> None:
    await bought(shop)
    await expiring_card(shop, 0)
    await shop.cancel(shop.world.acme)
    assert await expiring(shop).warn() == 0
    await shop.world.settle()
    assert mails(shop, "card_expiring") == []


@pytest.mark.parametrize("name", ["<b>Evil</b> & Sons", "株式会社", "شركة النور", "A" * 120])
async def test_names_do_no_harm_in_mails(shop: Shop, name: str) -> None:
    world = shop.world
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=world.acme.id, name=name)
    await bought(shop)
    (mail,) = mails(shop, "receipt")
    assert name in mail.text and "<b>Evil" not in mail.html
