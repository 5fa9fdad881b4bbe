from __future__ import annotations

import re

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool

import actors.api
from actors import MODULES
from actors.api.options.v1 import options_pb2
from actors.kernel.access.policy import ContractBroken, Method, method_comments, policy_of, read_policy
from actors.kernel.call import PLATFORM, TENANT

POLICY = policy_of(MODULES)
RAW = next(iter(actors.api.__path__)) + "/descriptors.binpb"


def file_set() -> descriptor_pb2.FileDescriptorSet:
    with open(RAW, "rb") as file:
        return descriptor_pb2.FileDescriptorSet.FromString(file.read())


FILE_SET = file_set()
FILES = {file.name: file for file in FILE_SET.file}


def read_changed(change: dict[str, descriptor_pb2.FileDescriptorProto], service: str) -> dict[str, Method]:
    """The policy of one service out of descriptors in which some files are others."""
    pool = DescriptorPool()
    added: set[str] = set()

    def add(name: str) -> None:
        if name not in added:
            added.add(name)
            file = change.get(name, FILES[name])
            for needed in file.dependency:
                add(needed)
            pool.AddSerializedFile(file.SerializeToString())

    for file in FILES.values():
        if any(f"{file.package}.{s.name}" == service for s in file.service):
            add(file.name)
    return dict(read_policy([pool.FindServiceByName(service)]).methods)


@pytest.mark.parametrize("method", POLICY.methods)
def test_a_method_that_lacks_its_rule_stops_the_start(method: str) -> None:
    service, _, name = method.partition("/")
    for file in FILES.values():
        for number, one in enumerate(file.service):
            if f"{file.package}.{one.name}" == service:
                changed = descriptor_pb2.FileDescriptorProto()
                changed.CopyFrom(file)
                (broken,) = [m for m in changed.service[number].method if m.name == name]
                broken.options.ClearExtension(options_pb2.access)
                with pytest.raises(ContractBroken, match=re.escape(method)):
                    read_changed({file.name: changed}, service)
                broken.options.Extensions[options_pb2.access].own_tenant = True
                with pytest.raises(ContractBroken, match="without a rule"):
                    read_changed({file.name: changed}, service)
                return
    raise AssertionError(f"{method} is in no descriptor")


def test_every_method_that_is_broken_is_named_at_once() -> None:
    name = "atrium/iam/v1/user_service.proto"
    changed = descriptor_pb2.FileDescriptorProto()
    changed.CopyFrom(FILES[name])
    for method in changed.service[0].method:
        method.options.ClearExtension(options_pb2.access)
    with pytest.raises(ContractBroken) as refused:
        read_changed({name: changed}, "atrium.iam.v1.UserService")
    for method in changed.service[0].method:
        assert f"UserService/{method.name} " in str(refused.value)


def test_a_request_that_names_the_tenant_twice_stops_the_start() -> None:
    name = "atrium/iam/v1/user_service.proto"
    changed = descriptor_pb2.FileDescriptorProto()
    changed.CopyFrom(FILES[name])
    for message in changed.message_type:
        if message.name == "GetUserRequest":
            for field in message.field:
                field.options.Extensions[options_pb2.tenant] = True
    with pytest.raises(ContractBroken, match="names the tenant twice"):
        read_changed({name: changed}, "atrium.iam.v1.UserService")


def test_the_catalogue_is_what_methods_ask_for() -> None:
    asked = {m.permission for m in POLICY.methods.values()} | {m.widened_by for m in POLICY.methods.values()}
    assert set(POLICY.catalogue) == asked - {""}
    for id, permission in POLICY.catalogue.items():
        assert permission.methods and permission.id == id == f"{permission.noun}.{permission.verb}"
        assert permission.module in MODULES
        assert permission.realms == frozenset().union(*(m.realms for m in permission.methods))


@pytest.mark.parametrize("realm", [PLATFORM, TENANT])
def test_wildcards_stand_for_what_is_open_to_the_realm(realm: str) -> None:
    everything = POLICY.expand(("*",), realm)
    assert everything == {id for id, p in POLICY.catalogue.items() if realm in p.realms}
    for noun in {p.noun for p in POLICY.catalogue.values()}:
        own = {id for id in everything if id.startswith(f"{noun}.")}
        assert POLICY.expand((f"{noun}.*",), realm) == own
    assert POLICY.expand((), realm) == frozenset()
    assert POLICY.expand(("users.read", "users.read"), realm) == {"users.read"}


def test_a_wildcard_is_no_beginning_of_a_word() -> None:
    assert POLICY.expand(("user.*",), TENANT) == frozenset()
    assert POLICY.expand(("u*", "users", "users.", ".*", "*.read", "users.r*"), TENANT) == frozenset()


def test_a_pattern_that_stands_for_nothing_is_unknown() -> None:
    only_platform = next(id for id, p in POLICY.catalogue.items() if p.realms == {PLATFORM})
    patterns = ["users.read", "users.reed", "tenants.*", only_platform, "*"]
    assert POLICY.unknown(patterns, PLATFORM) == ["users.reed"]
    assert only_platform in POLICY.unknown(patterns, TENANT)


def test_a_method_is_read_as_its_contract_states_it() -> None:
    method = POLICY.methods["atrium.tenants.v1.TenantService/CreateTenant"]
    assert (method.module, method.service, method.name) == ("tenants", "TenantService", "CreateTenant")
    assert method.path == "/atrium.tenants.v1.TenantService/CreateTenant"
    assert method.takes_key and not method.safe and not method.idempotent
    safe = POLICY.methods["atrium.tenants.v1.TenantService/GetTenant"]
    assert safe.safe and not safe.takes_key


def test_every_method_that_takes_keys_leaves_an_audit_entry_and_so_keeps_its_answer() -> None:
    assert [m.full_name for m in POLICY.methods.values() if m.takes_key and not m.audit_action] == []


def test_comments_belong_to_methods_that_exist() -> None:
    installed = {name for name in method_comments() if name.split(".")[1] in MODULES}
    assert installed <= set(POLICY.methods)
