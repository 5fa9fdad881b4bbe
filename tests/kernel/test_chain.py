"""The chain: what each step refuses, in which order, and what repeated calls get."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from actors.api.billing.v1 import LimitsReached, RecordUsageResponse, StreamUsageRequest, UsageEvent
from actors.api.iam.v1 import CreateUserRequest, GetUserRequest, LoginRequest, User
from actors.api.kernel.v1 import AuditRecorded, CallsCounted
from actors.kernel import wire
from actors.kernel.access.audit import Refusals
from actors.kernel.access.policy import Method
from actors.kernel.call import PLATFORM, TENANT, Call
from actors.kernel.clock import Clock
from actors.kernel.entitlements import API_CALLS, STORAGE, Entitlements
from actors.kernel.errors import (
    AtriumError,
    Contended,
    Deadline,
    FeatureMissing,
    IdempotencyKeyReused,
    ImpersonationReadOnly,
    Internal,
    InvalidFields,
    LimitReached,
    Malformed,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    RealmRefused,
    SecondFactorOwed,
    SubscriptionInactive,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenRevoked,
)
from actors.kernel.host.chain import Chain
from actors.kernel.host.usage import Usage
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.telemetry import Metrics
from tests.contracts.things import POOLED, Shop, Thing, shop_over
from tests.kernel.test_entitlements import changed, told
from tests.kernel.tokens import KEY, POLICY, principal, verifier

CREATE = dataclasses.replace(POLICY.methods["atrium.iam.v1.UserService/CreateUser"], tenant_field="")
GET = dataclasses.replace(POLICY.methods["atrium.iam.v1.UserService/GetUser"], tenant_field="")
GOOD = CreateUserRequest(email="ada@example.com", display_name="Ada", password="correct horse battery staple")


class Bench:
    """A chain over a memory store, and calls of one caller after the other."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.clock = shop, shop.clock
        self.chain = Chain(
            policy=POLICY,
            verifier=verifier(),
            store=shop.store,
            clock=self.clock,
            metrics=Metrics(),
            refusals=Refusals(self.clock),
            usage=Usage(self.clock),
            entitlements=Entitlements(self.clock),
        )
        self.handled: list[tuple[Any, str]] = []
        self.failures: list[Exception] = []

    async def create(self, request: Any, call: Call) -> User:
        """A handler as services have it: one unit, the answer given to it."""
        if self.failures:
            raise self.failures.pop(0)
        self.handled.append((request, call.scope))
        async with self.shop.store.unit(call) as unit:
            thing = unit.notes.put(Thing(id=self.clock.new_id("usr"), name=request.email))
            return unit.answer(User(id=thing.id, email=request.email))

    async def read(self, request: Any, call: Call) -> User:
        if self.failures:
            raise self.failures.pop(0)
        self.handled.append((request, call.scope))
        return User(id=request.id)

    async def call(
        self, method: Method = CREATE, request: Message | None = None, handler: Any = None, **headers: str
    ) -> tuple[Any, Call]:
        asked = request if request is not None else GOOD if method.request is CreateUserRequest else method.request()
        run = self.chain.compose(method, handler or (self.read if method.safe else self.create))
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call(request_id="req_1", method=method, request=asked, headers=sent)
        return await asyncio.create_task(run(asked, call)), call  # type: ignore[arg-type]

    async def records(self) -> int:
        async with self.shop.unit() as unit:
            return await unit.notes.count()

    async def audit(self) -> list[AuditRecorded]:
        entries = [AuditRecorded.FromString(bytes(one["payload"])) for one in await self.shop.outbox()]
        return sorted(entries, key=lambda entry: entry.id)


def bearer(patterns: tuple[str, ...] = ("*",), **more: Any) -> str:
    return "Bearer " + KEY.token(principal(tenant_id=POOLED, **more), patterns)


@pytest.fixture
async def bench() -> Bench:
    return Bench(await shop_over(MemoryBackend(), Clock()))


# --- access ---


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        ("", TokenMissing),
        ("Bearer", TokenInvalid),
        ("Bearer ", TokenInvalid),
        ("Basic abc", TokenInvalid),
        ("Bearer x.y.z", TokenInvalid),
        (bearer(expires=1.0), TokenExpired),
        (bearer(owes_second_factor=True), SecondFactorOwed),
        (bearer(("users.read",)), PermissionMissing),
        (bearer(impersonator_id="usr_9", may_write=False), ImpersonationReadOnly),
    ],
)
async def test_a_caller_without_the_right_token_is_refused(bench: Bench, header: str, refusal: type) -> None:
    with pytest.raises(refusal):
        await bench.call(authorization=header)
    assert bench.handled == []


async def test_a_token_of_a_session_that_ended_is_refused(bench: Bench) -> None:
    bench.chain.verifier.revocations.mark("ses_1", 2**52)
    with pytest.raises(TokenRevoked):
        await bench.call(authorization=bearer())


async def test_an_open_stream_ends_when_its_token_is_revoked_however_quiet_it_is(bench: Bench) -> None:
    closed: list[str] = []

    async def stream(request: Any, call: Call) -> AsyncIterator[User]:
        try:
            yield User(id="first")
            await asyncio.Event().wait()
        finally:
            closed.append("closed")

    answers, _ = await bench.call(dataclasses.replace(GET, streaming=True), GetUserRequest(id="x"), stream,
                                  authorization=bearer())  # fmt: skip
    assert (await anext(answers)).id == "first"
    waiting = asyncio.ensure_future(anext(answers))
    bench.chain.verifier.revocations.mark("ses_other", 2**52)
    await asyncio.sleep(0)
    assert not waiting.done()
    bench.chain.verifier.revocations.mark("ses_1", 2**52)
    with pytest.raises(TokenRevoked):
        await waiting
    assert closed == ["closed"]


async def test_a_stream_that_its_caller_leaves_is_closed(bench: Bench) -> None:
    closed: list[str] = []

    async def stream(request: Any, call: Call) -> AsyncIterator[User]:
        try:
            for number in range(5):
                yield User(id=str(number))
        finally:
            closed.append("closed")

    method = dataclasses.replace(GET, streaming=True)
    answers, _ = await bench.call(method, GetUserRequest(id="x"), stream, authorization=bearer())
    assert [user.id async for user in answers] == ["0", "1", "2", "3", "4"]
    answers, _ = await bench.call(method, GetUserRequest(id="x"), stream, authorization=bearer())
    await anext(answers)
    await answers.aclose()
    assert closed == ["closed", "closed"]


async def test_a_caller_of_the_other_realm_is_refused(bench: Bench) -> None:
    method = dataclasses.replace(CREATE, realms=frozenset({PLATFORM}))
    with pytest.raises(RealmRefused) as refused:
        await bench.call(method, authorization=bearer())
    assert refused.value.metadata == {"realm": TENANT}


async def test_an_impersonator_may_read(bench: Bench) -> None:
    await bench.call(GET, GetUserRequest(id="x"), authorization=bearer(impersonator_id="u", may_write=False))
    assert len(bench.handled) == 1


async def test_a_permission_is_not_needed_for_ones_own_tenant_where_the_contract_says_so(bench: Bench) -> None:
    method = dataclasses.replace(GET, own_tenant=True)
    await bench.call(method, GetUserRequest(id="x"), authorization=bearer(()))
    with pytest.raises(PermissionMissing):
        await bench.call(
            method, GetUserRequest(id="x"), authorization="Bearer " + KEY.token(principal(realm=PLATFORM), ())
        )


@pytest.mark.parametrize("rule", ["self", "half_signed_in"])
async def test_a_method_about_oneself_asks_for_no_permission(bench: Bench, rule: str) -> None:
    method = dataclasses.replace(GET, rule=rule, permission="")
    await bench.call(method, GetUserRequest(id="x"), authorization=bearer(()))
    half = bearer((), owes_second_factor=True)
    if rule == "self":
        with pytest.raises(SecondFactorOwed):
            await bench.call(method, GetUserRequest(id="x"), authorization=half)
    else:
        await bench.call(method, GetUserRequest(id="x"), authorization=half)


async def test_a_public_method_takes_no_notice_of_a_bad_token(bench: Bench) -> None:
    method = dataclasses.replace(GET, rule="public", permission="")
    _, call = await bench.call(method, GetUserRequest(id="x"), authorization="Bearer nonsense")
    assert call.principal.user_id == ""


async def test_a_token_widens_a_public_method_that_says_so(bench: Bench) -> None:
    method = dataclasses.replace(GET, rule="public", permission="", widened_by="users.read")
    _, call = await bench.call(method, GetUserRequest(id="x"), authorization=bearer(("users.read",)))
    assert call.may("users.read")
    _, call = await bench.call(method, GetUserRequest(id="x"))
    assert not call.may("users.read")
    with pytest.raises(TokenInvalid):
        await bench.call(method, GetUserRequest(id="x"), authorization="Bearer nonsense")


async def test_an_api_key_is_exchanged_and_exchanged_anew_when_its_token_is_stale(bench: Bench) -> None:
    asked: list[bool] = []

    async def exchange(key: str, anew: bool) -> str:
        assert key == "the-key"
        asked.append(anew)
        expires = {} if anew else {"expires": 1.0}
        return KEY.token(principal(tenant_id=POOLED, machine=True, user_id="key_1", **expires), ("*",))

    bench.chain.exchange = exchange
    _, call = await bench.call(x_api_key="the-key")
    assert asked == [False, True]
    assert call.principal.machine and call.principal.user_id == "key_1"


# --- tenant ---


async def test_a_call_is_about_the_callers_own_tenant(bench: Bench) -> None:
    await bench.call(authorization=bearer())
    assert bench.handled[0][1] == POOLED


async def test_a_tenants_caller_cannot_name_another_tenant(bench: Bench) -> None:
    method = dataclasses.replace(CREATE, tenant_field="tenant_id")
    request = CreateUserRequest()
    request.CopyFrom(GOOD)
    for named, fine in ((POOLED, True), ("", True), ("ten_other", False)):
        request.tenant_id = named
        if fine:
            await bench.call(method, request, authorization=bearer())
            assert bench.handled[-1][1] == POOLED
        else:
            with pytest.raises(NotFound):
                await bench.call(method, request, authorization=bearer())
    request.tenant_id = "ten_siloed"
    _, call = await bench.call(method, request, authorization="Bearer " + KEY.token(principal(realm=PLATFORM)))
    assert call.scope == "ten_siloed"


# --- order, validation, errors ---


async def test_nobody_learns_what_is_wrong_with_a_request_they_may_not_make(bench: Bench) -> None:
    bad = CreateUserRequest(email="nonsense")
    with pytest.raises(PermissionMissing):
        await bench.call(request=bad, authorization=bearer(()))
    with pytest.raises(InvalidFields) as refused:
        await bench.call(request=bad, authorization=bearer())
    assert "email" in {violation.field for violation in refused.value.violations}
    assert bench.handled == []


async def test_a_rule_over_the_whole_message_is_told_without_a_field(bench: Bench) -> None:
    login = dataclasses.replace(POLICY.methods["atrium.iam.v1.SessionService/Login"])
    with pytest.raises(InvalidFields) as refused:
        await bench.call(login, LoginRequest(realm=1, tenant="acme", email="a@example.com", password="x"))
    assert [(v.field, bool(v.description)) for v in refused.value.violations] == [("", True)]


async def test_an_item_of_a_list_is_named_by_its_place(bench: Bench) -> None:
    request = CreateUserRequest()
    request.CopyFrom(GOOD)
    request.role_ids.extend(["rol_1", "x" * 500])
    with pytest.raises(InvalidFields) as refused:
        await bench.call(request=request, authorization=bearer())
    assert [v.field for v in refused.value.violations] == ["role_ids[1]"]


async def test_an_unexpected_error_tells_the_caller_nothing_but_the_request(bench: Bench) -> None:
    bench.failures = [KeyError("a-secret")]
    with pytest.raises(Internal) as refused:
        await bench.call(authorization=bearer())
    assert "a-secret" not in str(refused.value)
    assert refused.value.metadata == {"request_id": "req_1"}
    bench.failures = [TimeoutError()]
    with pytest.raises(Deadline):
        await bench.call(authorization=bearer())


async def test_contention_is_tried_again_and_leaves_one_effect_and_one_entry(bench: Bench) -> None:
    bench.failures = [Contended(), Contended()]
    answer, _ = await bench.call(authorization=bearer())
    assert answer.email == GOOD.email
    assert await bench.records() == 1
    assert [entry.action for entry in await bench.audit()] == [CREATE.audit_action]
    bench.failures = [OutcomeUnknown(dependency="MongoDB")]
    with pytest.raises(OutcomeUnknown):
        await bench.call(authorization=bearer())
    assert await bench.records() == 1


async def test_headers_of_a_failed_try_are_not_sent_twice(bench: Bench) -> None:
    async def handler(request: Any, call: Call) -> User:
        call.response_headers.append(("set-cookie", "a"))
        return await bench.create(request, call)

    bench.failures = [Contended()]
    _, call = await bench.call(handler=handler, authorization=bearer())
    assert call.response_headers == [("set-cookie", "a")]


async def test_calls_are_counted_by_outcome(bench: Bench) -> None:
    await bench.call(authorization=bearer())
    for _ in range(2):
        with pytest.raises(AtriumError):
            await bench.call()
    measured = bench.chain.metrics.method(CREATE.full_name)
    assert (measured.answered, measured.refused, measured.open) == (1, {"TOKEN_MISSING": 2}, 0)
    assert sum(measured.buckets) == 3


# --- audit ---


async def test_a_call_that_changed_nothing_itself_leaves_its_entry_after_the_handler(bench: Bench) -> None:
    method = dataclasses.replace(GET, audit_action="iam:user:read")
    await bench.call(method, GetUserRequest(id="usr_7"), authorization=bearer())
    (entry,) = await bench.audit()
    assert (entry.action, entry.target_id, entry.outcome, entry.actor_id) == ("iam:user:read", "usr_7", 0, "usr_1")


async def test_a_refused_call_leaves_no_entry_of_success(bench: Bench) -> None:
    bench.failures = [NotFound(kind="user", id="x")]
    with pytest.raises(NotFound):
        await bench.call(authorization=bearer())
    assert await bench.audit() == []
    (refusal,) = bench.chain.refusals.take()
    assert (refusal.reason, refusal.outcome, refusal.action) == ("NOT_FOUND", 5, CREATE.audit_action)


async def test_a_stream_that_takes_data_out_leaves_its_entry_when_it_opens(bench: Bench) -> None:
    async def stream(request: Any, call: Call) -> AsyncIterator[User]:
        yield User(id="a")
        yield User(id="b")

    method = dataclasses.replace(GET, streaming=True, audit_action="iam:user:export")
    answers, call = await bench.call(method, GetUserRequest(id="x"), stream, authorization=bearer())
    assert [entry.action for entry in await bench.audit()] == ["iam:user:export"]
    assert [one.id async for one in answers] == ["a", "b"]
    assert call.audited


# --- idempotency keys ---


async def test_a_repeated_call_gets_the_first_answer_and_has_no_second_effect(bench: Bench) -> None:
    first, _ = await bench.call(authorization=bearer(), idempotency_key="k-1")
    again, call = await bench.call(authorization=bearer(), idempotency_key="k-1")
    assert again.SerializeToString(deterministic=True) == first.SerializeToString(deterministic=True)
    assert call.response_headers == [("idempotent-replayed", "true")]
    assert await bench.records() == 1
    other, _ = await bench.call(authorization=bearer(), idempotency_key="k-2")
    assert other.id != first.id
    assert len(await bench.audit()) == 2


async def test_a_key_used_for_another_request_is_refused(bench: Bench) -> None:
    await bench.call(authorization=bearer(), idempotency_key="k")
    request = CreateUserRequest()
    request.CopyFrom(GOOD)
    request.email = "bob@example.com"
    with pytest.raises(IdempotencyKeyReused):
        await bench.call(request=request, authorization=bearer(), idempotency_key="k")


@pytest.mark.parametrize(
    "other",
    [{"user_id": "usr_2"}, {"tenant_id": "ten_other"}, {"realm": PLATFORM}],
    ids=["another user", "another tenant", "the platform"],
)
async def test_a_key_belongs_to_its_caller(bench: Bench, other: dict[str, Any]) -> None:
    first, _ = await bench.call(authorization=bearer(), idempotency_key="k")
    token = "Bearer " + KEY.token(principal(**{"tenant_id": POOLED, **other}), ("*",))
    second, call = await bench.call(authorization=token, idempotency_key="k")
    assert second.id != first.id
    assert call.response_headers == []


async def test_a_key_belongs_to_its_method(bench: Bench) -> None:
    first, _ = await bench.call(authorization=bearer(), idempotency_key="k")
    twin = dataclasses.replace(CREATE, full_name="atrium.iam.v1.UserService/InviteUser")
    second, _ = await bench.call(twin, GOOD, authorization=bearer(), idempotency_key="k")
    assert second.id != first.id


@pytest.mark.parametrize("key", ["x" * 129, "a\tb", "ü"])
async def test_a_key_of_a_bad_form_is_refused(bench: Bench, key: str) -> None:
    with pytest.raises(IdempotencyKeyReused):
        await bench.call(authorization=bearer(), idempotency_key=key)
    assert bench.handled == []


async def test_twins_at_the_same_time_get_the_same_answer(bench: Bench) -> None:
    answers = await asyncio.gather(*(bench.call(authorization=bearer(), idempotency_key="k") for _ in range(5)))
    assert len({answer.id for answer, _ in answers}) == 1
    assert await bench.records() == 1


async def test_a_refused_call_can_be_repeated_with_its_key(bench: Bench) -> None:
    bench.failures = [NotFound(kind="user", id="x")]
    with pytest.raises(NotFound):
        await bench.call(authorization=bearer(), idempotency_key="k")
    answer, _ = await bench.call(authorization=bearer(), idempotency_key="k")
    assert answer.id


async def test_a_method_that_may_be_repeated_takes_no_keys(bench: Bench) -> None:
    idempotent = dataclasses.replace(CREATE, idempotent=True)
    for _ in range(2):
        _, call = await bench.call(idempotent, GOOD, authorization=bearer(), idempotency_key="k")
        assert call.idempotency is None


# --- streams of requests ---

STREAM = POLICY.methods["atrium.billing.v1.UsageService/StreamUsage"]


def batch(tenant: str = "", *ids: str) -> StreamUsageRequest:
    return StreamUsageRequest(
        tenant_id=tenant, events=[UsageEvent(id=id, meter="exports", quantity=1) for id in ids or ("e1",)]
    )


class Intake:
    """Sends messages through the chain of a method that takes a stream, and notes what its handler got."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.taken: list[tuple[str, str]] = []

    async def handler(self, messages: AsyncIterator[tuple[Any, Call]], call: Call) -> RecordUsageResponse:
        async for message, one in messages:
            self.taken.append((one.scope, message.events[0].id))
            assert one.request is message and one.principal is call.principal
            async with self.bench.shop.store.unit(one) as unit:
                unit.notes.put(Thing(id=self.bench.clock.new_id("usg")))
        return RecordUsageResponse(accepted=len(self.taken))

    async def send(self, *messages: Any, **more: Any) -> RecordUsageResponse:
        async def stream() -> AsyncIterator[Any]:
            for message in messages:
                yield message() if callable(message) else message

        token = KEY.token(principal(**{"tenant_id": POOLED, **more}), ("usage.record",))
        call = Call(request_id="req_1", method=STREAM, headers={"authorization": f"Bearer {token}"})
        run = self.bench.chain.compose(STREAM, self.handler)
        answer: RecordUsageResponse = await asyncio.create_task(run(stream(), call))  # type: ignore[arg-type]
        return answer


@pytest.fixture
def intake(bench: Bench) -> Intake:
    return Intake(bench)


async def test_the_messages_of_a_stream_are_about_the_tenant_that_each_names(intake: Intake) -> None:
    assert (await intake.send(batch("", "a"), batch(POOLED, "b"))).accepted == 2
    assert intake.taken == [(POOLED, "a"), (POOLED, "b")]
    intake.taken.clear()
    await intake.send(batch("ten_1", "a"), batch("ten_2", "b"), batch("ten_1", "c"), realm=PLATFORM)
    assert intake.taken == [("ten_1", "a"), ("ten_2", "b"), ("ten_1", "c")]


async def test_a_message_about_another_tenant_ends_the_stream_before_it_is_taken(intake: Intake) -> None:
    with pytest.raises(NotFound):
        await intake.send(batch("", "a"), batch("ten_other", "b"), batch("", "c"))
    assert intake.taken == [(POOLED, "a")]


async def test_a_message_that_breaks_a_rule_ends_the_stream_and_says_which(intake: Intake) -> None:
    wrong = batch("", "a", "b")
    wrong.events[1].quantity = -1
    with pytest.raises(InvalidFields) as refused:
        await intake.send(batch(), wrong)
    assert [violation.field for violation in refused.value.violations] == ["events[1].quantity"]
    with pytest.raises(Malformed):
        await intake.send(batch(), Malformed(problem="no message"))
    assert len(intake.taken) == 2


async def test_nothing_is_taken_once_the_token_that_opened_the_stream_is_stale(intake: Intake) -> None:
    def late() -> StreamUsageRequest:
        intake.bench.chain.verifier.revocations.mark("ses_1", 2**52)
        return batch("", "b")

    with pytest.raises(TokenRevoked):
        await intake.send(batch("", "a"), late)
    assert intake.taken == [(POOLED, "a")]


async def test_a_stream_leaves_one_audit_entry_for_each_tenant_and_none_when_nothing_was_taken(intake: Intake) -> None:
    await intake.send(batch("ten_1", "a"), batch("ten_2", "b"), batch("ten_1", "c"), realm=PLATFORM)
    entries = await intake.bench.audit()
    assert [(entry.tenant_id, entry.action) for entry in entries] == [
        ("ten_1", STREAM.audit_action),
        ("ten_2", STREAM.audit_action),
    ]
    await intake.send()
    assert len(await intake.bench.audit()) == 2


async def test_what_a_broken_stream_brought_before_is_in_the_log_and_its_end_among_the_refusals(
    intake: Intake,
) -> None:
    with pytest.raises(NotFound):
        await intake.send(batch("", "a"), batch("ten_other", "b"))
    assert [entry.tenant_id for entry in await intake.bench.audit()] == [POOLED]
    (refusal,) = intake.bench.chain.refusals.take()
    assert (refusal.tenant_id, refusal.reason) == (POOLED, "NOT_FOUND")


async def test_a_stream_is_refused_as_a_whole_to_whoever_may_not_send_it(intake: Intake) -> None:
    with pytest.raises(ImpersonationReadOnly):
        await intake.send(batch(), impersonator_id="usr_9", may_write=False)
    assert intake.taken == []


# --- what the tenant's plan allows ---


def entitled(bench: Bench, *, usable: bool = True, api_calls: int = 100, used: int = 0, meter: str = API_CALLS) -> None:
    now = bench.clock.now()
    bench.chain.entitlements.heard(changed(tenant=POOLED, usable=usable, limits={meter: api_calls}))
    if used:
        bench.chain.entitlements.heard(
            told(
                LimitsReached(
                    tenant_id=POOLED,
                    limits=[LimitsReached.Limit(meter=meter, most=api_calls, used=used)],
                    period_end_time=wire.timestamp(now + timedelta(days=1)),
                    as_of_time=wire.timestamp(now),
                )
            )
        )


@pytest.mark.parametrize("method", [CREATE, dataclasses.replace(GET, rule="self", permission="")], ids=str)
async def test_a_machine_is_refused_once_its_calls_are_used_up_and_a_person_is_not(
    bench: Bench, method: Method
) -> None:
    entitled(bench, used=100)
    request = None if method is CREATE else GetUserRequest(id="x")
    for _ in range(3):
        with pytest.raises(LimitReached):
            await bench.call(method, request, authorization=bearer(machine=True))
    assert bench.handled == []
    await bench.call(method, request, authorization=bearer())
    entitled(bench, api_calls=1000)
    assert len(bench.handled) == 1


async def test_without_an_active_subscription_a_machine_may_nothing_and_a_person_no_new_work(bench: Bench) -> None:
    entitled(bench, usable=False)
    read, work = GetUserRequest(id="x"), dataclasses.replace(CREATE, new_work=True)
    for method, request in ((GET, read), (CREATE, None), (work, None)):
        with pytest.raises(SubscriptionInactive):
            await bench.call(method, request, authorization=bearer(machine=True))
    await bench.call(GET, read, authorization=bearer())
    await bench.call(dataclasses.replace(CREATE, new_work=False), authorization=bearer())
    assert len(bench.handled) == 2
    with pytest.raises(SubscriptionInactive):
        await bench.call(work, authorization=bearer())
    staff = "Bearer " + KEY.token(principal(realm=PLATFORM), ("*",))
    await bench.call(dataclasses.replace(work, tenant_field="tenant_id"), authorization=staff)
    assert len(bench.handled) == 3


async def test_while_storage_is_full_only_new_work_is_refused(bench: Bench) -> None:
    entitled(bench, used=100, meter=STORAGE)
    work = dataclasses.replace(CREATE, new_work=True)
    for machine in (True, False):
        with pytest.raises(LimitReached, match="100 of storage_bytes"):
            await bench.call(work, authorization=bearer(machine=machine))
    assert bench.handled == []
    await bench.call(dataclasses.replace(CREATE, new_work=False), authorization=bearer(machine=True))
    staff = "Bearer " + KEY.token(principal(realm=PLATFORM), ("*",))
    await bench.call(dataclasses.replace(work, tenant_field="tenant_id"), authorization=staff)
    assert len(bench.handled) == 2


async def test_what_the_plan_does_not_include_is_refused_to_all_of_the_tenant_and_not_to_the_staff(
    bench: Bench,
) -> None:
    method = dataclasses.replace(CREATE, feature="iam.custom-users", tenant_field="tenant_id")
    await bench.call(method, authorization=bearer())
    entitled(bench)
    for machine in (True, False):
        with pytest.raises(FeatureMissing, match=r"iam\.custom-users"):
            await bench.call(method, authorization=bearer(machine=machine))
    await bench.call(dataclasses.replace(method, feature=""), authorization=bearer())
    await bench.call(method, authorization="Bearer " + KEY.token(principal(realm=PLATFORM), ("*",)))
    assert len(bench.handled) == 3
    entitled(bench, usable=False)
    with pytest.raises(SubscriptionInactive):
        await bench.call(dataclasses.replace(method, new_work=True), authorization=bearer())


async def test_a_refusal_for_the_plan_is_told_to_the_audit_log_of_the_tenant(bench: Bench) -> None:
    entitled(bench, used=100)
    with pytest.raises(LimitReached):
        await bench.call(authorization=bearer(machine=True))
    (entry,) = bench.chain.refusals.take()
    assert (entry.tenant_id, entry.reason, entry.actor_id) == (POOLED, "LIMIT_REACHED", "usr_1")


@pytest.mark.parametrize(
    ("failure", "counts"),
    [
        (None, True),
        (NotFound(kind="user", id="x"), True),
        (Deadline(), False),
        (Internal(request_id="req_1"), False),
        (OutcomeUnknown(dependency="MongoDB"), False),
        (ValueError("a fault"), False),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_machines_call_counts_against_its_plan_unless_the_platform_failed(
    bench: Bench, failure: Exception | None, counts: bool
) -> None:
    for machine in (True, False):
        bench.failures = [failure] if failure is not None else []
        with contextlib.suppress(AtriumError):
            await bench.call(authorization=bearer(machine=machine))
    (told_,) = [one for one in bench.chain.usage.take() if isinstance(one, CallsCounted)]
    (row,) = told_.calls
    assert (row.calls, row.failures, row.machine_calls) == (2, 0 if failure is None else 2, int(counts))


async def test_a_call_that_the_plan_refuses_is_no_use_of_the_api(bench: Bench) -> None:
    entitled(bench, used=100)
    with pytest.raises(LimitReached):
        await bench.call(authorization=bearer(machine=True))
    entitled(bench, usable=False)
    with pytest.raises(SubscriptionInactive):
        await bench.call(authorization=bearer(machine=True))
    (told_,) = [one for one in bench.chain.usage.take() if isinstance(one, CallsCounted)]
    assert [(row.calls, row.failures, row.machine_calls) for row in told_.calls] == [(2, 2, 0)]
