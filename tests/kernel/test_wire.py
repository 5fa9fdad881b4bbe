"""Records, messages and documents: nothing that both sides have is lost on the way."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from datetime import UTC, datetime
from typing import Any, Union

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import MODULES
from actors.api.iam import v1 as iam
from actors.api.kernel.v1 import AuditRecorded
from actors.api.tenants import v1 as tenants
from actors.iam.domain.access import ApiKey
from actors.iam.domain.audit import AuditLog
from actors.iam.domain.role import Role
from actors.iam.domain.session import Session
from actors.iam.domain.user import User
from actors.kernel import wire
from actors.kernel.module import card
from actors.kernel.records import Announcement, Record
from actors.kernel.store.contract import InboxEntry, KeptAnswer, OutboxEntry, Placement
from actors.tenants.domain.intake import TenantExport
from actors.tenants.domain.provisioning import Provisioning
from actors.tenants.domain.settings import Branding, TenantSettings
from actors.tenants.domain.tenant import Tenant

KEPT = {OutboxEntry, InboxEntry, KeptAnswer, Placement}
RECORDS = sorted(
    KEPT | {one.record for module in MODULES for one in card(module).collections}, key=lambda kind: kind.__name__
)
PAIRS: list[tuple[type, type[Message]]] = [
    (User, iam.User),
    (Session, iam.Session),
    (ApiKey, iam.ApiKey),
    (AuditLog, iam.AuditLog),
    (AuditLog, AuditRecorded),
    (Role, iam.Role),
    (Tenant, tenants.Tenant),
    (TenantExport, tenants.TenantExport),
    (Provisioning, tenants.Provisioning),
    (TenantSettings, tenants.TenantSettings),
    (Branding, tenants.Branding),
]
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000, tzinfo=UTC)
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def values(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*(st.none() if one is type(None) else values(one) for one in arguments))
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if hint is datetime:
        return MOMENTS
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    if dataclasses.is_dataclass(hint):
        return records(typing.cast(type, hint))
    simple = {
        str: TEXT, int: st.integers(0, 2**31 - 1), bool: st.booleans(), bytes: st.binary(max_size=8),
        float: st.floats(0, 1e6, allow_nan=False),
    }  # fmt: skip
    return simple[hint]


def records(kind: type) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    fields = {f.name: values(hints[f.name]) for f in dataclasses.fields(kind) if f.name != "announcements"}
    return st.builds(kind, **fields)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_a_record_survives_its_document(kind: type, data: st.DataObject) -> None:
    one = data.draw(records(kind))
    document = wire.document(one)
    assert wire.from_document(kind, document) == one
    assert all(type(value) in PLAIN for value in leaves(document)), "a store keeps plain data only"


PLAIN = {str, int, bool, bytes, float, datetime, type(None)}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


def shared(kind: type, message: Any) -> list[str]:
    """Fields that record and message both have, each able to hold what the other does."""
    hints = typing.get_type_hints(kind)
    return [f.name for f in message.DESCRIPTOR.fields if f.name in hints]


@pytest.mark.parametrize(("kind", "message"), PAIRS, ids=lambda one: one.__name__)
@FEW
@given(data=st.data())
def test_a_record_survives_its_message(kind: type, message: Any, data: st.DataObject) -> None:
    one = data.draw(records(kind))
    sent = message.FromString(wire.message(message, one).SerializeToString())
    names = shared(kind, message)
    assert names
    fixed = {f.name: getattr(one, f.name) for f in dataclasses.fields(kind) if f.name not in names}
    back = wire.record(kind, sent, **{k: v for k, v in fixed.items() if k != "announcements"})
    for name in names:
        assert same(getattr(back, name), getattr(one, name)), name


def same(found: Any, given: Any) -> bool:
    """Equal, but for what a message of fewer fields cannot carry: compared in the fields that it had."""
    if dataclasses.is_dataclass(found) and dataclasses.is_dataclass(given):
        return all(
            same(getattr(found, f.name), getattr(given, f.name)) or getattr(found, f.name) == default(f)
            for f in dataclasses.fields(found)
        )
    if isinstance(found, tuple) and isinstance(given, tuple):
        return len(found) == len(given) and all(same(a, b) for a, b in zip(found, given, strict=True))
    return bool(found == given)


def default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default is not dataclasses.MISSING else None


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class Old(Record):
    name: str = ""
    gone: int = 0
    colour: Colour = Colour.RED


@dataclasses.dataclass(frozen=True, kw_only=True)
class New(Record):
    name: str = ""
    added: tuple[str, ...] = ("default",)
    colour: Colour = Colour.GREEN


def test_fields_added_since_take_their_defaults_and_removed_ones_are_dropped() -> None:
    stored = wire.document(Old(id="x", name="n", gone=3))
    assert wire.from_document(New, stored) == New(id="x", name="n", colour=Colour.RED)
    del stored["colour"]
    assert wire.from_document(New, {**stored, "words": ["n"]}) == New(id="x", name="n")


def test_a_message_with_fields_of_a_newer_version_is_read() -> None:
    newer = tenants.Tenant(id="t", slug="acme").SerializeToString() + b"\xfa\x7f\x03abc"
    assert wire.record(Named, tenants.Tenant.FromString(newer)) == Named(id="t", slug="acme")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Named(Record):
    slug: str = ""
    not_in_the_message: int = 7


@given(records(User))
def test_keywords_set_and_override_fields(user: User) -> None:
    message = wire.message(iam.User, user, role_ids=["a"], email="other")
    assert (list(message.role_ids), message.email) == (["a"], "other")
    assert wire.record(Named, tenants.Tenant(id="t"), slug="given").slug == "given"


def test_enums_go_by_name() -> None:
    descriptor = tenants.Tenant.State.DESCRIPTOR
    for value in descriptor.values:
        name = value.name.removeprefix("STATE_") if value.number else ""
        assert wire.enum_value(descriptor, name) == value.number
        assert wire.enum_name(descriptor, value.number) == name


def test_announcements_are_never_stored() -> None:
    one = Old(id="x").but(Announcement())
    assert "announcements" not in wire.document(one)
