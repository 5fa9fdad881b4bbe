"""The comments of the protos, by full name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM, _VALUE, _METHOD = 2, 3, 4, 2, 2


def read_comments(descriptors: FileDescriptorSet) -> Mapping[str, str]:
    """Leading comments as one line each, by the full name of what they describe; enum values as `Enum.VALUE`."""
    found: dict[str, str] = {}
    for file in descriptors.file:
        for location in file.source_code_info.location:
            if location.leading_comments and (name := _name(file, list(location.path))):
                found[name] = " ".join(location.leading_comments.split())
    return found


def _name(file: FileDescriptorProto, path: list[int]) -> str | None:
    """The full name at a path of SourceCodeInfo; None for anything that no page shows."""
    names = [file.package]
    names += _steps(file, path)
    return ".".join(names) if len(names) > 1 else None


def _steps(file: FileDescriptorProto, path: list[int]) -> Iterator[str]:
    if len(path) < 2 or len(path) % 2:
        return
    kind, index, rest = path[0], path[1], path[2:]
    if kind == _SERVICE:
        service = file.service[index]
        if not rest:
            yield service.name
        elif rest[0] == _METHOD and len(rest) == 2:
            yield from (service.name, service.method[rest[1]].name)
    elif kind == _ENUM:
        enum = file.enum_type[index]
        if not rest:
            yield enum.name
        elif rest[0] == _VALUE and len(rest) == 2:
            yield from (enum.name, enum.value[rest[1]].name)
    elif kind == _MESSAGE:
        message = file.message_type[index]
        yielded = [message.name]
        while rest and rest[0] == _NESTED:
            message = message.nested_type[rest[1]]
            yielded.append(message.name)
            rest = rest[2:]
        if rest and rest[0] == _FIELD and len(rest) == 2:
            yielded.append(message.field[rest[1]].name)
        elif rest and rest[0] == _NESTED_ENUM:
            inner = message.enum_type[rest[1]]
            yielded.append(inner.name)
            if len(rest) == 4 and rest[2] == _VALUE:
                yielded.append(inner.value[rest[3]].name)
        elif rest:
            return
        yield from yielded
