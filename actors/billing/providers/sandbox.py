"""The sandbox: a payment provider that is built in, moves no money and does as its test tokens say.

Deterministic: the same tokens, keys and clock give the same outcomes. All it knows is in a `SandboxState`, one record
a charge, so replicas agree and a process killed anywhere loses nothing. Never in production.

A challenge has a page of the platform's own UI. It answers by posting `{"answer": "accept"|"refuse", "reference",
"client_secret"}` to the sandbox's webhook address, where `read_webhook` takes the answer and gives the event of it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

import orjson

from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.payment_method import Confirmation
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.subscription_state import PaymentMethodNeeded
from actors.billing.providers import sandbox_disputes
from actors.billing.providers.contract import (
    LARGEST_EVENT_BYTES,
    ChargeRequest,
    EventKind,
    Method,
    Movement,
    MovementKind,
    Outcome,
    ProviderEvent,
    ProviderMissing,
    ProviderRefused,
    ProviderUnavailable,
    RefundOutcome,
    RefundRequest,
    Setup,
    SetupState,
    SignatureInvalid,
    Traits,
)
from actors.billing.providers.sandbox_events import SandboxEvents, Send, event_body
from actors.billing.providers.sandbox_state import SandboxRecord, SandboxState, lettered
from actors.billing.providers.sandbox_tokens import SETTLES_AFTER, behaviour
from actors.kernel.clock import Clock
from actors.kernel.errors import IdempotencyKeyReused

Data = Mapping[str, Any]


class Sandbox:
    """See the module. `page` is the address of the page that asks the payer; `secret` signs events and challenges."""

    traits = Traits(name="sandbox", sandbox=True)

    def __init__(
        self, state: SandboxState, clock: Clock, *, secret: bytes, page: str, env: Literal["development", "production"]
    ) -> None:
        if env == "production":
            raise ProviderMissing(provider="sandbox")
        self._state, self._clock, self._page = state, clock, page
        self.events = SandboxEvents(state, clock, secret)

    async def create_customer(self, idempotency_key: str, *, name: str, email: str) -> str:
        refuse_card_numbers(name=name, email=email)
        return name_of("sbc", idempotency_key)

    async def begin_setup(self, idempotency_key: str, *, customer: str, token: str = "", return_url: str = "") -> Setup:
        refuse_card_numbers(token=token)
        reference = name_of("sbm", idempotency_key)
        does = behaviour(token or "tok_setup_challenge")
        if does is None:
            return Setup(SetupState.FAILED, reference, decline=DeclineReason.INCORRECT_DETAILS)
        state = "PENDING" if does.setup_asks else "FAILED" if does.setup_decline else "ACTIVE"
        data = {"customer": customer, "token": token or "tok_setup_challenge", "state": state, "charges": []}
        await self._state.write(f"method:{reference}", {**data, "return_url": return_url}, 0)
        record = await self._state.read(f"method:{reference}")
        assert record is not None
        if (record.data["customer"], record.data["token"]) != (customer, data["token"]):
            raise IdempotencyKeyReused(problem="was used for another payment method")
        return self._setup(reference, record.data)

    async def look_up_setup(self, reference: str, *, idempotency_key: str) -> Setup:
        record = await self._state.read(f"method:{reference}")
        if record is None:
            return Setup(SetupState.FAILED, reference, decline=DeclineReason.METHOD_GONE)
        return self._setup(reference, record.data)

    async def remove_method(self, method: str) -> None:
        while (record := await self._state.read(f"method:{method}")) and record.data["state"] != "REMOVED":
            await self._state.write(record.key, {**record.data, "state": "REMOVED"}, record.revision)

    async def charge(self, request: ChargeRequest) -> Outcome:
        refuse_card_numbers(method=request.method, description=request.description)
        if not request.method:
            raise PaymentMethodNeeded()
        reference = name_of("sbp", request.idempotency_key)
        record = await self._state.read(f"charge:{reference}") or await self._taken(request, reference)
        if record.data["asked"] != _asked(request):
            raise IdempotencyKeyReused(problem="was used for another payment")
        does = behaviour(record.data["token"])
        if does is not None and does.silent:
            raise ProviderUnavailable(provider="sandbox")
        return self._outcome(reference, record.data)

    async def look_up(self, request: ChargeRequest, *, reference: str = "") -> Outcome | None:
        reference = reference or name_of("sbp", request.idempotency_key)
        record = await self._state.read(f"charge:{reference}")
        return None if record is None else self._outcome(reference, record.data)

    async def resume(self, request: ChargeRequest, *, reference: str) -> Outcome:
        return self._outcome(reference, (await self._charge(reference)).data)

    async def cancel(self, request: ChargeRequest, *, reference: str) -> Outcome:
        return await self._answered(reference, {"state": "CANCELLED"}, "payment.cancelled")

    async def answer(self, reference: str, client_secret: str, *, accept: bool) -> Outcome | Setup:
        """The payer's answer on the page of a challenge. The first answer counts."""
        if not hmac.compare_digest(self._challenge(reference).encode(), client_secret.encode()):
            raise SignatureInvalid(provider="sandbox", problem="the challenge is another one")
        if reference.startswith("sbm_"):
            record = await self._state.read(f"method:{reference}")
            if record is not None and record.data["state"] == "PENDING":
                data = {**record.data, "state": "ACTIVE" if accept else "FAILED"}
                await self._state.write(record.key, data, record.revision)
            return await self.look_up_setup(reference, idempotency_key="")
        if accept:
            return await self._answered(reference, {"state": "SUCCEEDED"}, "payment.succeeded")
        refused = {"state": "FAILED", "decline": DeclineReason.NOT_CONFIRMED.value}
        return await self._answered(reference, refused, "payment.failed")

    async def refund(self, request: RefundRequest) -> RefundOutcome:
        reference = _refund_name(request)
        while True:
            record = await self._charge(request.reference)
            refunds = record.data["refunds"]
            if reference in refunds:
                if refunds[reference]["amount_minor"] != request.amount_minor:
                    raise IdempotencyKeyReused(problem="was used for another refund")
                return self._refund(reference, refunds[reference])
            now, does = self._clock.now(), behaviour(record.data["token"])
            paid = record.data["amount_minor"] if self._outcome("", record.data).state is State.SUCCEEDED else 0
            standing = [self._refund("", one) for one in refunds.values()]
            left = paid - sum(one.amount_minor for one in standing if one.state is not RefundState.FAILED)
            left -= sandbox_disputes.taken_minor(record.data, now) if paid else 0
            if request.amount_minor > left or request.currency != record.data["currency"]:
                raise AmountExceeds(left_minor=left)
            ends = does.refund_settles_as if does else None
            data: dict[str, Any] = {
                "key": request.idempotency_key,
                "amount_minor": request.amount_minor,
                "time": now.isoformat(),
                "state": (ends or RefundState.SUCCEEDED).value,
                "settle_time": (now + SETTLES_AFTER if ends else now).isoformat(),
            }
            word = f"refund.{data['state'].lower()}"
            due = datetime.fromisoformat(data["settle_time"])
            await self.events.queue(word, request.reference, due, key=request.idempotency_key, object=reference)
            changed = {**record.data, "refunds": {**refunds, reference: data}}
            if await self._state.write(record.key, changed, record.revision):
                return self._refund(reference, data)

    async def look_up_refund(self, request: RefundRequest, *, reference: str = "") -> RefundOutcome | None:
        record = await self._state.read(f"charge:{request.reference}")
        reference = reference or _refund_name(request)
        found = record.data["refunds"].get(reference) if record else None
        return None if found is None else self._refund(reference, found)

    async def list_disputes(self, reference: str) -> list[DisputeFacts]:
        record = await self._state.read(f"charge:{reference}")
        found = self._dispute(record.data) if record is not None else None
        return [found] if found is not None else []

    async def read_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> ProviderEvent:
        if len(raw_body) <= LARGEST_EVENT_BYTES and b'"answer"' in raw_body:
            return await self._read_answer(raw_body)
        self.events.check(headers, raw_body)
        body = orjson.loads(raw_body)
        standing, type = body.get("standing", {}), body["type"]
        about: dict[str, Any] = {
            "id": body["id"],
            "time": datetime.fromisoformat(body["time"]),
            "type": type,
            "reference": body.get("object", ""),
            "idempotency_key": body.get("key", ""),
        }
        if type.startswith("payment."):
            return ProviderEvent(kind=EventKind.PAYMENT, outcome=_parsed(about["reference"], standing), **about)
        if type.startswith("dispute."):
            dispute = sandbox_disputes.heard(about["reference"], standing)
            of = about | {"reference": standing["payment"]}
            return ProviderEvent(kind=EventKind.DISPUTE, dispute=dispute, **of)
        if type.startswith("refund."):
            state = RefundState(standing["state"])
            refund = RefundOutcome(state, about["reference"], standing["amount_minor"])
            return ProviderEvent(kind=EventKind.REFUND, refund=refund, **about)
        return ProviderEvent(kind=EventKind.OTHER, **about)

    async def list_movements(self, start: datetime, end: datetime) -> AsyncIterator[Movement]:
        found, after = [], ""
        while page := await self._state.list("charge:", after=after):
            after = page[-1].key
            found += [one for record in page for one in self._movements(record)]
        for movement in sorted(found, key=lambda one: (one.time, one.id)):
            if start <= movement.time < end:
                yield movement

    async def deliver_due(self, send: Send) -> int:
        """Delivers the events that are due; see `SandboxEvents.deliver`. To be called every second or so."""
        return await self.events.deliver(send, self._body)

    async def aclose(self) -> None:
        return None

    async def _taken(self, request: ChargeRequest, reference: str) -> SandboxRecord:
        """Decides the charge and writes it, once: of several replicas the first one's stays."""
        method = await self._state.read(f"method:{request.method}")
        usable = method is not None and method.data["state"] == "ACTIVE" and method.data["customer"] == request.customer
        token = method.data["token"] if method is not None and usable else "tok_gone"
        does = behaviour(token)
        assert does is not None
        if does.down:
            raise ProviderUnavailable(provider="sandbox")
        state, decline = does.charge, does.decline
        if does.successes is not None:
            if await self._ordinal(request.method, reference) < does.successes:
                decline = None
            else:
                state = State.FAILED
        now = self._clock.now()
        ends = does.settles_as or state
        data: dict[str, Any] = {
            "key": request.idempotency_key,
            "asked": _asked(request),
            "amount_minor": request.amount_minor,
            "currency": request.currency,
            "token": token,
            "return_url": request.return_url,
            "state": ends.value,
            "decline": decline.value if decline and ends is State.FAILED else "",
            "settle_time": (now + SETTLES_AFTER if does.settles_as else now).isoformat(),
            "refunds": {},
        }
        due = datetime.fromisoformat(data["settle_time"])
        await self.events.queue(f"payment.{ends.value.lower()}", reference, due, key=request.idempotency_key)
        if does.disputed is not None and ends is State.SUCCEEDED:
            name = name_of("sbd", reference)
            data["dispute"] = sandbox_disputes.planned(does.disputed, name, due)
            for word in ("open", "close"):
                if moment := data["dispute"][f"{word}_time"]:
                    when = datetime.fromisoformat(moment)
                    of = {"key": request.idempotency_key, "object": name}
                    await self.events.queue(f"dispute.{word}", reference, when, **of)
        await self._state.write(f"charge:{reference}", data, 0)
        return await self._charge(reference)

    async def _ordinal(self, method: str, reference: str) -> int:
        """Which charge of the method this one is, from 0; the same whenever it is asked."""
        while True:
            record = await self._state.read(f"method:{method}")
            assert record is not None
            charges = list(record.data["charges"])
            if reference in charges:
                return charges.index(reference)
            if await self._state.write(record.key, {**record.data, "charges": [*charges, reference]}, record.revision):
                return len(charges)

    async def _answered(self, reference: str, change: Data, type: str) -> Outcome:
        while True:
            record = await self._charge(reference)
            if record.data["state"] != State.REQUIRES_ACTION.value:
                return self._outcome(reference, record.data)
            now = self._clock.now()
            await self.events.queue(type, reference, now, key=record.data["key"])
            data = {**record.data, **change, "settle_time": now.isoformat()}
            if await self._state.write(record.key, data, record.revision):
                return self._outcome(reference, data)

    async def _charge(self, reference: str) -> SandboxRecord:
        record = await self._state.read(f"charge:{reference}")
        if record is None:
            raise ProviderRefused(f"the sandbox knows no payment {reference}")
        return record

    async def _read_answer(self, raw_body: bytes) -> ProviderEvent:
        try:
            body = orjson.loads(raw_body)
            answer, reference, secret = (str(body[name]) for name in ("answer", "reference", "client_secret"))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise SignatureInvalid(provider="sandbox", problem="it is not signed") from None
        found = await self.answer(reference, secret, accept=answer == "accept")
        id, now = name_of("sbe", f"answer|{reference}"), self._clock.now()
        if isinstance(found, Setup):
            return ProviderEvent(id, EventKind.SETUP, now, reference, type="challenge.answered")
        key = (await self._charge(reference)).data["key"]
        return ProviderEvent(id, EventKind.PAYMENT, now, reference, key, outcome=found, type="challenge.answered")

    async def _body(self, event: Data) -> bytes | None:
        record = await self._state.read(f"charge:{event['charge']}")
        if record is None:
            return None
        if event["object"] == event["charge"]:
            outcome = self._outcome(event["charge"], record.data)
            standing: Data = {"state": outcome.state.value, "decline": outcome.decline and outcome.decline.value}
        elif event["type"].startswith("dispute."):
            if (dispute := self._dispute(record.data)) is None:
                return None
            standing = sandbox_disputes.told(dispute, event["charge"])
        elif (refund := record.data["refunds"].get(event["object"])) is None:
            return None
        else:
            standing = {"state": self._refund("", refund).state.value, "amount_minor": refund["amount_minor"]}
        return event_body(event, self._clock.now(), standing)

    def _setup(self, reference: str, data: Data) -> Setup:
        does = behaviour(data["token"])
        if data["state"] == "PENDING":
            return Setup(SetupState.REQUIRES_ACTION, reference, confirmation=self._asks(reference, data))
        if does is None or data["state"] == "REMOVED":
            return Setup(SetupState.FAILED, reference, decline=DeclineReason.METHOD_GONE)
        if data["state"] == "FAILED":
            return Setup(SetupState.FAILED, reference, decline=does.setup_decline or DeclineReason.NOT_CONFIRMED)
        label = f"{does.brand} •••• {does.last4}"
        year = self._clock.now().year + 3
        return Setup(SetupState.SUCCEEDED, reference, Method(reference, label, does.brand, does.last4, 12, year))

    def _outcome(self, reference: str, data: Data) -> Outcome:
        if datetime.fromisoformat(data["settle_time"]) > self._clock.now():
            return Outcome(State.PENDING, reference)
        outcome = _parsed(reference, data)
        if outcome.state is not State.REQUIRES_ACTION:
            return outcome
        return Outcome(outcome.state, reference, confirmation=self._asks(reference, data))

    def _refund(self, reference: str, data: Data) -> RefundOutcome:
        pending = datetime.fromisoformat(data["settle_time"]) > self._clock.now()
        return RefundOutcome(
            RefundState.PENDING if pending else RefundState(data["state"]), reference, data["amount_minor"]
        )

    def _dispute(self, data: Data) -> DisputeFacts | None:
        succeeded = self._outcome("", data).state is State.SUCCEEDED
        return sandbox_disputes.standing(data, self._clock.now()) if succeeded else None

    def _movements(self, record: SandboxRecord) -> list[Movement]:
        data, reference = record.data, record.key.removeprefix("charge:")
        if self._outcome(reference, data).state is not State.SUCCEEDED:
            return []
        time = datetime.fromisoformat(data["settle_time"])
        currency = data["currency"]
        charge = (MovementKind.CHARGE, reference, data["key"], data["amount_minor"])
        found = [Movement(f"{reference}.c", *charge, currency, 0, currency, time)]
        for name, refund in data["refunds"].items():
            if self._refund(name, refund).state is RefundState.SUCCEEDED:
                time = datetime.fromisoformat(refund["settle_time"])
                back = (MovementKind.REFUND, name, refund["key"], -refund["amount_minor"])
                found.append(Movement(f"{name}.r", *back, currency, 0, currency, time))
        dispute = self._dispute(data)
        for moved in dispute.moved if dispute is not None else ():
            of = (MovementKind.DISPUTE, reference, data["key"], moved.amount_minor, currency, 0, currency)
            found.append(Movement(moved.id, *of, moved.move_time))
        return found

    def _asks(self, reference: str, data: Data) -> Confirmation:
        secret = self._challenge(reference)
        # Behind the #, so that no server's log holds the secret.
        words = {"reference": reference, "client_secret": secret, "return_url": data["return_url"]}
        return Confirmation(f"{self._page}#{urlencode(words)}", secret)

    def _challenge(self, reference: str) -> str:
        return "sbs_" + lettered(self.events.mac(f"challenge|{reference}".encode())[:40])


def name_of(prefix: str, key: str) -> str:
    """The sandbox's name of what has this key."""
    return f"{prefix}_{lettered(hashlib.sha256(key.encode()).hexdigest()[:24])}"


def _refund_name(request: RefundRequest) -> str:
    return name_of("sbr", f"{request.reference}|{request.idempotency_key}")


def _asked(request: ChargeRequest) -> list[Any]:
    """What must be the same when a key is used again."""
    return [request.amount_minor, request.currency, request.customer, request.method]


def _parsed(reference: str, data: Data) -> Outcome:
    decline = DeclineReason(data["decline"]) if data["decline"] else None
    return Outcome(State(data["state"]), reference, decline)
