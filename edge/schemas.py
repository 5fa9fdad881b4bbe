"""Messages as JSON Schema: what the edge answers, and what it and the validation behind it take.

Answers and requests differ. Answers always hold the fields that have no presence and may gain fields later.
Requests are refused for fields that do not exist, for another JSON type than the one written here, and for what
the `buf.validate` rules of their fields forbid; those rules become keywords as far as JSON Schema has them, and
words where it has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from actors.api.buf.validate import validate_pb2

Schema = dict[str, Any]

_INT32 = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SFIXED32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32 - 1),
}
_SIGNED64 = (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_SINT64, FieldDescriptor.TYPE_SFIXED64)
_UNSIGNED64 = (FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64)
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Value": {},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Any": {"type": "object", "required": ["@type"], "properties": {"@type": {"type": "string"}}},
}
# By name, for the generated module's `message` is also that of a module it imports.
_MESSAGE_RULES: Any = validate_pb2.DESCRIPTOR.extensions_by_name["message"]
_FORMATS = {
    "email": "email", "hostname": "hostname", "ipv4": "ipv4", "ipv6": "ipv6", "uri": "uri", "uri_ref": "uri-reference",
    "uuid": "uuid",
}  # fmt: skip
_NUMBERS = {
    "gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum", "const": "const",
    "in": "enum",
}  # fmt: skip


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    rules: validate_pb2.FieldRules = field.GetOptions().Extensions[validate_pb2.field]
    return rules


class Schemas:
    """Schemas of messages and enums, collected under `components/schemas` as they are asked for."""

    def __init__(self, comments: Mapping[str, str]) -> None:
        self.comments = comments
        self.components: dict[str, Schema] = {}

    def described(self, schema: Schema, name: str) -> Schema:
        text = " ".join(part for part in (self.comments.get(name), schema.get("description")) if part)
        return {**schema, "description": text} if text else schema

    # What the edge answers.

    def answer(self, message: Descriptor) -> Schema:
        """The schema of an answered message, by reference."""
        if message.full_name in _WELL_KNOWN:
            return _WELL_KNOWN[message.full_name]
        if message.full_name not in self.components:
            schema = self.components[message.full_name] = {}
            fields = message.fields
            schema["type"] = "object"
            schema["properties"] = {f.json_name: self.described(self._answer_field(f), f.full_name) for f in fields}
            # Printed also when they hold their default.
            if required := [f.json_name for f in fields if not f.has_presence]:
                schema["required"] = required
            schema.update(self.described(schema, message.full_name))
        return {"$ref": f"#/components/schemas/{message.full_name}"}

    def _answer_field(self, field: FieldDescriptor) -> Schema:
        if _is_map(field):
            return {"type": "object", "additionalProperties": self._answer_value(_map_value(field))}
        value = self._answer_value(field)
        return {"type": "array", "items": value} if field.is_repeated else value

    def _answer_value(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.answer(field.message_type)
        if field.enum_type is not None:
            return self.enum(field.enum_type)
        return _scalar(field, answered=True)

    def enum(self, enum: EnumDescriptor) -> Schema:
        if enum.full_name not in self.components:
            names = [value.name for value in enum.values]
            lines = [f"`{n}`: {text}" for n in names if (text := self.comments.get(f"{enum.full_name}.{n}"))]
            schema: Schema = {"type": "string", "enum": names}
            if lines:
                schema["description"] = "\n\n".join(lines)
            self.components[enum.full_name] = self.described(schema, enum.full_name)
        return {"$ref": f"#/components/schemas/{enum.full_name}"}

    # What the edge takes.

    def request(self, message: Descriptor, without: frozenset[str] = frozenset()) -> Schema:
        """The schema of a message inside a request, leaving out the fields that the path binds."""
        if message.full_name in _WELL_KNOWN:
            return _WELL_KNOWN[message.full_name]
        name = f"{message.full_name}.Body" if without else message.full_name
        if name not in self.components:
            schema = self.components[name] = {}
            fields = [field for field in message.fields if field.name not in without]
            schema["type"] = "object"
            schema["properties"] = {f.json_name: self.described(self.request_field(f), f.full_name) for f in fields}
            schema["additionalProperties"] = False
            if required := [f.json_name for f in fields if required_in_request(f)]:
                schema["required"] = required
            schema.update(_oneofs(message))
            if rules := message.GetOptions().Extensions[_MESSAGE_RULES].cel:
                schema["description"] = " ".join(f"Rule: {rule.message}." for rule in rules)
            schema.update(self.described(schema, message.full_name))
        return {"$ref": f"#/components/schemas/{name}"}

    def request_field(self, field: FieldDescriptor, in_query: bool = False) -> Schema:
        rules = rules_of(field)
        if _is_map(field):
            return {
                "type": "object",
                "additionalProperties": self._request_value(_map_value(field), rules.map.values, in_query),
                **_present({"minProperties": rules.map.min_pairs, "maxProperties": rules.map.max_pairs}),
            }
        if field.is_repeated:
            return {
                "type": "array",
                "items": self._request_value(field, rules.repeated.items, in_query),
                **_present({"minItems": rules.repeated.min_items, "maxItems": rules.repeated.max_items}),
                **({"uniqueItems": True} if rules.repeated.unique else {}),
            }
        return self._request_value(field, rules, in_query)

    def _request_value(self, field: FieldDescriptor, rules: validate_pb2.FieldRules, in_query: bool) -> Schema:
        if field.message_type is not None:
            schema = self.request(field.message_type)
            if rules.timestamp.gt_now or rules.timestamp.lt_now:
                when = "later" if rules.timestamp.gt_now else "earlier"
                schema = {**schema, "description": f"Must be {when} than now."}
            return schema
        if field.enum_type is not None:
            refused, allowed = set(rules.enum.not_in), set(getattr(rules.enum, "in"))
            names = [
                value.name
                for value in field.enum_type.values
                if value.number not in refused and (not allowed or value.number in allowed)
            ]
            return {"type": "string", "enum": names}
        return {**_scalar(field, answered=in_query), **_constraints(rules)}


def required_in_request(field: FieldDescriptor) -> bool:
    """Whether a request without the field is refused, because its rules refuse the default it would then have."""
    rules = rules_of(field)
    if rules.required:
        return True
    if field.has_presence or rules.ignore != validate_pb2.IGNORE_UNSPECIFIED:
        return False
    if field.is_repeated:
        return bool(rules.repeated.min_items or rules.map.min_pairs)
    kind = rules.WhichOneof("type")
    return kind is not None and not _takes_default(getattr(rules, kind))


def _takes_default(rules: Any) -> bool:
    """Whether the rules of a scalar or enum take "", 0 or false."""
    import re

    set_rules = {descriptor.name: value for descriptor, value in rules.ListFields()}
    default: Any = "" if isinstance(rules, validate_pb2.StringRules) else 0
    if isinstance(rules, validate_pb2.BytesRules):
        default = b""
    if isinstance(rules, (validate_pb2.StringRules, validate_pb2.BytesRules)):
        sized = ("min_len", "len", "min_bytes", "len_bytes", "prefix", "suffix", "contains")
        if any(set_rules.get(name) for name in sized):
            return False
        if "pattern" in set_rules and not re.search(set_rules["pattern"], ""):
            return False
        if rules.WhichOneof("well_known") not in (None, "uri_ref"):
            return False
    if "const" in set_rules and set_rules["const"] != default:
        return False
    if "in" in set_rules and default not in set_rules["in"]:
        return False
    if "not_in" in set_rules and default in set_rules["not_in"]:
        return False
    return not (
        ("gt" in set_rules and not default > set_rules["gt"])
        or ("gte" in set_rules and not default >= set_rules["gte"])
        or ("lt" in set_rules and not default < set_rules["lt"])
        or ("lte" in set_rules and not default <= set_rules["lte"])
    )


def _scalar(field: FieldDescriptor, answered: bool) -> Schema:
    """A scalar's type. 64-bit numbers are strings in answers and paths; a body may also hold them as numbers."""
    if field.type == FieldDescriptor.TYPE_STRING:
        return {"type": "string"}
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"type": "boolean"}
    if field.type == FieldDescriptor.TYPE_BYTES:
        return {"type": "string", "contentEncoding": "base64"}
    if field.type in _INT32:
        low, high = _INT32[field.type]
        return {"type": "integer", "format": "int32", "minimum": low, "maximum": high}
    if field.type in _SIGNED64 or field.type in _UNSIGNED64:
        signed = field.type in _SIGNED64
        pattern = "^-?[0-9]{1,19}$" if signed else "^[0-9]{1,20}$"
        return {
            "type": "string" if answered else ["string", "integer"],
            "format": "int64" if signed else "uint64",
            "pattern": pattern,
        }
    return {"type": "number", "format": "float" if field.type == FieldDescriptor.TYPE_FLOAT else "double"}


def _constraints(rules: validate_pb2.FieldRules) -> Schema:
    kind = rules.WhichOneof("type")
    if kind is None:
        return {}
    inner: Any = getattr(rules, kind)
    if kind == "string":
        exact = inner.len or None
        schema = _present(
            {"minLength": exact or inner.min_len, "maxLength": exact or inner.max_len, "pattern": inner.pattern}
        )
        if (known := inner.WhichOneof("well_known")) in _FORMATS:
            schema["format"] = _FORMATS[known]
        if listed := list(getattr(inner, "in")):
            schema["enum"] = listed
        return schema
    if kind == "bytes":
        return {}
    numbers = {_NUMBERS[d.name]: value for d, value in inner.ListFields() if d.name in _NUMBERS}
    return {key: list(value) if key == "enum" else value for key, value in numbers.items()}


def _oneofs(message: Descriptor) -> Schema:
    """Exactly one of a required oneof's fields, at most one of any other's."""
    rules = []
    for oneof in message.oneofs:
        names = [field.json_name for field in oneof.fields]
        if len(names) > 1:
            choices: list[Schema] = [{"required": [name]} for name in names]
            if not oneof.GetOptions().Extensions[validate_pb2.oneof].required:
                choices.append({"not": {"anyOf": [{"required": [name]} for name in names]}})
            rules.append({"oneOf": choices})
    return rules[0] if len(rules) == 1 else {"allOf": rules} if rules else {}


def _present(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if value}


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _map_value(field: FieldDescriptor) -> FieldDescriptor:
    assert field.message_type is not None
    value: FieldDescriptor = field.message_type.fields_by_name["value"]
    return value
