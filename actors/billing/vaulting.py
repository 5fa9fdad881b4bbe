"""Payment methods: set up with the provider, which keeps them. What is kept here is a reference, never a number."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.payment import DeclineReason, PaymentDeclined
from actors.billing.domain.payment_method import Facts, PaymentMethod, PaymentMethodState, State
from actors.billing.paying import RETURN_PATH, Paying, time_for
from actors.billing.providers.contract import Method, ProviderUnavailable, Setup, SetupState
from actors.billing.standing import live_subscription
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.call import Call
from actors.kernel.errors import NotFound
from actors.kernel.store.contract import Eq

UNFINISHED_DAYS = 1
"""How long a payer has to finish setting a method up."""


class Vaulting:
    """Sets methods up, renews, and removes them."""

    def __init__(self, paying: Paying, subscriptions: Subscriptions) -> None:
        self.paying, self.subscriptions = paying, subscriptions
        self.books, self.clock = paying.books, paying.clock

    async def add(self, call: Call, wanted: PaymentMethod, *, token: str, return_path: str) -> PaymentMethod:
        """Sets a new method up, in units aside; of a repeated call, the one it began. PENDING while its payer has to
        confirm it. Raises PaymentDeclined when the provider refuses it, ProviderUnavailable, CardNumberRefused.
        """
        async with self.books.unit(call, aside=True) as unit:
            await unit.accounts.of(wanted.tenant_id).get(wanted.tenant_id)
            methods = unit.payment_methods.of(wanted.tenant_id)
            begun = await methods.find(wanted.id) or methods.put(wanted)
        method, setup = await self.set_up(call, begun, token=token, return_path=return_path)
        async with self.books.unit(call, aside=True) as unit:
            kept = await self.keep(unit, method, setup, self.clock.now())
        if kept is None:
            raise declined(setup)
        return kept

    async def set_up(
        self, call: Call, method: PaymentMethod, *, token: str, return_path: str
    ) -> tuple[PaymentMethod, Setup]:
        """Makes the tenant known to the provider and begins or continues the setup of a method that is kept already.

        Moves nothing here: `keep` what it returns. Raises ProviderUnavailable, CardNumberRefused.
        """
        refuse_card_numbers(provider_token=token)
        provider = self.paying.provider(method.provider)
        async with self.books.unit(call, aside=True) as unit:
            account = await unit.accounts.of(method.tenant_id).get(method.tenant_id)
            known = await unit.payment_methods.of(method.tenant_id).select(Eq("provider", method.provider.name))
        customer = next((one.provider_customer for one in known if one.provider_customer), "")
        back = self.paying.public_url + (return_path or RETURN_PATH)
        try:
            async with asyncio.timeout(time_for(call)):
                if not customer:
                    name = account.party.name or method.tenant_id
                    customer = await provider.create_customer(method.tenant_id, name=name, email=account.party.email)
                setup = await provider.begin_setup(method.id, customer=customer, token=token, return_url=back)
        except TimeoutError:
            raise ProviderUnavailable(provider=provider.traits.name) from None
        return method.but(provider_customer=customer), setup

    async def look_up(self, method: PaymentMethod) -> Setup:
        """How the setup of a PENDING method stands at its provider. Raises ProviderUnavailable."""
        provider = self.paying.provider(method.provider)
        return await provider.look_up_setup(method.provider_reference, idempotency_key=method.id)

    async def keep(self, unit: BooksUnit, method: PaymentMethod, setup: Setup, at: datetime) -> PaymentMethod | None:
        """Stages how a setup stands. Returns the method as it will be stored; None when it failed, and is gone.

        Once it is set up it becomes the default if that was wanted or there is none.
        """
        methods = unit.payment_methods.of(method.tenant_id)
        now = await methods.get(method.id)
        if now.state is not State.PENDING:
            return now
        now = now.but(provider_customer=method.provider_customer or now.provider_customer)
        if setup.state is SetupState.FAILED:
            methods.delete(now)
            return None
        if setup.method is None:
            confirmation = setup.confirmation or now.setup
            if (now.setup, now.provider_reference) == (confirmation, setup.reference):
                return now
            assert confirmation is not None
            return methods.put(now.with_setup(confirmation, now.provider_customer, setup.reference, at))
        active = methods.put(now.activated(facts_of(setup.method), at, setup.method.reference))
        account = await unit.accounts.of(method.tenant_id).get(method.tenant_id)
        if active.state is State.ACTIVE and (now.wanted_default or not account.default_payment_method_id):
            await self.make_default(unit, active, at)
        return active

    async def finish(self, call: Call, method: PaymentMethod) -> PaymentMethod | None:
        """Looks a PENDING method up and keeps what is found, in a unit aside; None when its setup failed."""
        setup = await self.look_up(method)
        async with self.books.unit(call, aside=True) as unit:
            return await self.keep(unit, method, setup, self.clock.now())

    async def make_default(self, unit: BooksUnit, method: PaymentMethod, at: datetime) -> None:
        """Stages the method as the one that is charged when none is named. Raises PaymentMethodState.

        A subscription that was paid with the default before, or with none that is ready, is paid with this from now on.
        """
        method.must_be_ready()
        tenant_id = method.tenant_id
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        before = account.default_payment_method_id
        unit.accounts.of(tenant_id).put(account.with_default_method(method.id, at))
        subscription = await live_subscription(unit, tenant_id)
        if subscription is None:
            return
        current = subscription.payment_method_id
        if current and current != before:
            kept = await unit.payment_methods.of(tenant_id).find(current)
            if kept is not None and kept.state is State.ACTIVE:
                return
        after = subscription.with_payment_method(method.id, at)
        if after is not subscription:
            await self.subscriptions.keep(unit, subscription, after, at)

    async def remove(self, unit: BooksUnit, method: PaymentMethod, at: datetime) -> PaymentMethod:
        """Stages the method as removed; `withdraw` it then. Raises PaymentMethodInUse while a subscription needs it."""
        tenant_id = method.tenant_id
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        subscription = await live_subscription(unit, tenant_id)
        default = account.default_payment_method_id == method.id
        needed = False
        if subscription is not None:
            named = subscription.payment_method_id
            needed = subscription.costs and (named == method.id or (not named and default))
        removed = unit.payment_methods.of(tenant_id).put(method.removed(at, needed))
        if default:
            unit.accounts.of(tenant_id).put(account.with_default_method("", at))
        if subscription is not None and subscription.payment_method_id == method.id:
            await self.subscriptions.keep(unit, subscription, subscription.with_payment_method("", at), at)
        return removed

    async def withdraw(self, call: Call, method: PaymentMethod) -> None:
        """Removes at the provider what was removed here, and notes that that is done. Raises ProviderUnavailable."""
        if method.state is not State.REMOVED or not method.provider_reference:
            return
        await self.paying.provider(method.provider).remove_method(method.provider_reference)
        async with self.books.unit(call, aside=True) as unit:
            methods = unit.payment_methods.of(method.tenant_id)
            if (now := await methods.find(method.id)) is not None:
                methods.put(now.withdrawn())


def facts_of(found: Method) -> Facts:
    """What is kept of a method as its provider describes it."""
    return Facts(found.label, found.brand, found.last4, found.expire_month, found.expire_year)


def unfinished(method: PaymentMethod, at: datetime) -> bool:
    """Whether nobody will finish setting it up any more."""
    return method.state is State.PENDING and at - method.create_time >= timedelta(days=UNFINISHED_DAYS)


def must_be_there(method: PaymentMethod) -> PaymentMethod:
    """Raises NotFound for one that was removed."""
    if method.state is State.REMOVED:
        raise NotFound(kind="payment method", id=method.id)
    return method


def must_have_begun(method: PaymentMethod) -> None:
    """Raises PaymentMethodState for one whose setup never reached the provider."""
    if not method.provider_reference:
        raise PaymentMethodState(state=method.state.name)


def declined(setup: Setup) -> PaymentDeclined:
    """Why a setup failed, for the caller."""
    return PaymentDeclined(decline_reason=(setup.decline or DeclineReason.GENERIC).name)
