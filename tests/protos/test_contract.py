"""What every contract must say, read from the descriptors of all modules, installed or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import protovalidate
import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

from actors.api.buf.validate import validate_pb2
from actors.api.options.v1 import options_pb2
from actors.kernel.access.policy import method_comments
from tests.protos.contracts import FILES

PERMISSION = re.compile(r"[a-z][a-z-]*\.[a-z-]+")
VALIDATOR = protovalidate.Validator()


def services() -> list[ServiceDescriptor]:
    return [service for file in FILES for service in file.services_by_name.values()]


METHODS: list[MethodDescriptor] = [method for service in services() for method in service.methods]


def name_of(method: MethodDescriptor) -> str:
    return f"{method.containing_service.full_name}/{method.name}"


def option(method: MethodDescriptor, extension: Any) -> Any:
    return method.GetOptions().Extensions[extension]


def level(method: MethodDescriptor) -> str:
    number = method.GetOptions().idempotency_level
    return str(descriptor_pb2.MethodOptions.IdempotencyLevel.Name(number))


def routes(method: MethodDescriptor) -> list[tuple[str, str, str]]:
    """Verb, path and body of each REST route."""
    rule = option(method, annotations_pb2.http)
    if not method.GetOptions().HasExtension(annotations_pb2.http):
        return []
    found = []
    for one in (rule, *rule.additional_bindings):
        verb = one.WhichOneof("pattern")
        found.append((verb.upper(), getattr(one, verb), one.body))
    return found


every_method = pytest.mark.parametrize("method", METHODS, ids=name_of)
every_list = pytest.mark.parametrize("method", [m for m in METHODS if m.name.startswith("List")], ids=name_of)


@every_method
def test_a_method_says_who_may_call_it(method: MethodDescriptor) -> None:
    assert method.GetOptions().HasExtension(options_pb2.access)
    access = option(method, options_pb2.access)
    rule = access.WhichOneof("rule")
    assert rule
    if rule == "permission":
        assert re.fullmatch(PERMISSION, access.permission)
    if access.own_tenant:
        assert any(tenant_fields(method)), "own_tenant needs a field that names the tenant"
    if access.widened_by:
        assert re.fullmatch(PERMISSION, access.widened_by)


@every_method
def test_a_method_says_what_it_does(method: MethodDescriptor) -> None:
    comment = method_comments().get(name_of(method), "")
    trivial = re.match(r"(Get|List|Create|Update|Delete|Restore|Assign|Revoke)[A-Z]", method.name)
    assert comment or trivial, "only the plainest verbs may go without a comment"
    assert not comment or comment.endswith("."), comment


@every_method
def test_a_method_has_a_route_of_the_platform(method: MethodDescriptor) -> None:
    for verb, path, body in routes(method):
        assert path.startswith(("/api/v1/", "/.well-known/")), path
        assert path == path.lower() and not path.endswith("/")
        bodiless = verb in ("GET", "DELETE") and method.name not in CONFIRMED
        raw = method.name in RAW
        assert body == ("" if bodiless else "body" if raw else "*"), f"{verb} {path} has body {body!r}"
        if raw:
            assert method.input_type.fields_by_name["body"].message_type.full_name == "google.api.HttpBody"
        for variable in re.findall(r"{([^}=]+)", path):
            assert variable in method.input_type.fields_by_name, f"{path} names no field of the request"


@every_method
def test_an_idempotency_level_fits_the_verb(method: MethodDescriptor) -> None:
    declared = level(method)
    for verb, _, _ in routes(method):
        if verb == "GET":
            assert declared == "NO_SIDE_EFFECTS"
        if verb in ("PUT", "DELETE") and method.name not in CONFIRMED:
            assert declared == "IDEMPOTENT"
    if method.name.startswith(("Get", "List", "Watch", "Export", "Explain", "Download")) and method.name not in ACTIONS:
        assert declared == "NO_SIDE_EFFECTS"
    if method.name.startswith("Create"):
        assert declared == "IDEMPOTENCY_UNKNOWN", "a creation is repeated by its idempotency key"


CONFIRMED = {"DisableTotp"}
"""Removals that are confirmed with the password: they have a body, and are counted against guessing."""
ACTIONS = {"ExportTenant"}
"""Verbs that begin something, though they sound like reading."""
RAW = {"HandleWebhook"}
"""Requests whose body is somebody else's bytes: a signature over them is checked, so they are taken as they came."""


@every_method
def test_what_changes_something_leaves_an_audit_entry(method: MethodDescriptor) -> None:
    audit = option(method, options_pb2.audit)
    access = option(method, options_pb2.access)
    if audit.action:
        assert re.fullmatch(r"[a-z]+:[a-z-]+:[a-z-]+", audit.action)
        assert audit.action.split(":")[0] == method.containing_service.file.package.split(".")[1]
    elif level(method) != "NO_SIDE_EFFECTS" and access.WhichOneof("rule") == "permission":
        pytest.fail("a method under a permission that changes something has no audit action")
    if audit.target:
        assert any(has_path(m, audit.target) for m in (method.input_type, method.output_type)), audit.target


def has_path(message: Descriptor, path: str) -> bool:
    first, _, rest = path.partition(".")
    field = message.fields_by_name.get(first)
    return field is not None and (not rest or (field.message_type is not None and has_path(field.message_type, rest)))


def tenant_fields(method: MethodDescriptor) -> Iterator[str]:
    for field in method.input_type.fields:
        if field.GetOptions().Extensions[options_pb2.tenant]:
            yield field.name


@every_method
def test_a_field_named_tenant_id_is_the_tenant_of_the_call(method: MethodDescriptor) -> None:
    marked = list(tenant_fields(method))
    assert len(marked) <= 1
    public = option(method, options_pb2.access).WhichOneof("rule") == "public"
    if "tenant_id" in method.input_type.fields_by_name and not public:
        assert marked == ["tenant_id"]


@every_list
def test_a_list_has_pages(method: MethodDescriptor) -> None:
    request, answer = method.input_type.fields_by_name, method.output_type.fields_by_name
    if not {*request.keys()} & {"page_size", "page_token"} and "next_page_token" not in answer:
        assert name_of(method) in WHOLE, "every List pages from its first version"
        return
    assert {"page_size", "page_token"} <= {*request.keys()}
    assert "next_page_token" in answer
    rules = request["page_size"].GetOptions().Extensions[validate_pb2.field].int32
    assert rules.gte == 0 and 0 < rules.lte <= 1000
    assert request["page_token"].GetOptions().Extensions[validate_pb2.field].string.max_len == 1024
    assert len([f for f in method.output_type.fields if f.is_repeated]) == 1


WHOLE = {"atrium.iam.v1.PermissionService/ListPermissions"}
"""Lists whose length is that of the contract itself."""


def fields_of(message: Descriptor, seen: frozenset[str] = frozenset(), path: str = "") -> Iterator[tuple[str, Any]]:
    """Every field that a request can carry, also in messages inside."""
    for field in message.fields:
        yield f"{path}{field.name}", field
        inner = field.message_type
        if is_map(field):
            inner = inner.fields_by_name["value"].message_type
        if inner is not None and inner.full_name not in seen and inner.full_name.startswith("atrium."):
            yield from fields_of(inner, seen | {message.full_name}, f"{path}{field.name}.")


@every_method
def test_every_value_of_a_request_is_bounded(method: MethodDescriptor) -> None:
    for path, field in fields_of(method.input_type):
        rules = field.GetOptions().Extensions[validate_pb2.field]
        one = rules.repeated.items if field.is_repeated and not is_map(field) else rules
        if field.is_repeated:
            assert rules.repeated.max_items or rules.map.max_pairs, f"{path} may have any number of items"
        if is_map(field):
            for part, bounds in (("key", rules.map.keys), ("value", rules.map.values)):
                assert_bounded(f"{path}.{part}", field.message_type.fields_by_name[part], bounds)
        else:
            assert_bounded(path, field, one)


def assert_bounded(path: str, field: FieldDescriptor, one: Any) -> None:
    if field.type == FieldDescriptor.TYPE_STRING:
        bounds = one.string
        named = bounds.WhichOneof("well_known") or bounds.HasField("const") or len(getattr(bounds, "in"))
        pattern = bounds.pattern.startswith("^") and bounds.pattern.endswith("$") and not set("*+") & {*bounds.pattern}
        assert bounds.max_len or bounds.len or bounds.max_bytes or named or pattern, f"{path} may have any length"
    if field.type == FieldDescriptor.TYPE_BYTES:
        assert one.bytes.max_len or one.bytes.len, f"{path} may have any length"
    if field.type == FieldDescriptor.TYPE_ENUM:
        fixed = one.enum.defined_only or len(getattr(one.enum, "in")) or one.enum.HasField("const")
        assert fixed, f"{path} may have values that nobody knows"


def is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


@every_method
def test_rules_of_a_request_can_be_checked(method: MethodDescriptor) -> None:
    assert VALIDATOR.collect_violations(GetMessageClass(method.input_type)()) is not None


def test_no_literal_path_is_hidden_by_a_variable_one() -> None:
    """Envoy prefers the literal; this finds two routes that could both be meant, and two that are the same."""
    known: dict[tuple[str, str], str] = {}
    shapes: list[tuple[str, tuple[str, ...], str]] = []
    for method in METHODS:
        for verb, path, _ in routes(method):
            shape = re.sub(r"{[^}]+}", "{}", path)
            assert (verb, shape) not in known, f"{name_of(method)} and {known[verb, shape]} have one route"
            known[verb, shape] = name_of(method)
            shapes.append((verb, tuple(shape.split("/")), name_of(method)))
    for verb, parts, name in shapes:
        for other_verb, others, other in shapes:
            if verb != other_verb or name == other or len(parts) != len(others):
                continue
            pairs = list(zip(parts, others, strict=True))
            if all(a == b or "{}" in (a, b) for a, b in pairs):
                left = sum(a == "{}" != b for a, b in pairs)
                right = sum(b == "{}" != a for a, b in pairs)
                assert not (left and right), f"{name} and {other} can both mean the same path"


def test_names_of_enums_carry_their_prefix() -> None:
    def enums(message: Descriptor) -> Iterator[Any]:
        yield from message.enum_types
        for inner in message.nested_types:
            yield from enums(inner)

    for file in FILES:
        found = list(file.enum_types_by_name.values())
        for message in file.message_types_by_name.values():
            found += enums(message)
        for enum in found:
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", enum.name).upper() + "_"
            assert [v.number for v in enum.values][0] == 0
            assert enum.values[0].name == f"{prefix}UNSPECIFIED"
            assert all(value.name.startswith(prefix) for value in enum.values), enum.full_name
