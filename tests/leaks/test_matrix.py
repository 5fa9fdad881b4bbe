"""The leak matrix: every method of every contract, called by everyone who must not get an answer.

Nothing here names a method: requests are built from the descriptors, with the ids of the tenant under attack put into
every field that takes an id. A method that is added is attacked by the next run.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import protovalidate
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from actors import MODULES
from actors.api.buf.validate import validate_pb2
from actors.kernel.access.policy import Method, policy_of
from actors.kernel.errors import AtriumError, Code
from tests.world import World, link_token

METHODS = sorted(policy_of(MODULES).methods.values(), key=lambda m: m.full_name)
PROTECTED = [m for m in METHODS if m.rule != "public"]
REFUSALS = {
    Code.NOT_FOUND,
    Code.PERMISSION_DENIED,
    Code.UNAUTHENTICATED,
    Code.INVALID_ARGUMENT,
}
PERMISSION = "iam-metrics.read"
"""What a caller holds who must hold something; methods that ask for it are attacked by one who holds another."""
OTHER_PERMISSION = "api-keys.read"


@dataclass
class Target:
    """The tenant under attack: its ids, by what they are ids of, and what must never be seen of it."""

    tenant: Any
    ids: dict[str, str] = field(default_factory=dict)
    traces: set[bytes] = field(default_factory=set)


@dataclass
class Scene:
    """A world in which one tenant has one of everything, and everybody who will try to get at it."""

    world: World
    target: Target
    own: Target
    tokens: dict[str, str]


async def furnish(world: World, tenant: Any, admin: str) -> Target:
    """One of everything that has an id, in the tenant."""
    mark = f"{tenant.slug}-mark"
    role = await world.call("iam.CreateRole", admin, display_name=f"{mark} role", permissions=["users.read"])
    user, _ = await world.person(admin, f"sue@{mark}.example", role.id)
    key = await world.call("iam.CreateApiKey", admin, display_name=f"{mark} key", permissions=["users.read"])
    await world.call("iam.CreateUser", admin, email=f"ivy@{mark}.example", display_name=f"{mark} Ivy")
    await world.call("tenants.UpdateTenantSettings", admin, tenant_id=tenant.id, time_zone="Asia/Tokyo")
    export = await world.call("tenants.ExportTenant", admin, tenant_id=tenant.id)
    billed = await furnish_billing(world, tenant, admin)
    await world.settle()
    session = next(s for s in (await world.call("iam.ListSessions", admin, user_id=user.id)).sessions)
    audit = (await world.call("iam.ListAuditLogs", admin)).audit_logs[0]
    ids = {
        "user": user.id,
        "role": role.id,
        "api_key": key.api_key.id,
        "session": session.id,
        "export": export.id,
        "audit": audit.id,
        "tenant": tenant.id,
        **billed,
    }
    own = {*ids.values(), mark, f"admin@{tenant.slug}.example", "Asia/Tokyo"} | {
        u["id"]
        for d in ("", "t_" + tenant.id.removeprefix("ten_").lower())
        for u in world.records("tenant_users", d)
        if u["tenant_id"] == tenant.id
    }
    return Target(tenant, ids, {trace.encode() for trace in own})


async def furnish_billing(world: World, tenant: Any, admin: str) -> dict[str, str]:
    """A subscription that is paid for, with its invoice, payment and payment method."""
    live = (await world.call("billing.ListSubscriptions", admin)).subscriptions[0]
    await world.call("billing.CancelSubscription", admin, id=live.id, now=True)
    method = await world.call(
        "billing.CreatePaymentMethod", admin, provider="PROVIDER_SANDBOX", provider_token="tok_visa", default=True
    )
    made = await world.call(
        "billing.CreateSubscription", admin, plan_id=tenant.plan, interval="INTERVAL_MONTH", skip_trial=True
    )
    assert made.subscription.state == made.subscription.STATE_ACTIVE
    shown = await world.call("billing.GetInvoice", admin, id=made.invoice.id)
    return {
        "subscription": made.subscription.id,
        "invoice": made.invoice.id,
        "line": shown.lines[0].id,
        "payment": made.payment.id,
        "payment_method": method.id,
    }


async def set_the_scene(world: World, placement: str) -> Scene:
    """acme is in the pool, globex has a database of its own; each is attacked by the other."""
    both = (world.acme, world.acme_admin), (world.globex, world.globex_admin)
    (tenant, admin), (other, other_admin) = both if placement == "pool" else both[::-1]
    target = await furnish(world, tenant, admin)
    # The attacker has none, so that it is the tenant's payment method that is refused, not a second subscription.
    own = (await world.call("billing.ListSubscriptions", other_admin)).subscriptions[0]
    await world.call("billing.CancelSubscription", other_admin, id=own.id, now=True)
    await world.call("iam.CreateUser", world.root, email="plain@example.com", display_name="Plain")
    await world.settle()
    invitation = link_token(world.mails.to("plain@example.com")[-1])
    plain = await world.call("iam.AcceptInvitation", token=invitation, password="another battery staple, for staff")
    keys = [
        (await world.call("iam.CreateApiKey", admin, display_name="scoped", permissions=[permission])).secret
        for permission in (PERMISSION, OTHER_PERMISSION)
    ]
    await world.call("tenants.UpdateTenantSettings", admin, tenant_id=tenant.id, mfa_required=True)
    await world.settle()
    half = await world.login(f"sue@{tenant.slug}-mark.example", tenant.slug)
    acting = await world.call(
        "tenants.ImpersonateTenant", world.root, id=tenant.id, reason="the matrix: tries to write"
    )
    tokens = {
        "nobody": "",
        "other": other_admin,
        "staff": plain.access_token,
        "half": half.mfa_token,
        "reader": acting.access_token,
        "key": (await world.call("iam.ExchangeApiKey", api_key=keys[0])).access_token,
        "other_key": (await world.call("iam.ExchangeApiKey", api_key=keys[1])).access_token,
        "forged": admin[:-8] + ("A" * 8 if admin[-8:] != "A" * 8 else "B" * 8),
    }
    await world.settle()
    return Scene(world, target, Target(other, {"tenant": other.id}), tokens)


_made: dict[str, tuple[Scene, dict[Any, Any], dict[Any, Any], datetime]] = {}
"""Each scene as it was when it was made; every test plays in a copy."""


@pytest.fixture(params=["pool", "silo"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    if request.param not in _made:
        async with World.furnished() as world:
            first = await set_the_scene(world, request.param)
            tables = copy.deepcopy(world.backend._tables)  # type: ignore[attr-defined]
            books = copy.deepcopy(world.sql._tables)  # type: ignore[attr-defined]
            _made[request.param] = first, tables, books, world.clock.now()
    first, tables, books, now = _made[request.param]
    world = World.furnished()
    world.backend._tables = copy.deepcopy(tables)  # type: ignore[attr-defined]
    world.sql._tables = copy.deepcopy(books)  # type: ignore[attr-defined]
    world.clock._now = now
    async with world:
        yield replace(first, world=world)


# --- requests from descriptors ---


def build(method: Method, ids: dict[str, str], tenant_id: str) -> Message:
    """A request that passes validation, with these ids in every field that takes one."""
    request = method.request()
    fill(request, method, ids, tenant_id)
    return request


def fill(message: Message, method: Method, ids: dict[str, str], tenant_id: str) -> None:
    chosen = set()
    for one in message.DESCRIPTOR.fields:
        if one.containing_oneof is not None and one.containing_oneof.name in chosen:
            continue
        if one.full_name in OTHERWISE:
            continue
        if one.containing_oneof is not None:
            chosen.add(one.containing_oneof.name)
        if one.name == "tenant_id" or (
            one.name == method.tenant_field and message.DESCRIPTOR == method.request.DESCRIPTOR
        ):
            setattr(message, one.name, tenant_id)
        elif one.name == "id" or one.name.endswith("_id") or one.name.endswith("_ids"):
            value = ids.get(kind_of(one, method)) or (SHARED.get(kind_of(one, method), "") if needs_value(one) else "")
            if one.is_repeated:
                getattr(message, one.name).extend([value] if value else [])
            else:
                setattr(message, one.name, value)
        elif one.message_type is not None and one.message_type.GetOptions().map_entry:
            continue
        elif one.message_type is not None and one.message_type.full_name.startswith("atrium."):
            part = getattr(message, one.name)
            fill(part.add() if one.is_repeated else part, method, ids, tenant_id)
        elif needs_value(one) or (one.name == "tenant" and "realm" in message.DESCRIPTOR.fields_by_name):
            sample(message, one)


OTHERWISE = {"atrium.billing.v1.CreatePaymentRequest.new_method"}
"""Fields that are given instead of an id."""
SHARED = {"plan": "standard", "coupon": "cou_1", "tax_rate": "tax_1", "meter": "scans"}
"""Ids of things that are no tenant's."""


def kind_of(one: FieldDescriptor, method: Method) -> str:
    """What a field is an id of: by its name, or for a plain `id` by the service it is sent to."""
    if one.name not in ("id", "ids"):
        return one.name.removesuffix("s").removesuffix("_id")
    kinds = {
        "User": "user",
        "Role": "role",
        "ApiKey": "api_key",
        "Session": "session",
        "TenantExport": "export",
        "Subscription": "subscription",
        "Invoice": "invoice",
        "Payment": "payment",
        "PaymentMethod": "payment_method",
        "Plan": "plan",
        "Discount": "coupon",
        "TaxRate": "tax_rate",
        "Usage": "meter",
    }
    return next((kind for prefix, kind in kinds.items() if method.service == f"{prefix}Service"), "tenant")


def needs_value(one: FieldDescriptor) -> bool:
    rules = one.GetOptions().Extensions[validate_pb2.field]
    text = rules.string
    return bool(
        text.min_len
        or text.email
        or (text.pattern and re.fullmatch(text.pattern, "") is None)
        or list(rules.enum.not_in)
        or list(getattr(rules.enum, "in"))
        or list(getattr(text, "in"))
        or rules.repeated.min_items
        or rules.int64.gte > 0
        or rules.int64.HasField("gt")
    ) and one.name not in ("etag", "page_token")


def sample(message: Message, one: FieldDescriptor) -> None:
    """A value that the field's rules accept."""
    values = {
        "email": "probe@matrix.example",
        "admin_email": "probe@matrix.example",
        "slug": "matrix-probe",
        "permissions": ["users.read"],
        "names": ["users.read"],
        "totp_code": "123456",
        "code": "123456",
        "plan": "free",
        "tenant": "matrix-probe",
        "realm": 2,
        "primary_color": "#123456",
        "accent_color": "#123456",
        "locale": "en",
        "time_zone": "UTC",
        "currency": "EUR",
        "country": "DE",
        "meter": "scans",
        "tier": "standard",
        "features": ["matrix.probe"],
    }
    value = values.get(one.name) or _plain(one)
    if one.is_repeated:
        getattr(message, one.name).extend(value if isinstance(value, list) else [value])
    else:
        setattr(message, one.name, value)


def _plain(one: FieldDescriptor) -> Any:
    """A value of the field's type."""
    rules = one.GetOptions().Extensions[validate_pb2.field]
    if allowed := list(getattr(rules.string, "in")):
        return allowed[0]
    if one.enum_type is not None:
        return 1
    return 1 if one.cpp_type in (one.CPPTYPE_INT32, one.CPPTYPE_INT64) else "matrix probe, long enough"


# --- attacks ---


async def attack(scene: Scene, method: Method, token: str, request: Message) -> tuple[str, bytes]:
    """What the caller is told, and every byte of it; a stream is read for a moment."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        answer = await scene.world.invoke(method.full_name, request, headers)
        if method.streaming:
            return "ANSWERED", await _read(answer)
        return "ANSWERED", answer.SerializeToString()
    except AtriumError as error:
        aimed = any(id.encode() in request.SerializeToString() for id in scene.target.ids.values())
        assert not aimed or error.code in REFUSALS, f"{method}: {error.code.name} {error.reason()}: {error}"
        return error.reason(), f"{error} {error.metadata}".encode()


async def _read(stream: Any) -> bytes:
    read = b""
    with contextlib.suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(0.05):
            while True:
                read += (await anext(stream)).SerializeToString()
    await stream.aclose()
    return read


def check_silent(scene: Scene, method: Method, who: str, told: bytes, request: Message) -> None:
    """Fails when the caller was told anything of the tenant that was not in the request."""
    sent = request.SerializeToString()
    leaked = {t for t in scene.target.traces if t in told and t not in sent}
    assert not leaked, f"{who} learns {leaked} from {method}"


def held(scene: Scene) -> dict[Any, Any]:
    """What the store holds of the tenant, but for the marks of sign-ins and what counts calls."""
    tables = {
        **scene.world.backend._tables,  # type: ignore[attr-defined]
        **{("books", name): one for (_, name), one in scene.world.sql._tables.items()},  # type: ignore[attr-defined]
    }
    counted = ("audit", "activity", "days", "inbox", "outbox", "answers", "permission", "sign_in")
    return {
        (*key, id): copy.deepcopy(document)
        for key, table in tables.items()
        for id, document in table.items()
        if document.get("tenant_id") == scene.target.tenant.id and not any(word in key[1] for word in counted)
    }


async def sweep(scene: Scene, who: str, attacks: Iterator[tuple[Method, str, Message]], *, answers: bool) -> int:
    """Runs the attacks. Every one is refused, unless `answers`; none tells or changes anything. Returns how many."""
    before = held(scene)
    count = 0
    for method, token, request in attacks:
        count += 1
        reason, told = await attack(scene, method, token, request)
        check_silent(scene, method, who, told, request)
        assert answers or reason != "ANSWERED", f"{who} is answered by {method}"
        after = held(scene)
        assert after == before, f"{who} changed something with {method}"
    return count


async def test_a_caller_without_a_token_gets_nowhere(scene: Scene) -> None:
    target = scene.target
    attacks = ((m, "", build(m, target.ids, target.tenant.id)) for m in PROTECTED)
    assert await sweep(scene, "nobody", attacks, answers=False) == len(PROTECTED)


async def test_a_caller_with_a_forged_token_gets_nowhere(scene: Scene) -> None:
    target = scene.target
    attacks = ((m, scene.tokens["forged"], build(m, target.ids, target.tenant.id)) for m in PROTECTED)
    await sweep(scene, "a forger", attacks, answers=False)


async def test_public_methods_tell_nothing_of_a_tenant_by_its_ids(scene: Scene) -> None:
    target = scene.target
    for method in (m for m in METHODS if m.rule == "public"):
        request = build(method, target.ids, target.tenant.id)
        try:
            answer = await scene.world.invoke(method.full_name, request, {})
            told = answer.SerializeToString()
        except AtriumError as error:
            told = f"{error} {error.metadata}".encode()
        check_silent(scene, method, "anybody", told, request)


async def test_another_tenants_administrator_who_names_the_tenant_gets_nowhere(scene: Scene) -> None:
    target = scene.target
    named = [m for m in PROTECTED if m.tenant_field]
    attacks = ((m, scene.tokens["other"], build(m, target.ids, target.tenant.id)) for m in named)
    assert await sweep(scene, "another tenant's admin", attacks, answers=False) == len(named) > 20


async def test_another_tenants_administrator_who_sends_the_tenants_ids_gets_nothing(scene: Scene) -> None:
    """Methods that take an id refuse it; those that take none answer with the caller's own things."""
    target, own = scene.target, scene.own.tenant.id
    for method in PROTECTED:
        if method.name in ("Logout",):
            continue  # ends the caller's own session; takes no id
        request = build(method, {**target.ids, "tenant": own}, own)
        reason, told = await attack(scene, method, scene.tokens["other"], request)
        check_silent(scene, method, "another tenant's admin", told, request)
        takes_id = any(
            value.encode() in request.SerializeToString() for k, value in target.ids.items() if k != "tenant"
        )
        listing = (
            method.name.startswith(("List", "Export"))
            or method.safe
            and "id" not in method.request.DESCRIPTOR.fields_by_name
        )
        if takes_id and not listing:
            assert reason != "ANSWERED", f"{method} accepts another tenant's id"


async def test_another_tenants_ids_change_nothing_of_the_tenant(scene: Scene) -> None:
    before = held(scene)
    own = scene.own.tenant.id
    for method in PROTECTED:
        if method.name != "Logout":
            await attack(scene, method, scene.tokens["other"], build(method, {**scene.target.ids, "tenant": own}, own))
            assert held(scene) == before, f"{method} changed another tenant's things"


async def test_staff_without_a_permission_gets_nowhere(scene: Scene) -> None:
    target = scene.target
    asked = [m for m in PROTECTED if m.rule == "permission"]
    attacks = ((m, scene.tokens["staff"], build(m, target.ids, target.tenant.id)) for m in asked)
    assert await sweep(scene, "staff without a permission", attacks, answers=False) == len(asked)


async def test_staff_without_a_permission_learns_nothing_from_methods_about_oneself(scene: Scene) -> None:
    target = scene.target
    about = [m for m in PROTECTED if m.rule != "permission" and m.name != "Logout"]
    attacks = ((m, scene.tokens["staff"], build(m, target.ids, target.tenant.id)) for m in about)
    await sweep(scene, "staff without a permission", attacks, answers=True)


async def test_somebody_who_owes_the_second_factor_gets_nowhere(scene: Scene) -> None:
    target = scene.target
    closed = [m for m in PROTECTED if m.rule != "half_signed_in"]
    attacks = ((m, scene.tokens["half"], build(m, target.ids, target.tenant.id)) for m in closed)
    await sweep(scene, "half signed in", attacks, answers=False)


async def test_an_impersonator_who_may_only_read_changes_nothing(scene: Scene) -> None:
    target = scene.target
    writing = [m for m in PROTECTED if not m.safe]
    attacks = ((m, scene.tokens["reader"], build(m, target.ids, target.tenant.id)) for m in writing)
    assert await sweep(_without_traces(scene), "a reader", attacks, answers=False) == len(writing)


def _without_traces(scene: Scene) -> Scene:
    """For callers who may see the tenant, but not change it."""
    return Scene(scene.world, Target(scene.target.tenant, scene.target.ids), scene.own, scene.tokens)


async def test_an_api_key_opens_only_what_it_was_made_for(scene: Scene) -> None:
    target = scene.target
    for method in PROTECTED:
        if method.rule != "permission" or method.own_tenant:
            continue
        key = "other_key" if method.permission == PERMISSION else "key"
        request = build(method, target.ids, target.tenant.id)
        reason, _ = await attack(scene, method, scene.tokens[key], request)
        assert reason in ("PERMISSION_MISSING", "REALM_REFUSED"), f"{method} opens to a key without its permission"


def test_every_method_can_be_attacked_with_a_request_that_is_valid() -> None:
    kinds = ("user", "role", "api_key", "session", "export", "tenant")
    kinds += ("subscription", "invoice", "line", "payment", "payment_method")
    ids = {k: f"{k}_1" for k in kinds}
    broken = []
    for method in METHODS:
        request = build(method, ids, "ten_1")
        try:
            protovalidate.validate(request)
        except protovalidate.ValidationError as error:
            broken.append(f"{method}: {error}")
    assert not broken, "give their fields a value in sample(): " + "; ".join(broken)
