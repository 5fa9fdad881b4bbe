"""Who may call what, read from the contract: methods with their rules, and the catalogue of permissions.

Nothing here is typed a second time: a method's rule is the option in its `.proto`, the catalogue is what the methods
of all modules ask for. A method without a rule stops the start.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from actors.api.options.v1 import options_pb2
from actors.kernel.call import PLATFORM, TENANT

_REALMS = {options_pb2.REALM_PLATFORM: PLATFORM, options_pb2.REALM_TENANT: TENANT}
_BOTH = frozenset({PLATFORM, TENANT})


class ContractBroken(Exception):
    """A contract lacks what the platform needs of it; nothing may start."""


@dataclass(frozen=True)
class Method:
    """One RPC and the rules that its contract states."""

    full_name: str
    """`atrium.iam.v1.UserService/GetUser`."""
    module: str
    service: str
    name: str
    request: type[Message]
    answer: type[Message]
    rule: str
    """`public`, `self`, `half_signed_in` or `permission`."""
    permission: str = ""
    realms: frozenset[str] = _BOTH
    own_tenant: bool = False
    widened_by: str = ""
    new_work: bool = False
    """Refused to people of a tenant whose subscription is not active."""
    feature: str = ""
    """Refused to a tenant whose plan lacks this feature."""
    audit_action: str = ""
    audit_target: str = ""
    safe: bool = False
    """Changes nothing."""
    idempotent: bool = False
    """May be repeated without a second effect."""
    streaming: bool = False
    """Answers with a stream."""
    takes_stream: bool = False
    """Is asked with a stream of requests, and answers once."""
    tenant_field: str = ""
    """The request's field that names the tenant; empty when none does."""

    @property
    def path(self) -> str:
        return f"/{self.full_name}"

    @property
    def takes_key(self) -> bool:
        """Whether callers may send an idempotency key."""
        streams = self.streaming or self.takes_stream
        return self.rule == "permission" and not self.safe and not self.idempotent and not streams

    def __str__(self) -> str:
        return self.full_name


@dataclass(frozen=True)
class Permission:
    """One entry of the catalogue."""

    id: str
    module: str
    realms: frozenset[str]
    methods: tuple[Method, ...]

    @property
    def noun(self) -> str:
        return self.id.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.id.partition(".")[2]


@dataclass(frozen=True)
class Policy:
    """The methods of some modules, and the catalogue over all of them."""

    methods: Mapping[str, Method]
    """By full name."""
    _expanded: dict[tuple[frozenset[str], str], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def catalogue(self) -> Mapping[str, Permission]:
        """Every permission that some method asks for, by id."""
        asked: dict[str, list[Method]] = {}
        for method in self.methods.values():
            for permission in (method.permission, method.widened_by):
                if permission:
                    asked.setdefault(permission, []).append(method)
        return {
            id: Permission(id, methods[0].module, frozenset().union(*(m.realms for m in methods)), tuple(methods))
            for id, methods in sorted(asked.items())
        }

    def expand(self, patterns: Iterable[str], realm: str) -> frozenset[str]:
        """The permissions that names and wildcards (`*`, `tenants.*`) stand for, among those open to the realm."""
        key = (frozenset(patterns), realm)
        found = self._expanded.get(key)
        if found is None:
            if len(self._expanded) > 10_000:
                self._expanded.clear()
            found = self._expanded[key] = frozenset(
                id
                for id, permission in self.catalogue.items()
                if realm in permission.realms and ("*" in key[0] or id in key[0] or f"{permission.noun}.*" in key[0])
            )
        return found

    def unknown(self, patterns: Iterable[str], realm: str) -> list[str]:
        """The patterns that stand for nothing in this realm."""
        return [p for p in patterns if not self.expand((p,), realm)]


def read_policy(services: Sequence[ServiceDescriptor]) -> Policy:
    """Reads the rules of all methods. Raises ContractBroken naming every method that lacks one."""
    methods, broken = {}, []
    for service in services:
        for descriptor in service.methods:
            try:
                method = _read(service, descriptor)
                methods[method.full_name] = method
            except ContractBroken as error:
                broken.append(str(error))
    if broken:
        raise ContractBroken("; ".join(broken))
    return Policy(methods)


@cache
def policy_of(modules: tuple[str, ...]) -> Policy:
    """The policy over these modules' contracts."""
    services: list[ServiceDescriptor] = []
    for module in modules:
        package = importlib.import_module(f"actors.api.{module}.v1")
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.glob("*_pb2.py")):
            file = importlib.import_module(f"{package.__name__}.{path.stem}")
            services += file.DESCRIPTOR.services_by_name.values()
    return read_policy(services)


def _read(service: ServiceDescriptor, descriptor: MethodDescriptor) -> Method:
    full_name = f"{service.full_name}/{descriptor.name}"
    options = descriptor.GetOptions()
    if not options.HasExtension(options_pb2.access):
        raise ContractBroken(f"{full_name} does not say who may call it: add option (atrium.options.v1.access)")
    access = options.Extensions[options_pb2.access]
    rule = access.WhichOneof("rule")
    if rule is None or (rule == "permission" and not access.permission):
        raise ContractBroken(f"{full_name} has an access option without a rule")
    audit = options.Extensions[options_pb2.audit]
    level = options.idempotency_level
    request = descriptor.input_type
    if descriptor.client_streaming and descriptor.server_streaming:
        raise ContractBroken(f"{full_name} streams both ways: a stream of requests is answered once")
    tenant_fields = [f.name for f in request.fields if f.GetOptions().Extensions[options_pb2.tenant]]
    if len(tenant_fields) > 1:
        raise ContractBroken(f"{full_name} names the tenant twice: {', '.join(tenant_fields)}")
    return Method(
        full_name=full_name,
        module=service.full_name.split(".")[1],
        service=service.name,
        name=descriptor.name,
        request=GetMessageClass(request),
        answer=GetMessageClass(descriptor.output_type),
        rule=rule,
        permission=access.permission,
        realms=frozenset(_REALMS[r] for r in access.realms) or _BOTH,
        own_tenant=access.own_tenant,
        widened_by=access.widened_by,
        new_work=access.new_work,
        feature=access.feature,
        audit_action=audit.action,
        audit_target=audit.target,
        safe=level == descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS,
        idempotent=level == descriptor_pb2.MethodOptions.IDEMPOTENT,
        streaming=descriptor.server_streaming,
        takes_stream=descriptor.client_streaming,
        tenant_field=tenant_fields[0] if tenant_fields else "",
    )


def revoking_events(modules: Sequence[str]) -> dict[str, str]:
    """Events that make tokens stale, `<module>.<Event>`, and the field that says which."""
    found = {}
    for module in modules:
        events = importlib.import_module(f"actors.api.{module}.v1.events_pb2").DESCRIPTOR
        message: Descriptor
        for message in events.message_types_by_name.values():
            if name := message.GetOptions().Extensions[options_pb2.revokes]:
                found[f"{module}.{message.name}"] = name
    return found


@cache
def method_comments() -> Mapping[str, str]:
    """What each method does, from the comments of the protos, by full name."""
    raw = (Path(__file__).parents[2] / "api" / "descriptors.binpb").read_bytes()
    comments = {}
    for file in descriptor_pb2.FileDescriptorSet.FromString(raw).file:
        for location in file.source_code_info.location:
            if len(location.path) == 4 and location.path[0] == 6 and location.path[2] == 2:
                service = file.service[location.path[1]]
                name = f"{file.package}.{service.name}/{service.method[location.path[3]].name}"
                comments[name] = " ".join(location.leading_comments.split())
    return comments
