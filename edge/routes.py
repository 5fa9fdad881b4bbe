"""What the contract says about each method, as plain data: the descriptor set read once, checked for clashes."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet, MethodDescriptorProto, MethodOptions
from google.protobuf.descriptor_pool import DescriptorPool

from actors.api.options.v1 import options_pb2

DESCRIPTORS = Path(options_pb2.__file__).parents[2] / "descriptors.binpb"
"""The generated descriptor set, with comments."""


class Access(enum.Enum):
    """Who may call, as far as the edge is concerned."""

    PUBLIC = "public"
    SELF = "self"
    HALF_SIGNED_IN = "half_signed_in"
    PERMISSION = "permission"


class Idempotency(enum.Enum):
    """Whether a call may be sent again when nobody knows what became of it."""

    NONE = "none"
    SAFE = "safe"
    IDEMPOTENT = "idempotent"


class RateClass(enum.Enum):
    """The budget a call is counted against."""

    TENANT = "tenant"
    SIGN_IN = "sign_in"
    PUBLIC = "public"


class ContractError(Exception):
    """The descriptors cannot be turned into routes; the message lists every fault."""


@dataclass(frozen=True)
class Binding:
    """One REST address of a method."""

    verb: str
    """Upper case."""
    template: str
    """`/api/v1/things/{id}`."""
    body: str
    """Name of the request field that the body fills; `*` for the whole request, empty for no body."""

    @property
    def segments(self) -> tuple[str | None, ...]:
        """The parts of the path; None for a variable."""
        return tuple(None if part.startswith("{") else part for part in self.template.strip("/").split("/"))

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{([^}=]+)[^}]*\}", self.template))

    @property
    def path_regex(self) -> str:
        """RE2 expression of the paths that the template matches. The transcoder takes a slash at the end, too."""
        parts = ("[^/]+" if part is None else re.escape(part) for part in self.segments)
        return "/" + "/".join(parts) + "/?"


@dataclass(frozen=True)
class Route:
    """One method and everything the edge derives from its annotations."""

    module: str
    package: str
    service: str
    method: str
    request: str
    """Full name of the request message."""
    response: str
    bindings: tuple[Binding, ...]
    """Empty for methods that only gRPC reaches."""
    streaming: bool
    """Whether the server answers with a stream."""
    takes_stream: bool
    """Whether it is asked with a stream of requests: by gRPC only."""
    access: Access
    idempotency: Idempotency
    rate_class: RateClass

    @property
    def full_service(self) -> str:
        return f"{self.package}.{self.service}"

    @property
    def path(self) -> str:
        """The gRPC path."""
        return f"/{self.full_service}/{self.method}"


_IDEMPOTENCY = {
    MethodOptions.IDEMPOTENCY_UNKNOWN: Idempotency.NONE,
    MethodOptions.NO_SIDE_EFFECTS: Idempotency.SAFE,
    MethodOptions.IDEMPOTENT: Idempotency.IDEMPOTENT,
}
_RATE_CLASS = {
    options_pb2.RATE_CLASS_UNSPECIFIED: RateClass.TENANT,
    options_pb2.RATE_CLASS_SIGN_IN: RateClass.SIGN_IN,
    options_pb2.RATE_CLASS_PUBLIC: RateClass.PUBLIC,
}


def load_descriptors(path: Path = DESCRIPTORS) -> FileDescriptorSet:
    """Reads a descriptor set. Raises ContractError if the file is missing."""
    try:
        return FileDescriptorSet.FromString(path.read_bytes())
    except FileNotFoundError as error:
        raise ContractError(f"{path} does not exist; `make generate` writes it") from error


def pool_of(descriptors: FileDescriptorSet) -> DescriptorPool:
    """The descriptors with their references resolved."""
    pool = DescriptorPool()
    for file in descriptors.file:
        pool.Add(file)
    return pool


def read(descriptors: FileDescriptorSet, modules: Sequence[str]) -> tuple[Route, ...]:
    """The methods of the modules' packages `atrium.<module>.v1`, in the order of modules, files and services.

    Raises ContractError, naming all faults at once, if a method lacks its access rule, takes a stream of requests at
    an address of REST, which cannot carry one, has an address that the edge cannot route, or if two addresses clash.
    """
    found: list[Route] = []
    faults: list[str] = []
    for module in modules:
        package = f"atrium.{module}.v1"
        for file in descriptors.file:
            if file.package == package:
                for service in file.service:
                    for method in service.method:
                        name = f"{package}.{service.name}.{method.name}"
                        if not method.options.Extensions[options_pb2.access].WhichOneof("rule"):
                            faults.append(f"{name} has no access rule: add option (atrium.options.v1.access)")
                        elif method.client_streaming and method.options.HasExtension(annotations_pb2.http):
                            faults.append(f"{name} takes a stream of requests, which REST does not carry")
                        else:
                            found.append(_route(module, package, service.name, method))
    faults += _unroutable(found)
    faults += clashes(found)
    if faults:
        raise ContractError("; ".join(faults))
    return tuple(found)


def _route(module: str, package: str, service: str, method: MethodDescriptorProto) -> Route:
    options = method.options
    rule = options.Extensions[annotations_pb2.http]
    bindings = tuple(b for r in (rule, *rule.additional_bindings) if (b := _binding(r)) is not None)
    access = Access(str(options.Extensions[options_pb2.access].WhichOneof("rule")))
    rate_class = _RATE_CLASS[options.Extensions[options_pb2.rate_class]]
    if access is Access.PUBLIC and rate_class is RateClass.TENANT:
        # Without a token there is no tenant to count against.
        rate_class = RateClass.PUBLIC
    return Route(
        module=module,
        package=package,
        service=service,
        method=method.name,
        request=method.input_type.lstrip("."),
        response=method.output_type.lstrip("."),
        bindings=bindings,
        streaming=method.server_streaming,
        takes_stream=method.client_streaming,
        access=access,
        idempotency=_IDEMPOTENCY[options.idempotency_level],
        rate_class=rate_class,
    )


def _binding(rule: http_pb2.HttpRule) -> Binding | None:
    pattern = rule.WhichOneof("pattern")
    if pattern is None:
        return None
    if pattern == "custom":
        return Binding(rule.custom.kind.upper(), rule.custom.path, rule.body)
    return Binding(pattern.upper(), getattr(rule, pattern), rule.body)


def _unroutable(routes: Iterable[Route]) -> list[str]:
    faults = []
    for route in routes:
        for binding in route.bindings:
            where = f"{binding.verb} {binding.template} of {route.full_service}.{route.method}"
            if not re.fullmatch(r"(/([A-Za-z0-9._~-]+|\{[a-z0-9_.]+\}))+", binding.template):
                faults.append(f"{where}: each part of a path must be a literal or one variable in braces")
    return faults


def clashes(routes: Iterable[Route]) -> list[str]:
    """Pairs of addresses with the same verb that some path would match both, and neither is the plainer one.

    A literal beats a variable at the first place where two addresses differ, so `/t/metrics` beside `/t/{id}` is
    fine. The same shape twice is a clash, and so is `/t/{id}/users` beside `/t/metrics/{day}`: `/t/metrics/users`
    could mean either.
    """
    found = []
    bindings = [(route, binding) for route in routes for binding in route.bindings]
    for (first, a), (second, b) in combinations(bindings, 2):
        if a.verb == b.verb and _ambiguous(a.segments, b.segments):
            found.append(
                f"{a.verb} {a.template} ({first.service}.{first.method}) clashes with "
                f"{b.template} ({second.service}.{second.method}): change one of the paths"
            )
    return found


def _ambiguous(a: tuple[str | None, ...], b: tuple[str | None, ...]) -> bool:
    if len(a) != len(b) or any(x != y for x, y in zip(a, b, strict=True) if x is not None and y is not None):
        return False
    a_plainer = any(x is not None and y is None for x, y in zip(a, b, strict=True))
    b_plainer = any(x is None and y is not None for x, y in zip(a, b, strict=True))
    return a_plainer == b_plainer
