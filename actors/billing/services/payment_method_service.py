"""How tenants pay."""

from __future__ import annotations

from actors.api.billing.v1 import (
    ConfirmPaymentMethodRequest,
    CreatePaymentMethodRequest,
    DeletePaymentMethodRequest,
    ListPaymentMethodsRequest,
    ListPaymentMethodsResponse,
    ListPaymentProvidersRequest,
    ListPaymentProvidersResponse,
    PaymentMethodServiceServicer,
    PaymentProvider,
    SetDefaultPaymentMethodRequest,
)
from actors.api.billing.v1 import PaymentMethod as PaymentMethodMessage
from actors.api.billing.v1 import Provider as ProviderMessage
from actors.billing.deriving import id_for
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.payment_method import PaymentMethod, Provider, State, new_payment_method
from actors.billing.providers.contract import ProviderMissing
from actors.billing.settings import BillingSettings
from actors.billing.store import BooksUnit
from actors.billing.vaulting import Vaulting, declined, must_be_there, must_have_begun
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.errors import InvalidFields, Violation
from actors.kernel.module import Room
from actors.kernel.pages import page_request
from actors.kernel.store.contract import Ne, Order
from actors.kernel.store.unit import Store

_NEWEST_FIRST = Order("create_time", descending=True)
LARGEST_PAGE = 500


class PaymentMethodService(PaymentMethodServiceServicer):
    """References to what providers keep."""

    def __init__(self, room: Room, vaulting: Vaulting) -> None:
        self.room, self.clock, self.vaulting = room, room.clock, vaulting
        self.settings: BillingSettings = room.settings
        self.store: Store[BooksUnit] = room.books

    async def ListPaymentProviders(
        self, request: ListPaymentProvidersRequest, call: Call
    ) -> ListPaymentProvidersResponse:
        asked = page_request(request, call, self.room.sealer.key("pages"))
        size, first = request.page_size or LARGEST_PAGE, int(asked.after[0]) if asked.after else 0
        offered = [one for one in self.vaulting.paying.providers if one.traits.charges or self._transfers_for(call)]
        return ListPaymentProvidersResponse(
            providers=[
                PaymentProvider(
                    provider=ProviderMessage.Value(f"PROVIDER_{one.traits.name.upper()}"),
                    publishable_key=one.traits.publishable_key,
                    sandbox=one.traits.sandbox,
                )
                for one in offered[first : first + size]
            ],
            next_page_token=asked.token((first + size,)) if len(offered) > first + size else "",
        )

    async def CreatePaymentMethod(self, request: CreatePaymentMethodRequest, call: Call) -> PaymentMethodMessage:
        refuse_card_numbers(provider_token=request.provider_token, return_path=request.return_path)
        if not call.scope:
            raise InvalidFields(Violation("tenant_id", "say which tenant pays so", "TENANT_MISSING"))
        provider = Provider[wire.enum_name(ProviderMessage.DESCRIPTOR, request.provider)]
        self.vaulting.paying.provider(provider)
        if provider is Provider.MANUAL and not self._transfers_for(call):
            raise ProviderMissing(provider="manual")
        wanted = new_payment_method(
            id=id_for(call, self.clock, "pm"),
            tenant_id=call.scope,
            provider=provider,
            at=self.clock.now(),
            wanted_default=request.default,
        )
        kept = await self.vaulting.add(call, wanted, token=request.provider_token, return_path=request.return_path)
        return await self._shown(kept, call)

    async def ConfirmPaymentMethod(self, request: ConfirmPaymentMethodRequest, call: Call) -> PaymentMethodMessage:
        async with self.store.unit(call, aside=True) as unit:
            method = must_be_there(await unit.payment_methods.get(request.id))
        if method.state is not State.PENDING:
            return await self._shown(method, call)
        must_have_begun(method)
        setup = await self.vaulting.look_up(method)
        async with self.store.unit(call, aside=True) as unit:
            kept = await self.vaulting.keep(unit, method, setup, self.clock.now())
        if kept is None:
            raise declined(setup)
        return await self._shown(kept, call)

    async def ListPaymentMethods(self, request: ListPaymentMethodsRequest, call: Call) -> ListPaymentMethodsResponse:
        async with self.store.unit(call) as unit:
            page = await unit.payment_methods.page(
                Ne("state", State.REMOVED.name), order=_NEWEST_FIRST, request=request
            )
            tenants = dict.fromkeys(method.tenant_id for method in page.items)
            accounts = {id: await unit.accounts.of(id).find(id) for id in tenants}
        return ListPaymentMethodsResponse(
            payment_methods=[_message(method, accounts[method.tenant_id], call) for method in page.items],
            next_page_token=page.next_page_token,
        )

    async def SetDefaultPaymentMethod(
        self, request: SetDefaultPaymentMethodRequest, call: Call
    ) -> PaymentMethodMessage:
        async with self.store.unit(call) as unit:
            method = must_be_there(await unit.payment_methods.get(request.id))
            await self.vaulting.make_default(unit, method, self.clock.now())
            account = await unit.accounts.of(method.tenant_id).get(method.tenant_id)
            return unit.answer(_message(method, account, call))

    async def DeletePaymentMethod(self, request: DeletePaymentMethodRequest, call: Call) -> PaymentMethodMessage:
        async with self.store.unit(call) as unit:
            before = await unit.payment_methods.get(request.id)
            method = await self.vaulting.remove(unit, before, self.clock.now())
            message = unit.answer(_message(method, None, call))
        await self.vaulting.withdraw(call, method)
        return message

    def _transfers_for(self, call: Call) -> bool:
        """Whether the caller may have a tenant pay by transfer, which gives it credit for some days."""
        alone = not any(one.traits.charges for one in self.vaulting.paying.providers)
        return alone or self.settings.transfers_for_all or call.principal.realm == PLATFORM

    async def _shown(self, method: PaymentMethod, call: Call) -> PaymentMethodMessage:
        async with self.store.unit(call, aside=True) as unit:
            return _message(method, await unit.accounts.of(method.tenant_id).find(method.tenant_id), call)


def _message(method: PaymentMethod, account: BillingAccount | None, call: Call) -> PaymentMethodMessage:
    """The method; how to finish its setup only for those who may."""
    default = account is not None and account.default_payment_method_id == method.id
    shown = method if call.may("payment-methods.manage") else method.but(setup=None)
    return wire.message(PaymentMethodMessage, shown, default=default)
