"""The chain every call passes, composed once per method at start.

    telemetry → errors → access → tenant → subscription → validation → retry → idempotency → audit → handler

- **telemetry** is outermost: it counts and times whatever happens inside, refusals too.
- **errors** turns anything unexpected into one Internal error, whose text tells the caller nothing but the request id.
- **access** says who asks, before anything else is done for them, and ends a stream whose opener may no longer have it.
  A tenant's machine goes no further when the tenant's subscription is not active, its plan is without API keys, or its
  API calls are used up.
- **tenant** says whose things the call is about; needs to know who asks.
- **subscription** refuses new work to the people of a tenant whose subscription is not active, and what its plan
  does not include.
- **validation** looks at the request only for callers who may ask at all.
- **retry** runs what is below it again when others were faster; nothing above it has an effect.
- **idempotency** answers repeated calls; inside retry, for a twin may have committed meanwhile.
- **audit** leaves the entry of calls that committed none themselves, and folds refusals.

A step that a method has no use for is not in its chain. A method that is asked with a stream of requests has

    telemetry → errors → access → intake → handler

where intake does for each message what tenant, validation and audit do for a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import protovalidate
from google.protobuf.message import Message

from actors.kernel.access.audit import Refusals
from actors.kernel.access.policy import Method, Policy
from actors.kernel.access.tokens import Revocations, Verifier
from actors.kernel.call import ANONYMOUS, PLATFORM, TENANT, Call, Principal
from actors.kernel.clock import Clock
from actors.kernel.entitlements import Entitlements
from actors.kernel.errors import (
    AtriumError,
    Deadline,
    IdempotencyKeyReused,
    ImpersonationReadOnly,
    Internal,
    InvalidFields,
    NotFound,
    PermissionMissing,
    RealmRefused,
    SecondFactorOwed,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenRevoked,
    Violation,
)
from actors.kernel.host.idempotency import HEADER, key_of
from actors.kernel.host.intake import admitted, intake
from actors.kernel.host.retry import attempts
from actors.kernel.host.usage import Usage
from actors.kernel.store.unit import Store
from actors.kernel.telemetry import Metrics, enter

log = logging.getLogger(__name__)

Next = Callable[[Any, Call], Awaitable[Any]]
"""A step or handler: request and call to answer; for streams, to an async iterator of answers. The request of a
method that takes a stream is the async iterator of its messages."""

Step = Callable[["Chain", Method, Next], Next]

ApiKeyExchange = Callable[[str, bool], Awaitable[str]]
"""An API key to an access token, a new one when the flag says so. Raises what the caller is to be told."""


@dataclass
class Chain:
    """What the steps of one host share."""

    policy: Policy
    verifier: Verifier
    store: Store[Any]
    """Of methods whose service names none of its own."""
    clock: Clock
    metrics: Metrics
    refusals: Refusals
    usage: Usage
    entitlements: Entitlements
    exchange: ApiKeyExchange | None = None
    validator: protovalidate.Validator = field(default_factory=protovalidate.Validator)

    def compose(self, method: Method, handler: Next) -> Next:
        """The handler inside every step that this method needs."""
        run = _opened(handler) if method.streaming else handler
        chain = replace(self, store=getattr(getattr(handler, "__self__", None), "store", self.store))
        inner: tuple[Step, ...] = (audit, idempotency, retry, validation, subscription, tenant)
        if method.takes_stream:
            admit = subscription(chain, method, validation(chain, method, admitted))
            run = intake(chain, method, tenant(chain, method, admit), run)
            inner = ()
        for step in (*inner, access, errors, telemetry):
            run = step(chain, method, run)
        return run


def _opened(stream: Callable[[Any, Call], Any]) -> Next:
    """A handler that is an async generator, as one that returns it: the steps then guard its opening."""

    async def open_stream(request: Any, call: Call) -> Any:
        return stream(request, call)

    return open_stream


def telemetry(chain: Chain, method: Method, run: Next) -> Next:
    measured = chain.metrics.method(method.full_name)

    async def step(request: Any, call: Call) -> Any:
        started = time.perf_counter()
        enter(call)
        measured.open += 1
        try:
            answer = await run(request, call)
            measured.answered += 1
            chain.usage.called(call, failed=False)
            return answer
        except AtriumError as error:
            reason = error.reason()
            measured.refused[reason] = measured.refused.get(reason, 0) + 1
            chain.usage.called(call, failed=True, counted=error.counted)
            raise
        finally:
            measured.open -= 1
            measured.observe(started)

    return step


def errors(chain: Chain, method: Method, run: Next) -> Next:
    async def step(request: Any, call: Call) -> Any:
        try:
            return await run(request, call)
        except AtriumError as error:
            if method.audit_action:
                chain.refusals.add(call, error)
            raise
        except asyncio.CancelledError:
            raise
        except TimeoutError:
            raise Deadline from None
        except Exception as error:
            log.exception("unhandled error in %s", method)
            raise Internal(request_id=call.request_id) from error

    return step


def _while_valid(revocations: Revocations, run: Next) -> Next:
    """Ends the stream as soon as the token it was opened with is stale."""

    async def guarded(answers: Any, principal: Principal) -> AsyncIterator[Any]:
        stale = asyncio.ensure_future(revocations.turned_stale(principal))
        try:
            async with contextlib.aclosing(answers):
                while True:
                    answer = asyncio.ensure_future(anext(answers, _END))
                    try:
                        await asyncio.wait((answer, stale), return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        if not answer.done():
                            answer.cancel()
                            await asyncio.gather(answer, return_exceptions=True)
                    if stale.done():
                        raise TokenRevoked
                    if answer.result() is _END:
                        return
                    yield answer.result()
        finally:
            stale.cancel()

    async def step(request: Any, call: Call) -> Any:
        return guarded(await run(request, call), call.principal)

    return step


_END = object()


def access(chain: Chain, method: Method, run: Next) -> Next:
    if method.streaming and method.rule != "public":
        run = _while_valid(chain.verifier.revocations, run)
    rule, permission, realms = method.rule, method.permission, method.realms
    verify, usage, writes = chain.verifier.verify, chain.usage, not method.safe
    serve_machine = chain.entitlements.must_serve_machine

    async def principal_of(call: Call) -> Principal:
        header = call.headers.get("authorization", "")
        if header:
            kind, _, token = header.partition(" ")
            if kind.lower() != "bearer" or not token:
                raise TokenInvalid(problem="authorization must be `Bearer` and a token")
            return verify(token)
        key = call.headers.get("x-api-key", "")
        if key and chain.exchange is not None:
            try:
                return verify(await chain.exchange(key, False))
            except (TokenExpired, TokenRevoked):
                return verify(await chain.exchange(key, True))
        raise TokenMissing

    async def public(request: Any, call: Call) -> Any:
        # A token sent along with a public call widens what it does, but a bad one must not stop a sign-in.
        if method.widened_by and call.headers.get("authorization"):
            call.principal = await principal_of(call)
        else:
            call.principal = ANONYMOUS
        return await run(request, call)

    async def signed_in(request: Any, call: Call) -> Any:
        principal = call.principal = await principal_of(call)
        call.scope = principal.tenant_id  # whose log a refusal goes to
        if principal.machine:
            serve_machine(principal.tenant_id)
        if principal.owes_second_factor and rule != "half_signed_in":
            raise SecondFactorOwed
        if principal.realm not in realms:
            raise RealmRefused(realm=principal.realm)
        if writes and not principal.may_write:
            raise ImpersonationReadOnly
        return await run(request, call)

    async def permitted(request: Any, call: Call) -> Any:
        principal = call.principal = await principal_of(call)
        call.scope = principal.tenant_id  # whose log a refusal goes to
        if principal.machine:
            serve_machine(principal.tenant_id)
        if principal.owes_second_factor:
            raise SecondFactorOwed
        if principal.realm not in realms:
            raise RealmRefused(realm=principal.realm)
        if permission not in principal.permissions and not (method.own_tenant and principal.tenant_id):
            usage.permission(call, permission, allowed=False)
            raise PermissionMissing(permission=permission)
        if writes and not principal.may_write:
            raise ImpersonationReadOnly
        usage.permission(call, permission, allowed=True)
        return await run(request, call)

    return public if rule == "public" else permitted if rule == "permission" else signed_in


def tenant(chain: Chain, method: Method, run: Next) -> Next:
    name = method.tenant_field

    async def own(request: Any, call: Call) -> Any:
        call.scope = call.principal.tenant_id
        return await run(request, call)

    async def named(request: Any, call: Call) -> Any:
        asked = getattr(request, name)
        principal = call.principal
        if principal.realm == PLATFORM:
            call.scope = asked
        else:
            call.scope = principal.tenant_id
            if asked and asked != principal.tenant_id:
                raise NotFound(kind="tenant", id=asked)
        return await run(request, call)

    if method.rule == "public":
        return run
    return named if name else own


def subscription(chain: Chain, method: Method, run: Next) -> Next:
    if not method.new_work and not method.feature:
        return run
    entitlements, new_work, feature = chain.entitlements, method.new_work, method.feature

    async def step(request: Any, call: Call) -> Any:
        if call.principal.realm == TENANT:
            if new_work:
                entitlements.must_be_active(call.scope)
                entitlements.must_have_room(call.scope)
            if feature:
                entitlements.must_include(call.scope, feature)
        return await run(request, call)

    return step


def validation(chain: Chain, method: Method, run: Next) -> Next:
    if not has_rules(method.request):
        return run
    collect = chain.validator.collect_violations

    async def step(request: Any, call: Call) -> Any:
        if found := collect(request):
            raise InvalidFields(*(_violation(one.proto) for one in found))
        return await run(request, call)

    return step


def retry(chain: Chain, method: Method, run: Next) -> Next:
    if method.streaming:
        return run

    async def step(request: Any, call: Call) -> Any:
        try:
            return await run(request, call)
        except AtriumError as error:
            if not error.again:
                raise
        call.response_headers.clear()
        return await attempts(call, lambda: run(request, call))

    return step


def idempotency(chain: Chain, method: Method, run: Next) -> Next:
    if not method.takes_key:
        return run
    store = chain.store

    async def step(request: Any, call: Call) -> Any:
        text = call.headers.get(HEADER, "")
        if not text:
            return await run(request, call)
        key = key_of(text, call, request, store.sealer)
        kept = await store.kept_answer(key.id)
        if kept is None:
            call.idempotency, call.store = key, store
            return await run(request, call)
        if kept.request_hash != key.request_hash:
            raise IdempotencyKeyReused(problem="was used for another request")
        call.response_headers.append(("idempotent-replayed", "true"))
        return method.answer.FromString(key.open(bytes(kept.sealed)))

    return step


def audit(chain: Chain, method: Method, run: Next) -> Next:
    if not method.audit_action:
        return run
    store = chain.store

    async def step(request: Any, call: Call) -> Any:
        call.store = store
        answer = await run(request, call)
        if not call.audited:
            async with store.unit(call) as unit:
                unit.audit()
                if isinstance(answer, Message):
                    unit.answer(answer)
        return answer

    return step


def has_rules(kind: type[Message]) -> bool:
    """Whether any rule could refuse a message of this kind."""
    from actors.api.buf.validate import validate_pb2

    seen: set[str] = set()

    def look(descriptor: Any) -> bool:
        if descriptor.full_name in seen or descriptor.full_name.startswith("google."):
            return False
        seen.add(descriptor.full_name)
        if descriptor.GetOptions().HasExtension(validate_pb2.message):
            return True
        if any(o.GetOptions().HasExtension(validate_pb2.oneof) for o in descriptor.oneofs):
            return True
        return any(
            f.GetOptions().HasExtension(validate_pb2.field) or (f.message_type is not None and look(f.message_type))
            for f in descriptor.fields
        )

    return look(kind.DESCRIPTOR)


def _violation(violation: Any) -> Violation:
    path = ""
    # A rule over the whole message is about no field.
    for element in violation.field.elements if violation.field else ():
        path += ("." if path else "") + element.field_name
        if element.subscript is not None:
            key = element.subscript.value
            path += f"[{orjson.dumps(key).decode() if isinstance(key, str) else key}]"
    return Violation(field=path, description=violation.message or violation.rule_id, reason=violation.rule_id)
