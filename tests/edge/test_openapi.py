"""The OpenAPI document: valid, stable, and as strict as the validation behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import protovalidate
import pytest
from google.protobuf import message_factory
from openapi_spec_validator import OpenAPIV31SpecValidator

from actors import MODULES
from actors.api.iam import v1 as iam  # noqa: F401  (messages of the default pool)
from actors.api.tenants import v1 as tenants  # noqa: F401
from edge.openapi import as_json, document
from edge.routes import Access, Route, load_descriptors, pool_of, read
from edge.schemas import required_in_request

ROUTES = read(load_descriptors(), MODULES)


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    return document(ROUTES, load_descriptors(), "1.2.3")


def operations(api: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {o["operationId"]: o for path in api["paths"].values() for o in path.values()}


def schema_of(api: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = api["components"]["schemas"][name]
    return found


def test_the_document_is_the_golden_one(api: dict[str, Any], golden: Callable[[str, bytes], None]) -> None:
    golden("openapi.json", as_json(api))


def test_the_document_is_valid_openapi_3_1(api: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(api).iter_errors()] == []


def test_every_rest_address_is_in_it_and_nothing_else(api: dict[str, Any]) -> None:
    expected = sum(len(route.bindings) for route in ROUTES)
    assert len(operations(api)) == expected
    assert "SessionService_Impersonate" not in operations(api)


def test_security_follows_the_access_rules(api: dict[str, Any]) -> None:
    for route in ROUTES:
        for number in range(len(route.bindings)):
            suffix = f"_{number + 1}" if number else ""
            security = operations(api)[f"{route.service}_{route.method}{suffix}"]["security"]
            assert (security == []) == (route.access is Access.PUBLIC), route.path


def test_idempotency_keys_are_offered_where_the_kernel_takes_them(api: dict[str, Any]) -> None:
    offered = {
        name
        for name, operation in operations(api).items()
        if any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", []))
    }
    assert "UserService_CreateUser" in offered and "TenantService_CreateTenant" in offered
    assert not offered & {"UserService_UpdateUser", "SessionService_Login", "UserService_GetUser"}


@pytest.mark.parametrize("route", [r for r in ROUTES if r.bindings], ids=lambda route: route.path)
def test_a_field_is_required_exactly_when_validation_refuses_a_request_without_it(route: Route) -> None:
    message = pool_of(load_descriptors()).FindMessageTypeByName(route.request)
    required = {field.name for field in message.fields if required_in_request(field)}
    empty = message_factory.GetMessageClass(_in_default_pool(route.request))()
    violations = protovalidate.Validator().collect_violations(empty)
    refused = {v.proto.field.elements[0].field_name for v in violations if v.proto.field and v.proto.field.elements}
    oneofs = {oneof.name for oneof in message.oneofs}
    assert required == refused - oneofs


def _in_default_pool(name: str) -> Any:
    from google.protobuf import descriptor_pool

    return descriptor_pool.Default().FindMessageTypeByName(name)


def test_answers_name_the_fields_that_are_always_there(api: dict[str, Any]) -> None:
    user = schema_of(api, "atrium.iam.v1.User")
    assert "email" in user["required"] and "roleIds" in user["required"]
    assert "createTime" not in user["required"]
    assert "additionalProperties" not in user
    assert user["properties"]["createTime"]["format"] == "date-time"


def test_64_bit_numbers_are_strings_in_answers(api: dict[str, Any]) -> None:
    assert schema_of(api, "atrium.iam.v1.AuditLog")["properties"]["count"]["type"] == "string"


def test_constraints_become_keywords(api: dict[str, Any]) -> None:
    create = schema_of(api, "atrium.iam.v1.CreateUserRequest")
    assert create["additionalProperties"] is False
    assert create["properties"]["email"] == {"type": "string", "format": "email", "maxLength": 254}
    assert create["properties"]["roleIds"]["uniqueItems"] is True
    listed = {p["name"]: p["schema"] for p in operations(api)["UserService_ListUsers"]["parameters"]}
    assert listed["pageSize"] == {"type": "integer", "format": "int32", "minimum": 0, "maximum": 500}
    login = schema_of(api, "atrium.iam.v1.LoginRequest")
    assert login["properties"]["realm"]["enum"] == ["REALM_PLATFORM", "REALM_TENANT"]
    assert "tenant is needed for REALM_TENANT" in login["description"]


def test_a_required_oneof_takes_exactly_one_of_its_fields(api: dict[str, Any]) -> None:
    assert schema_of(api, "atrium.iam.v1.CompleteMfaRequest")["oneOf"] == [
        {"required": ["totpCode"]},
        {"required": ["recoveryCode"]},
    ]


def test_fields_of_the_path_are_not_asked_for_again_in_the_body(api: dict[str, Any]) -> None:
    update = operations(api)["UserService_UpdateUser"]
    assert [p["name"] for p in update["parameters"]] == ["id"]
    assert "id" not in schema_of(api, "atrium.iam.v1.UpdateUserRequest.Body")["properties"]
    # The same message inside another request has its id in the body.
    assert "id" in schema_of(api, "atrium.iam.v1.UpdateRoleRequest")["properties"]


def test_streams_and_files_have_their_own_media_types(api: dict[str, Any]) -> None:
    watch = operations(api)["AuditLogService_WatchAuditLogs"]["responses"]["200"]["content"]
    assert watch["text/event-stream"]["x-event"] == {
        "$ref": "#/components/schemas/atrium.iam.v1.WatchAuditLogsResponse"
    }
    assert list(operations(api)["AuditLogService_ExportAuditLogs"]["responses"]["200"]["content"]) == ["*/*"]


def test_comments_of_the_protos_are_its_descriptions(api: dict[str, Any]) -> None:
    login = operations(api)["SessionService_Login"]
    assert login["summary"] == "Starts a session"
    assert "Answers the same" in login["description"]
    assert (
        schema_of(api, "atrium.iam.v1.User")["properties"]["mfaEnabled"]["description"]
        == "Whether a second factor is on."
    )
    assert "`STATUS_SUSPENDED`: Cannot sign in" in schema_of(api, "atrium.iam.v1.User.Status")["description"]
