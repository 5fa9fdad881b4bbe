"""Events, announcements and error reasons: contract and code name the same things."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import pkgutil
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import actors
from actors import MODULES
from actors.api.options.v1 import options_pb2
from actors.kernel.access.policy import revoking_events
from actors.kernel.errors import AtriumError, OutcomeUnknown
from actors.kernel.events.contract import announcement_message
from actors.kernel.records import Announcement
from tests.protos.contracts import MODULES as CONTRACTS
from tests.protos.contracts import files_of

OWN_WORK = {"ReviewDue", "PlanVersionDue", "ReconciliationDue"}
"""Events of a module to itself about no tenant in particular."""
OF_MANY = {"StorageMeasured"}
"""Events that say the same of many tenants at once."""


def events(module: str) -> dict[str, Any]:
    file = importlib.import_module(f"actors.api.{module}.v1.events_pb2").DESCRIPTOR
    return dict(file.message_types_by_name)


def classes(package: str, base: type) -> Iterator[type]:
    """The subclasses of a class that a package's modules define."""
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        module = importlib.import_module(found.name)
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, base) and one is not base and one.__module__ == found.name:
                yield one


@pytest.mark.parametrize("module", CONTRACTS)
def test_an_event_names_its_tenant(module: str) -> None:
    for name, message in events(module).items():
        assert "tenant_id" in message.fields_by_name or name in OWN_WORK | OF_MANY, name


@pytest.mark.parametrize("module", CONTRACTS)
def test_a_revoking_event_names_a_field_it_has(module: str) -> None:
    for name, message in events(module).items():
        if field := message.GetOptions().Extensions[options_pb2.revokes]:
            assert field in message.fields_by_name, name
            assert field.endswith("_id")
            assert revoking_events([module])[f"{module}.{name}"] == field


@pytest.mark.parametrize("module", MODULES)
def test_an_announcement_is_the_event_of_its_name_field_by_field(module: str) -> None:
    kernel = events("kernel")
    found = list(classes(f"actors.{module}", Announcement))
    assert found
    for kind in found:
        message = events(module).get(kind.__name__) or kernel.get(kind.__name__)
        assert message is not None, f"{kind.__name__} is in no events.proto"
        assert [f.name for f in dataclasses.fields(kind)] == [f.name for f in message.fields], kind.__name__


@pytest.mark.parametrize("module", MODULES)
def test_an_event_of_a_module_is_announced_by_it(module: str) -> None:
    announced = {kind.__name__ for kind in classes(f"actors.{module}", Announcement)}
    assert events(module).keys() == announced & events(module).keys()


@pytest.mark.parametrize("module", MODULES)
def test_every_announcement_can_be_written_as_its_event(module: str) -> None:
    for kind in classes(f"actors.{module}", Announcement):
        announcement = kind(**{name: sample(hint) for name, hint in hints(kind).items()})
        message = announcement_message(module, announcement)
        assert type(message).FromString(message.SerializeToString()) == message
        for field in message.DESCRIPTOR.fields:
            assert getattr(message, field.name), f"{kind.__name__}.{field.name} was lost"


def hints(kind: type) -> dict[str, Any]:
    return {f.name: typing.get_type_hints(kind)[f.name] for f in dataclasses.fields(kind)}  # type: ignore[arg-type]


def sample(hint: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        return (sample(typing.get_args(hint)[0]),)
    if dataclasses.is_dataclass(hint):
        return typing.cast(type, hint)(**{name: sample(one) for name, one in hints(typing.cast(type, hint)).items()})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return list(hint)[-1]
    return {str: "x", int: 7, bool: True, bytes: b"x", datetime: datetime(2026, 1, 1, tzinfo=UTC)}[hint]


def reasons(module: str) -> set[str]:
    package = importlib.import_module(f"actors.api.{module}.v1")
    return {name.removeprefix("ERROR_REASON_") for name, number in package.ErrorReason.items() if number}


def errors_of(module: str) -> dict[str, type[AtriumError]]:
    branches = {AtriumError, *AtriumError.__subclasses__()}
    found = [one for one in classes(f"actors.{module}", AtriumError) if one not in branches]
    if module == "kernel":
        from actors.kernel import errors

        named = [errors.NotFound, errors.Internal]
        found = [*(one for one in found if one is not OutcomeUnknown), *named]
    kept = [one for one in found if one.__name__ != "Refused"]
    return {typing.cast("type[AtriumError]", one).reason(): typing.cast("type[AtriumError]", one) for one in kept}


@pytest.mark.parametrize("module", [*MODULES, "kernel"])
def test_every_error_has_its_reason_in_the_contract_and_every_reason_its_error(module: str) -> None:
    assert errors_of(module).keys() == reasons(module)


@pytest.mark.parametrize("module", [*MODULES, "kernel"])
def test_an_error_says_the_code_its_contract_documents(module: str) -> None:
    comments = reason_comments(module)
    for reason, kind in errors_of(module).items():
        assert kind.domain() == f"atrium.{module}"
        documented = comments[reason].partition(":")[0]
        assert documented == kind.code.name, f"{reason} is {kind.code.name}, documented as {documented}"


def reason_comments(module: str) -> dict[str, str]:
    from pathlib import Path

    from google.protobuf import descriptor_pb2

    raw = (Path(str(actors.__file__)).parent / "api" / "descriptors.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(raw).file:
        if file.package == f"atrium.{module}.v1" and any(one.name == "ErrorReason" for one in file.enum_type):
            found = {}
            for location in file.source_code_info.location:
                path = list(location.path)
                if len(path) == 4 and path[0] == 5 and path[2] == 2:
                    value = file.enum_type[path[1]].value[path[3]].name
                    found[value.removeprefix("ERROR_REASON_")] = location.leading_comments.strip()
            return found
    raise LookupError(module)


@pytest.mark.parametrize("module", CONTRACTS)
def test_every_contract_file_is_generated(module: str) -> None:
    names = {file.name.rpartition("/")[2] for file in files_of(module)}
    assert {"events.proto", "error_reason.proto"} <= names
