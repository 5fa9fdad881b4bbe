"""What the edge itself answers when it refuses: google.rpc.Status, as JSON for REST and as a status for gRPC.

Envoy makes its own refusals as text. The mappers here recognise each one and give it the platform's one error
shape: status, code, a sentence that says how to mend it, and an ErrorInfo with a reason of the domain
`atrium.edge`. Only MALFORMED repeats what Envoy said, for there it names the field at fault; Envoy's JSON
formatter escapes it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any as Anything

import orjson
from envoy_data_plane.envoy.config.accesslog.v3 import (
    AccessLogFilter,
    AndFilter,
    ComparisonFilter,
    ComparisonFilterOp,
    ExtensionFilter,
    HeaderFilter,
    StatusCodeFilter,
)
from envoy_data_plane.envoy.config.core.v3 import (
    DataSource,
    HeaderValue,
    HeaderValueOption,
    HeaderValueOptionHeaderAppendAction,
    RuntimeUInt32,
    SubstitutionFormatString,
)
from envoy_data_plane.envoy.config.route.v3 import HeaderMatcher
from envoy_data_plane.envoy.extensions.access_loggers.filters.cel.v3 import ExpressionFilter
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import (
    LocalReplyConfig,
    ResponseMapper,
)
from envoy_data_plane.envoy.type.matcher.v3 import StringMatcher
from envoy_data_plane.google.protobuf import Any, Struct
from google.rpc import code_pb2, error_details_pb2, status_pb2

DOMAIN = "atrium.edge"
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
SAID_BY_ENVOY = "%LOCAL_REPLY_BODY%"


@dataclass(frozen=True)
class Refusal:
    """One way in which the edge says no."""

    reason: str
    http_status: int
    code: int
    """A google.rpc.Code."""
    message: str
    metadata: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Anything]:
        """The error as it is in REST."""
        info = {"@type": ERROR_INFO, "reason": self.reason, "domain": DOMAIN, "metadata": self.metadata}
        return {"code": self.code, "message": self.message, "details": [info]}

    def details(self) -> str:
        """The error as the `grpc-status-details-bin` trailer."""
        status = status_pb2.Status(code=self.code, message=self.message)
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.metadata)
        status.details.add().Pack(info)
        return base64.b64encode(status.SerializeToString(deterministic=True)).decode().rstrip("=")


TOKEN_MISSING = Refusal(
    "TOKEN_MISSING", 401, code_pb2.UNAUTHENTICATED, "This call needs a token: send `authorization: Bearer <token>`."
)
TOKEN_EXPIRED = Refusal(
    "TOKEN_EXPIRED", 401, code_pb2.UNAUTHENTICATED, "The access token is past its time: refresh it, or sign in again."
)
TOKEN_INVALID = Refusal(
    "TOKEN_INVALID", 401, code_pb2.UNAUTHENTICATED, "The access token was not issued by this platform: sign in again."
)
RATE_LIMITED = Refusal(
    "RATE_LIMITED",
    429,
    code_pb2.RESOURCE_EXHAUSTED,
    "Too many calls: wait for as many seconds as `retry-after` says.",
    metadata={"retry_after_seconds": "1"},
)
NOT_FOUND = Refusal(
    "NOT_FOUND", 404, code_pb2.NOT_FOUND, "There is nothing at this address: /openapi.json lists what there is."
)
METHOD_NOT_ALLOWED = Refusal(
    "METHOD_NOT_ALLOWED", 405, code_pb2.UNIMPLEMENTED, "This address takes other verbs: see the `allow` header."
)
MALFORMED = Refusal("MALFORMED", 400, code_pb2.INVALID_ARGUMENT, f"The request cannot be read. {SAID_BY_ENVOY}")
NOT_JSON = Refusal(
    "NOT_JSON", 415, code_pb2.INVALID_ARGUMENT, "The body must be JSON: send `content-type: application/json`."
)
REQUEST_TOO_LARGE = Refusal(
    "REQUEST_TOO_LARGE", 413, code_pb2.OUT_OF_RANGE, "The request's body is larger than this platform takes."
)
HEADERS_TOO_LARGE = Refusal(
    "REQUEST_TOO_LARGE", 431, code_pb2.OUT_OF_RANGE, "The request's headers are larger than this platform takes."
)
REQUEST_TOO_SLOW = Refusal(
    "REQUEST_TOO_SLOW", 408, code_pb2.DEADLINE_EXCEEDED, "The request did not arrive in time: send it again."
)
UPSTREAM_UNAVAILABLE = Refusal(
    "UPSTREAM_UNAVAILABLE", 503, code_pb2.UNAVAILABLE, "The service is not there at the moment: try again shortly."
)
UPSTREAM_TIMEOUT = Refusal(
    "UPSTREAM_TIMEOUT",
    504,
    code_pb2.DEADLINE_EXCEEDED,
    "The service did not answer in time. The call may still have its effect: look first, then repeat it.",
)
REFUSED = Refusal("REFUSED", 0, code_pb2.UNKNOWN, f"The request was refused. {SAID_BY_ENVOY}")
"""Anything else that Envoy may refuse, with the HTTP status it chose."""

REASONS = tuple(
    dict.fromkeys(r.reason for r in (
        TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, RATE_LIMITED, NOT_FOUND, METHOD_NOT_ALLOWED, MALFORMED, NOT_JSON,
        REQUEST_TOO_LARGE, REQUEST_TOO_SLOW, UPSTREAM_UNAVAILABLE, UPSTREAM_TIMEOUT, REFUSED,
    ))
)  # fmt: skip

# What Envoy notes about a refusal (`response.code_details`) where the HTTP status alone does not tell them apart.
_BY_DETAILS = (
    (TOKEN_MISSING, "jwt_authn_access_denied{Jwt_is_missing"),
    (TOKEN_EXPIRED, "jwt_authn_access_denied{Jwt_is_expired"),
    # A token for another audience, which Envoy answers with 403.
    (TOKEN_INVALID, "jwt_authn_access_denied{"),
)
_BY_STATUS = (
    MALFORMED,
    NOT_JSON,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    REQUEST_TOO_SLOW,
    REQUEST_TOO_LARGE,
    RATE_LIMITED,
    HEADERS_TOO_LARGE,
    UPSTREAM_UNAVAILABLE,
    UPSTREAM_TIMEOUT,
)


def overwrite(name: str, value: str) -> HeaderValueOption:
    """A header set to exactly this value."""
    action = HeaderValueOptionHeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD
    return HeaderValueOption(header=HeaderValue(key=name, value=value), append_action=action)


def as_struct(value: dict[str, Anything]) -> Struct:
    result: Struct = Struct.from_dict(value)
    return result


def local_reply_config(headers: Sequence[HeaderValueOption], retry_after_seconds: int) -> LocalReplyConfig:
    """The mappers of all refusals; `headers` go on every one of them."""
    mappers: list[ResponseMapper] = []
    for refusal, details in _BY_DETAILS:
        mappers += _mappers(refusal, _details_contain(details), headers, retry_after_seconds)
    for refusal in _BY_STATUS:
        mappers += _mappers(refusal, _status(refusal.http_status), headers, retry_after_seconds)
    mappers += _mappers(REFUSED, _status(400, ComparisonFilterOp.GE), headers, retry_after_seconds)
    return LocalReplyConfig(mappers=mappers)


def _mappers(
    refusal: Refusal, when: AccessLogFilter, headers: Sequence[HeaderValueOption], retry_after_seconds: int
) -> list[ResponseMapper]:
    # REST calls look like gRPC once they are transcoded; their original path tells them from native ones.
    native = AndFilter(
        filters=[
            when,
            _header(HeaderMatcher(name="content-type", string_match=StringMatcher(prefix="application/grpc"))),
            _header(HeaderMatcher(name="x-envoy-original-path", present_match=False)),
        ]
    )
    extra = [overwrite(name, value) for name, value in refusal.headers.items()]
    if refusal is RATE_LIMITED:
        extra.append(overwrite("retry-after", str(retry_after_seconds)))
    grpc = [overwrite("grpc-status", str(refusal.code))]
    if SAID_BY_ENVOY not in refusal.message:
        grpc.append(overwrite("grpc-status-details-bin", refusal.details()))
    return [
        ResponseMapper(
            filter=AccessLogFilter(and_filter=native),
            headers_to_add=[*extra, *grpc],
            body_format_override=SubstitutionFormatString(
                text_format_source=DataSource(inline_string=refusal.message),
            ),
        ),
        ResponseMapper(
            filter=when,
            status_code=refusal.http_status or None,
            headers_to_add=[*headers, *extra],
            body_format_override=SubstitutionFormatString(
                json_format=as_struct(refusal.body()), content_type="application/json"
            ),
        ),
    ]


def _status(status: int, op: ComparisonFilterOp = ComparisonFilterOp.EQ) -> AccessLogFilter:
    value = RuntimeUInt32(default_value=status, runtime_key="atrium.unused")
    return AccessLogFilter(status_code_filter=StatusCodeFilter(comparison=ComparisonFilter(op=op, value=value)))


def _header(matcher: HeaderMatcher) -> AccessLogFilter:
    return AccessLogFilter(header_filter=HeaderFilter(header=matcher))


def _details_contain(text: str) -> AccessLogFilter:
    expression = f"response.code_details.contains({orjson.dumps(text).decode()})"
    return AccessLogFilter(
        extension_filter=ExtensionFilter(
            name="envoy.access_loggers.extension_filters.cel",
            typed_config=Any.pack(ExpressionFilter(expression=expression)),
        )
    )
