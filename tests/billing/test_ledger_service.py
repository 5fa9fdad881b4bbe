"""The books: listed, summed, and proven against documents, accounts and providers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from actors.billing.bookkeeping import posted
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.ledger import AccountType, LedgerEntry, payment_succeeded
from actors.billing.domain.payment import new_transfer
from actors.billing.providers.contract import Movement, MovementKind, ProviderRefused, ProviderUnavailable
from actors.kernel.store.unit import Unit
from tests.billing.making import flat
from tests.billing.selling import Shop
from tests.world import World, refused


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished(billing={"seller_email": "books@example.com"}) as world:
        shop = Shop(world)
        await shop.offer("small", flat(1000))
        yield shop


async def bought(shop: Shop, tenant: Any = None, card: str = "tok_visa") -> Any:
    tenant = tenant or shop.world.acme
    await shop.without(tenant)
    await shop.card(tenant, card)
    made = await shop.subscribe(tenant, "small")
    await shop.world.settle()
    return made.invoice


async def prove(shop: Shop) -> Any:
    return await shop.world.call("billing.ProveLedger", shop.world.root)


# --- seen ------------------------------------------------------------------------------------------------------------


async def test_entries_are_listed_newest_first_by_source_and_account(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    invoice = await bought(shop)
    await bought(shop, world.globex)

    async def listed(**more: Any) -> Any:
        return await world.call("billing.ListLedgerEntries", world.root, tenant_id=acme.id, **more)

    whole = (await listed()).entries
    assert {one.tenant_id for one in whole} == {acme.id} and sum(one.amount_minor for one in whole) == 0
    assert [one.transaction_id for one in whole][-1].startswith(f"invoice:{invoice.id}")
    first = await listed(page_size=3)
    rest = await listed(page_size=3, page_token=first.next_page_token)
    assert [*first.entries, *rest.entries] == list(whole) and not rest.next_page_token
    assert {one.source_id for one in (await listed(source_id=invoice.id)).entries} == {invoice.id}
    (cash,) = (await listed(account_type="LEDGER_ACCOUNT_TYPE_CASH")).entries
    assert (cash.amount_minor, cash.account) == (1000, "SANDBOX")
    for token in (world.acme_admin,):
        with refused("REALM_REFUSED"):
            await world.call("billing.ListLedgerEntries", token, tenant_id=acme.id)
    with refused("NOT_FOUND"):
        await world.call("billing.ListLedgerEntries", world.root, tenant_id="ten_nobody")


async def test_a_balance_is_what_the_entries_sum_to(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme

    async def balance(token: str) -> list[tuple[str, int, int]]:
        found = await world.call("billing.GetLedgerBalance", token, tenant_id=acme.id)
        return [(one.currency, one.owed_minor, one.credit_minor) for one in found.amounts]

    assert await balance(world.acme_admin) == [("EUR", 0, 0)]
    await bought(shop, card="tok_visa_declined")
    assert await balance(world.acme_admin) == [("EUR", 1000, 0)] == await balance(world.root)
    amount = {"minor": 1700, "currency": "EUR"}
    await world.call("billing.GrantCredit", world.root, tenant_id=acme.id, amount=amount, reason="sorry")
    assert await balance(world.acme_admin) == [("EUR", 0, 700)]
    with refused("NOT_FOUND"):
        await world.call("billing.GetLedgerBalance", world.globex_admin, tenant_id=acme.id)


# --- proven ----------------------------------------------------------------------------------------------------------


async def test_the_books_are_proven_each_night_and_on_demand(shop: Shop) -> None:
    world = shop.world
    with refused("NOT_FOUND"):
        await world.call("billing.GetLedgerProof", world.root)
    await bought(shop)
    await bought(shop, world.globex, "tok_visa_declined")
    proof = await prove(shop)
    assert proof.proven and proof.transactions == 3 and proof.entries >= 6 and not proof.differences
    assert await world.call("billing.GetLedgerProof", world.root) == proof
    await world.later(days=1, minutes=1)
    await world.sign_in_again()
    nightly = await world.call("billing.GetLedgerProof", world.root)
    assert nightly.proven and nightly.prove_time.seconds > proof.prove_time.seconds
    with refused("REALM_REFUSED"):
        await world.call("billing.ProveLedger", world.acme_admin)
    assert not [mail for mail in world.mails.mails.values() if mail.kind == "not_proven"]


async def write(shop: Shop, tenant: Any, change: Any) -> None:
    """Changes the books past all rules."""
    async with shop.unit(tenant.id) as unit:
        await change(unit)


async def test_what_does_not_agree_is_listed_and_mailed(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop)

    async def forge(unit: Any) -> None:
        entry: LedgerEntry = (await unit.ledger.select())[0]
        unit.ledger.put(entry.but(amount_minor=entry.amount_minor + 7))

    await write(shop, acme, forge)
    proof = await prove(shop)
    assert not proof.proven
    found = {(one.kind, one.found_minor - one.expected_minor, one.currency) for one in proof.differences}
    assert ("transaction", 7, "EUR") in found
    await world.later(days=1, minutes=1)
    assert "the books are not proven" in caplog.text
    (mail,) = [one for one in world.mails.mails.values() if one.kind == "not_proven"]
    assert mail.to == "books@example.com" and "transaction" in mail.text and "€0.07 found" in mail.text


@pytest.mark.parametrize("kind", ["receivable", "owed", "credit"])
async def test_balances_that_documents_do_not_bear_out_are_found(shop: Shop, kind: str) -> None:
    acme = shop.world.acme
    await bought(shop, card="tok_visa_declined")

    async def forge(unit: Any) -> None:
        if kind == "receivable":
            invoice: Invoice = (await unit.invoices.select())[0]
            unit.invoices.put(invoice.but(totals=replace(invoice.totals, paid_minor=1)))
        else:
            account = await unit.accounts.get(acme.id)
            unit.accounts.put(account.but(**{f"{kind}_minor": getattr(account, f"{kind}_minor") + 3}))

    await write(shop, acme, forge)
    (difference,) = (await prove(shop)).differences
    expected = {"receivable": ("receivable", 999, 1000), "owed": ("receivable", 1003, 1000), "credit": ("credit", 3, 0)}
    assert (difference.kind, difference.expected_minor, difference.found_minor) == expected[kind]
    assert (difference.id, difference.currency) == (acme.id, "EUR")


async def test_what_is_written_while_the_books_are_proven_is_no_difference(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between each two reads of the proof something is posted."""
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    posts = 0
    proving = world.service("billing", "LedgerService").proving
    suspects = proving._suspects

    async def busy(unit: Unit, sums: Any) -> list[str]:
        nonlocal posts
        posts += 1
        await shop.credit(acme, 100)
        found: list[str] = await suspects(unit, sums)
        assert found == [acme.id], "entries were read before, the account after it was posted"
        return found

    monkeypatch.setattr(proving, "_suspects", busy)
    proof = await prove(shop)
    assert posts == 1 and proof.proven


# --- beside the providers' books -------------------------------------------------------------------------------------


async def test_what_a_provider_has_otherwise_is_found(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    await world.later(hours=2)
    await world.sign_in_again()
    assert (await prove(shop)).proven
    (payment,) = await shop.payments(acme)

    async def forge(unit: Any) -> None:
        unit.payments.put((await unit.payments.get(payment.id)).but(amount_minor=900))

    await write(shop, acme, forge)
    (difference,) = (await prove(shop)).differences
    assert (difference.kind, difference.id) == ("provider", payment.id)
    assert (difference.expected_minor, difference.found_minor) == (900, 1000)


async def test_what_a_provider_took_and_we_never_booked_is_found_once_it_is_late(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = shop.world
    sandbox = world.service("billing", "LedgerService").proving.reconciling.providers.get("sandbox")
    moved = world.clock.now()
    stray = Movement("m1", MovementKind.CHARGE, "sbp_stray", "pay_stray", 500, "EUR", 0, "EUR", moved)
    fee = Movement("m2", MovementKind.OTHER, "payout", "", -500, "EUR", 0, "EUR", moved)

    async def movements(start: Any, end: Any) -> AsyncIterator[Movement]:
        for one in (stray, fee):
            if start <= one.time < end:
                yield one

    monkeypatch.setattr(sandbox, "list_movements", movements)
    await world.later(minutes=30)
    await world.sign_in_again()
    assert (await prove(shop)).proven, "the outcome may still be on its way"
    await world.later(hours=1)
    await world.sign_in_again()
    (difference,) = (await prove(shop)).differences
    assert (difference.kind, difference.id, difference.found_minor) == ("provider", "pay_stray", 500)


class Silent:
    """The sandbox, which does not tell its movements while it is silent."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
        self.sandbox = shop.world.service("billing", "LedgerService").proving.reconciling.providers.get("sandbox")
        self.real, self.silent, self.problem = self.sandbox.list_movements, True, problem
        monkeypatch.setattr(self.sandbox, "list_movements", self.movements)

    async def movements(self, start: Any, end: Any) -> AsyncIterator[Movement]:
        if self.silent:
            raise self.problem
        async for one in self.real(start, end):
            yield one


async def kept(shop: Shop) -> Any:
    await shop.world.sign_in_again()
    return await shop.world.call("billing.GetLedgerProof", shop.world.root)


def not_proven(shop: Shop) -> list[Any]:
    return [mail for mail in shop.world.mails.mails.values() if mail.kind == "not_proven"]


async def test_a_proof_is_kept_though_a_provider_is_silent_and_that_is_asked_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    await world.later(hours=2)
    await world.sign_in_again()
    before = await prove(shop)
    provider = Silent(shop, monkeypatch, ProviderUnavailable(provider="sandbox"))
    (payment,) = await shop.payments(acme)

    async def forge(unit: Any) -> None:
        unit.payments.put((await unit.payments.get(payment.id)).but(amount_minor=900))

    await write(shop, acme, forge)
    proof = await prove(shop)
    assert proof.proven and proof.entries and not proof.differences, "the ledger's own proof"
    (unasked,) = proof.unasked
    assert (unasked.provider, unasked.reason) == (1, "it does not answer")
    assert unasked.asked_until_time == before.prove_time, "nothing is said of what came since"
    await world.later(minutes=90)
    assert (await kept(shop)).unasked == proof.unasked and not_proven(shop) == []
    provider.silent = False
    await world.later(minutes=61)
    later = await kept(shop)
    assert not later.unasked and not later.proven and later.prove_time == proof.prove_time
    assert [(one.kind, one.id, one.expected_minor, one.found_minor) for one in later.differences] == [
        ("provider", payment.id, 900, 1000)
    ]
    (mail,) = not_proven(shop)
    assert "1 difference" in mail.text and "not asked" not in mail.text


async def test_what_came_while_a_provider_was_silent_is_compared_once_it_answers(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long that was: it is asked from where it was asked last, also by the nightly proof."""
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    await world.later(hours=2)
    await world.sign_in_again()
    await prove(shop)
    provider = Silent(shop, monkeypatch, ProviderRefused("sandbox: the key is wrong"))
    (payment,) = await shop.payments(acme)

    async def forge(unit: Any) -> None:
        unit.payments.put((await unit.payments.get(payment.id)).but(amount_minor=900))

    await write(shop, acme, forge)
    for _ in range(9 * 24):
        await world.later(hours=1)
    proof = await kept(shop)
    (unasked,) = proof.unasked
    assert unasked.reason.startswith("it refuses to answer") and proof.proven
    mails = not_proven(shop)
    assert 7 <= len(mails) <= 9, "people are told once a day from the second on"
    assert "Sandbox was not asked: it refuses to answer" in mails[0].text and "agree" not in mails[0].subject
    provider.silent = False
    await world.later(hours=1)
    assert [one.id for one in (await kept(shop)).differences] == [payment.id]


async def test_a_provider_that_was_never_asked_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    Silent(shop, monkeypatch, ProviderUnavailable(provider="sandbox"))
    proof = await prove(shop)
    assert proof.proven and not proof.unasked[0].HasField("asked_until_time")
    again = await prove(shop)
    assert not again.unasked[0].HasField("asked_until_time")


async def test_transfers_have_no_provider_to_ask(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop, card="tok_visa_declined")
    (invoice,) = await shop.invoices(acme)
    async with shop.unit(acme.id) as unit:
        at = world.clock.now()
        payment, applied = new_transfer(invoice, 1000, id="pay_transfer", at=at)
        unit.payments.put(payment)
        unit.invoices.put(applied.invoice)
        posted(unit, await unit.accounts.get(acme.id), at, payment_succeeded(payment, applied, at))
    await world.later(hours=2)
    await world.sign_in_again()
    assert (await prove(shop)).proven
    async with shop.unit(acme.id) as unit:
        cash = [one for one in await unit.ledger.select() if one.account_type is AccountType.CASH]
    assert [one.account for one in cash] == ["MANUAL"]


async def test_a_month_of_everything_is_proven(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    invoice = await bought(shop)
    await bought(shop, world.globex, "tok_insufficient_funds")
    await shop.credit(acme, 250)
    await shop.until((await shop.live(acme)).period_end_time + timedelta(days=9))
    await world.sign_in_again()
    open_ones = (await world.call("billing.ListInvoices", world.root, states=["STATE_OPEN"])).invoices
    for one in open_ones:
        await world.call("billing.WriteOffInvoice", world.root, id=one.id, reason="given up")
    assert (await prove(shop)).proven and invoice.number
    await shop.check()
