"""The contract as plain data, and the faults that stop a start."""

from __future__ import annotations

import re

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet, MethodDescriptorProto, MethodOptions

from actors import MODULES
from actors.api.options.v1 import options_pb2
from edge.routes import Access, Binding, ContractError, Idempotency, RateClass, clashes, load_descriptors, read


def small(*methods: tuple[str, str], **changes: object) -> FileDescriptorSet:
    """A set with one service; each method is `GetThing` and `GET /path`."""
    result = FileDescriptorSet()
    file = result.file.add(name="atrium/things/v1/things.proto", package="atrium.things.v1", syntax="proto3")
    file.message_type.add(name="Thing")
    service = file.service.add(name="ThingService")
    for name, rule in methods:
        method = service.method.add(
            name=name, input_type=".atrium.things.v1.Thing", output_type=".atrium.things.v1.Thing"
        )
        method.options.Extensions[options_pb2.access].permission = "things.read"
        verb, path = rule.split()
        setattr(method.options.Extensions[annotations_pb2.http], verb.lower(), path)
        for field, value in changes.items():
            setattr(method, field, value)
    return result


def only_method(descriptors: FileDescriptorSet) -> MethodDescriptorProto:
    return descriptors.file[0].service[0].method[0]


def test_every_method_of_the_modules_becomes_one_route() -> None:
    descriptors = load_descriptors()
    routes = read(descriptors, MODULES)
    packages = {f"atrium.{module}.v1" for module in MODULES}
    methods = {
        f"/{file.package}.{service.name}/{method.name}"
        for file in descriptors.file
        if file.package in packages
        for service in file.service
        for method in service.method
    }
    assert {route.path for route in routes} == methods
    assert len(routes) == len(methods)


def test_routes_carry_what_the_annotations_say() -> None:
    by_name = {route.method: route for route in read(load_descriptors(), MODULES)}
    login, users, watch, hidden = (by_name[n] for n in ("Login", "UpdateUser", "WatchAuditLogs", "Impersonate"))
    assert (login.access, login.rate_class, login.idempotency) == (Access.PUBLIC, RateClass.SIGN_IN, Idempotency.NONE)
    assert users.bindings == (Binding("PATCH", "/api/v1/users/{id}", "*"),)
    assert (users.module, users.idempotency, users.rate_class) == ("iam", Idempotency.IDEMPOTENT, RateClass.TENANT)
    assert watch.streaming and watch.idempotency is Idempotency.SAFE
    assert hidden.bindings == ()


def test_only_modules_that_are_asked_for_are_exposed() -> None:
    assert {route.module for route in read(load_descriptors(), ["tenants"])} == {"tenants"}
    assert read(load_descriptors(), []) == ()


def test_a_method_without_an_access_rule_is_refused_by_name() -> None:
    descriptors = small(("GetThing", "GET /things/{id}"))
    only_method(descriptors).options.ClearExtension(options_pb2.access)
    with pytest.raises(ContractError, match=r"atrium\.things\.v1\.ThingService\.GetThing has no access rule"):
        read(descriptors, ["things"])


def test_a_stream_of_requests_is_for_grpc_only() -> None:
    descriptors = small(("PutThings", "POST /things"), client_streaming=True)
    with pytest.raises(ContractError, match="stream of requests"):
        read(descriptors, ["things"])
    only_method(descriptors).options.ClearExtension(annotations_pb2.http)
    (route,) = read(descriptors, ["things"])
    assert route.takes_stream and not route.streaming and route.bindings == ()


def test_all_faults_are_named_at_once() -> None:
    descriptors = small(("GetA", "GET /a/{id}"), ("GetB", "GET /a/{name}"), ("GetC", "GET /c/{path=**}"))
    with pytest.raises(ContractError) as refused:
        read(descriptors, ["things"])
    assert "clashes" in str(refused.value) and "GET /c/{path=**}" in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("GET /t/{id}", "GET /t/{name}", True),
        ("GET /t/metrics", "GET /t/{id}", False),
        ("GET /t/metrics", "POST /t/metrics", False),
        ("GET /t/{id}/users", "GET /t/metrics/{day}", True),
        ("GET /t/{id}/users", "GET /t/{id}/roles", False),
        ("GET /t/{id}", "GET /t/{id}/users", False),
        ("GET /t/{id}/users/{user}", "GET /t/{id}/users/metrics", False),
    ],
)
def test_a_literal_beats_a_variable_and_everything_else_that_overlaps_clashes(
    one: str, other: str, clash: bool
) -> None:
    descriptors = small(("GetOne", one), ("GetOther", other))
    if clash:
        with pytest.raises(ContractError, match="clashes"):
            read(descriptors, ["things"])
    else:
        assert clashes(read(descriptors, ["things"])) == []


def test_a_public_method_is_never_counted_against_a_tenant() -> None:
    descriptors = small(("GetThing", "GET /things"))
    only_method(descriptors).options.Extensions[options_pb2.access].public = True
    assert read(descriptors, ["things"])[0].rate_class is RateClass.PUBLIC


def test_idempotency_follows_the_standard_option() -> None:
    descriptors = small(("GetThing", "GET /things"))
    only_method(descriptors).options.idempotency_level = MethodOptions.NO_SIDE_EFFECTS
    assert read(descriptors, ["things"])[0].idempotency is Idempotency.SAFE


def test_a_path_expression_matches_one_segment_for_a_variable() -> None:
    expression = Binding("GET", "/api/v1/users/{id}/roles", "").path_regex
    assert re.fullmatch(expression, "/api/v1/users/usr_1/roles")
    assert not re.fullmatch(expression, "/api/v1/users/a/b/roles")
    assert not re.fullmatch(expression, "/api/v1/users//roles")
