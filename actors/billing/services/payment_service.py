"""Payments of invoices, and refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from actors.api.billing.v1 import (
    ConfirmPaymentRequest,
    CreatePaymentRequest,
    GetPaymentRequest,
    ListDisputesRequest,
    ListDisputesResponse,
    ListPaymentsRequest,
    ListPaymentsResponse,
    ListRefundsRequest,
    ListRefundsResponse,
    PaymentServiceServicer,
    RecordTransferRequest,
    RefundPaymentRequest,
)
from actors.api.billing.v1 import Dispute as DisputeMessage
from actors.api.billing.v1 import Payment as PaymentMessage
from actors.api.billing.v1 import Provider as ProviderMessage
from actors.api.billing.v1 import Refund as RefundMessage
from actors.billing.collecting import method_of
from actors.billing.deriving import id_for
from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.dispute import Dispute
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import Outcome, Payment, State, new_transfer
from actors.billing.domain.payment_method import PaymentMethod, PaymentMethodState, Provider, new_payment_method
from actors.billing.domain.payment_method import State as MethodState
from actors.billing.domain.subscription_state import PaymentMethodNeeded
from actors.billing.paying import Paying
from actors.billing.refunding import Refunding
from actors.billing.store import BooksUnit
from actors.billing.vaulting import Vaulting, must_be_there
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Condition, Eq, In, Order
from actors.kernel.store.unit import Store

_NEWEST_FIRST = Order("create_time", descending=True)
_IDS = 200
_MOST_DISPUTES = 5000


class PaymentService(PaymentServiceServicer):
    """Money of tenants, in and back."""

    def __init__(self, room: Room, paying: Paying, refunding: Refunding, vaulting: Vaulting) -> None:
        self.clock, self.paying, self.refunding, self.vaulting = room.clock, paying, refunding, vaulting
        self.store: Store[BooksUnit] = room.books

    async def CreatePayment(self, request: CreatePaymentRequest, call: Call) -> PaymentMessage:
        refuse_card_numbers(return_path=request.return_path, provider_token=request.new_method.provider_token)
        method_id = request.payment_method_id
        if request.HasField("new_method"):
            call.require("payment-methods.manage")
            method_id = await self._added(request, call)
        await self._make_way(request, method_id, call)
        async with self.store.unit(call, aside=True) as unit:
            payment = await self._begun(unit, request, method_id, call)
        payment = await self.paying.ask(call, payment.id, return_path=request.return_path)
        return await self._shown(payment, call)

    async def ListPayments(self, request: ListPaymentsRequest, call: Call) -> ListPaymentsResponse:
        where: list[Condition] = []
        if request.invoice_id:
            where.append(Eq("invoice_id", request.invoice_id))
        if request.states:
            descriptor = PaymentMessage.DESCRIPTOR.enum_types_by_name["State"]
            where.append(In("state", tuple(wire.enum_name(descriptor, number) for number in request.states)))
        if request.HasField("created_from") or request.HasField("created_to"):
            low = request.created_from.ToDatetime(UTC) if request.HasField("created_from") else None
            high = request.created_to.ToDatetime(UTC) if request.HasField("created_to") else None
            where.append(Between("create_time", low, high))
        async with self.store.unit(call) as unit:
            page = await unit.payments.page(*where, order=_NEWEST_FIRST, request=request)
            disputes = await _disputes(unit, page.items)
        return ListPaymentsResponse(
            payments=[_shown(payment, call, disputes) for payment in page.items], next_page_token=page.next_page_token
        )

    async def GetPayment(self, request: GetPaymentRequest, call: Call) -> PaymentMessage:
        async with self.store.unit(call) as unit:
            payment = await unit.payments.get(request.id)
            return _shown(payment, call, await _disputes(unit, (payment,)))

    async def ConfirmPayment(self, request: ConfirmPaymentRequest, call: Call) -> PaymentMessage:
        return await self._shown(await self.paying.ask(call, request.id), call)

    async def RecordTransfer(self, request: RecordTransferRequest, call: Call) -> PaymentMessage:
        refuse_card_numbers(note=request.note)
        now = self.clock.now()
        async with self.store.unit(call) as unit:
            invoice = await unit.invoices.get(request.invoice_id)
            words: dict[str, Any] = {
                "id": id_for(call, self.clock, "pay"),
                "at": now,
                "pay_time": request.pay_time.ToDatetime(UTC) if request.HasField("pay_time") else None,
                "note": request.note.strip(),
            }
            payment, applied = new_transfer(invoice, request.amount_minor, **words)
            current = await self.paying.owing.received(unit, payment, applied, now)
            payment, _ = new_transfer(invoice, request.amount_minor, **words, account_current=current)
            payment = unit.payments.of(invoice.tenant_id).put(payment)
            overtaken = None
            if applied.invoice.state is InvoiceState.PAID:
                overtaken = await self.paying.under_way(unit, applied.invoice)
            message = unit.answer(_shown(payment, call, {}))
        if overtaken is not None:
            await self.paying.give_up(call, overtaken.id, Outcome(State.CANCELLED))
        return message

    async def RefundPayment(self, request: RefundPaymentRequest, call: Call) -> RefundMessage:
        refuse_card_numbers(reason=request.reason)
        id = id_for(call, self.clock, "ref")
        async with self.store.unit(call, aside=True) as unit:
            payment = await unit.payments.get(request.id)
            refund = await unit.refunds.of(payment.tenant_id).find(id)
            again = refund is not None
            if refund is None:
                refund = await self.refunding.begin(
                    unit, payment, request.amount_minor, request.reason.strip(), id=id, at=self.clock.now()
                )
        return wire.message(RefundMessage, await self.refunding.ask(call, refund.id, again=again))

    async def ListRefunds(self, request: ListRefundsRequest, call: Call) -> ListRefundsResponse:
        where: list[Condition] = [Eq("payment_id", request.payment_id)] if request.payment_id else []
        async with self.store.unit(call) as unit:
            page = await unit.refunds.page(*where, order=_NEWEST_FIRST, request=request)
        return ListRefundsResponse(
            refunds=[wire.message(RefundMessage, refund) for refund in page.items],
            next_page_token=page.next_page_token,
        )

    async def ListDisputes(self, request: ListDisputesRequest, call: Call) -> ListDisputesResponse:
        where: list[Condition] = [Eq("payment_id", request.payment_id)] if request.payment_id else []
        if request.states:
            descriptor = DisputeMessage.DESCRIPTOR.enum_types_by_name["State"]
            where.append(In("state", tuple(wire.enum_name(descriptor, number) for number in request.states)))
        async with self.store.unit(call) as unit:
            page = await unit.disputes.page(*where, order=_NEWEST_FIRST, request=request)
        return ListDisputesResponse(
            disputes=[wire.message(DisputeMessage, dispute) for dispute in page.items],
            next_page_token=page.next_page_token,
        )

    async def _shown(self, payment: Payment, call: Call) -> PaymentMessage:
        async with self.store.unit(call, aside=True) as unit:
            return _shown(payment, call, await _disputes(unit, (payment,)))

    async def _added(self, request: CreatePaymentRequest, call: Call) -> str:
        """The id of the new method, stored and ready; nothing is stored for an invoice that nobody has to pay."""
        new, id = request.new_method, id_for(call, self.clock, "pm")
        async with self.store.unit(call, aside=True) as unit:
            invoice = await unit.invoices.get(request.invoice_id)
            begun = await unit.payment_methods.of(invoice.tenant_id).find(id)
        if begun is None:
            invoice.must_be_payable()
        wanted = new_payment_method(
            id=id,
            tenant_id=invoice.tenant_id,
            provider=Provider[wire.enum_name(ProviderMessage.DESCRIPTOR, new.provider)],
            at=self.clock.now(),
            wanted_default=new.default,
        )
        self.paying.provider(wanted.provider)
        method = await self.vaulting.add(call, wanted, token=new.provider_token, return_path=request.return_path)
        if method.state is not MethodState.ACTIVE:
            raise PaymentMethodState(state=method.state.name, payment_method=method.id)
        return method.id

    async def _make_way(self, request: CreatePaymentRequest, method_id: str, call: Call) -> None:
        """Gives up a payment that waits for its payer, who rather pays with another method."""
        async with self.store.unit(call, aside=True) as unit:
            payment = await self.paying.under_way(unit, await unit.invoices.get(request.invoice_id))
        if payment is None or payment.state is not State.REQUIRES_ACTION:
            return
        if method_id and method_id != payment.payment_method_id:
            await self.paying.give_up(call, payment.id, Outcome(State.CANCELLED))

    async def _begun(self, unit: BooksUnit, request: CreatePaymentRequest, method_id: str, call: Call) -> Payment:
        """The payment that is under way, or one that is begun; of a repeated call, the one it began."""
        invoice = await unit.invoices.get(request.invoice_id)
        tenant_id, at = invoice.tenant_id, self.clock.now()
        id = id_for(call, self.clock, "pay")
        payments = unit.payments.of(tenant_id)
        payment = await self.paying.under_way(unit, invoice) or await payments.find(id)
        if payment is not None:
            return payment
        invoice.must_be_payable()
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        account.must_be_open()
        method = await self._method(unit, method_id, invoice)
        return self.paying.begin(unit, invoice, method, id=id, at=at, attempt=max(1, invoice.attempt_count))

    @staticmethod
    async def _method(unit: BooksUnit, method_id: str, invoice: Invoice) -> PaymentMethod:
        tenant_id = invoice.tenant_id
        if method_id:
            return must_be_there(await unit.payment_methods.of(tenant_id).get(method_id))
        method = await method_of(unit, invoice, await unit.accounts.of(tenant_id).get(tenant_id))
        if method is None:
            raise PaymentMethodNeeded
        return method


async def _disputes(unit: BooksUnit, payments: Sequence[Payment]) -> Mapping[str, list[Dispute]]:
    """By payment, newest first. Nearly no payment ever has any."""
    found: dict[str, list[Dispute]] = {}
    ids = [one.id for one in payments if one.state is State.SUCCEEDED]
    for start in range(0, len(ids), _IDS):
        some = tuple(ids[start : start + _IDS])
        for one in await unit.disputes.select(In("payment_id", some), order=_NEWEST_FIRST, limit=_MOST_DISPUTES):
            found.setdefault(one.payment_id, []).append(one)
    return found


def _shown(payment: Payment, call: Call, disputes: Mapping[str, list[Dispute]]) -> PaymentMessage:
    """The payment; how to confirm it only for those who may pay."""
    shown = wire.message(PaymentMessage, payment if call.may("payments.create") else payment.but(confirmation=None))
    shown.disputes.extend(wire.message(DisputeMessage, one) for one in disputes.get(payment.id, ()))
    return shown
