"""The HTTP filters, in the order in which they see a request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from envoy_data_plane.envoy.config.core.v3 import (
    ConfigSource,
    DataSource,
    ExtensionConfigSource,
    PathConfigSource,
    WatchedDirectory,
)
from envoy_data_plane.envoy.config.route.v3 import HeaderMatcher, RouteMatch
from envoy_data_plane.envoy.extensions.filters.http.buffer.v3 import Buffer
from envoy_data_plane.envoy.extensions.filters.http.cors.v3 import Cors
from envoy_data_plane.envoy.extensions.filters.http.grpc_json_transcoder.v3 import (
    GrpcJsonTranscoder,
    GrpcJsonTranscoderPrintOptions,
    GrpcJsonTranscoderRequestValidationOptions,
)
from envoy_data_plane.envoy.extensions.filters.http.jwt_authn.v3 import (
    JwtAuthentication,
    JwtCacheConfig,
    JwtProvider,
    JwtRequirement,
    JwtRequirementOrList,
    RequirementRule,
)
from envoy_data_plane.envoy.extensions.filters.http.router.v3 import Router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import HttpFilter
from envoy_data_plane.google.protobuf import Any, Empty
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from edge.body_check import lua_filter
from edge.layout import Layout
from edge.routes import Route
from edge.settings import EdgeSettings
from edge.traffic import API_KEY_HEADER, CLAIMS, JWT_FILTER, RATE_LIMIT_FILTER, rate_limit_filter
from edge.virtual_host import BUFFER_FILTER, CORS_FILTER

CLOCK_SKEW_SECONDS = 5
REMEMBERED_TOKENS = 10_000
PROVIDER = "atrium"


def http_filters(
    methods: Sequence[Route], descriptors: FileDescriptorSet, settings: EdgeSettings, layout: Layout
) -> list[HttpFilter]:
    """CORS answers preflights before anything else looks at them. Bodies are checked while they are still JSON.
    The transcoder gives every call its
    gRPC path, which is what all later filters and the route table know. Tokens come before budgets, which are
    counted by their claims."""
    filters = [HttpFilter(name=CORS_FILTER, typed_config=Any.pack(Cors()))] if settings.cors_origins else []
    filters += [
        lua_filter(methods, descriptors),
        HttpFilter(
            name=BUFFER_FILTER,
            typed_config=Any.pack(Buffer(max_request_bytes=settings.max_request_bytes)),
            disabled=True,
        ),
        HttpFilter(
            name="envoy.filters.http.grpc_json_transcoder",
            typed_config=Any.pack(transcoder(methods, settings, layout.descriptors)),
        ),
        HttpFilter(name=JWT_FILTER, config_discovery=_token_rules_file(layout)),
        HttpFilter(name=RATE_LIMIT_FILTER, typed_config=Any.pack(rate_limit_filter(settings))),
        HttpFilter(name="envoy.filters.http.router", typed_config=Any.pack(Router(suppress_envoy_headers=True))),
    ]
    return filters


def transcoder(methods: Iterable[Route], settings: EdgeSettings, descriptors: Path) -> GrpcJsonTranscoder:
    """REST to gRPC and back for the services of the methods. Server streams become server-sent events."""
    return GrpcJsonTranscoder(
        proto_descriptor=str(descriptors),
        services=list(dict.fromkeys(method.full_service for method in methods)),
        print_options=GrpcJsonTranscoderPrintOptions(
            always_print_primitive_fields=True, stream_sse_style_delimited=True
        ),
        # A path that no method takes is left alone: it may be a page.
        request_validation_options=GrpcJsonTranscoderRequestValidationOptions(
            reject_unknown_query_parameters=True, reject_binding_body_field_collisions=True
        ),
        convert_grpc_status=True,
        query_param_unescape_plus=True,
        max_request_body_size=settings.max_request_bytes,
    )


def _token_rules_file(layout: Layout) -> ExtensionConfigSource:
    """The filter's configuration comes from a watched file, for Envoy reads a file of keys only once."""
    watched = WatchedDirectory(path=str(layout.watched))
    return ExtensionConfigSource(
        config_source=ConfigSource(
            path_config_source=PathConfigSource(path=str(layout.tokens), watched_directory=watched)
        ),
        type_urls=["type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"],
    )


def jwt_authentication(settings: EdgeSettings, issuer: str) -> JwtAuthentication:
    """A valid token for every call, except that calls with an API key may do without: their actor checks the key.
    Routes of public methods switch the filter off. `edge.discovery` puts the keys in.
    """
    token = JwtRequirement(provider_name=PROVIDER)
    token_or_none = JwtRequirement(
        requires_any=JwtRequirementOrList(requirements=[token, JwtRequirement(allow_missing=Empty())])
    )
    has_key = HeaderMatcher(name=API_KEY_HEADER, present_match=True)
    return JwtAuthentication(
        providers={
            PROVIDER: JwtProvider(
                issuer=issuer,
                audiences=[settings.audience],
                require_expiration=True,
                clock_skew_seconds=CLOCK_SKEW_SECONDS,
                local_jwks=DataSource(inline_string=""),
                forward=True,
                payload_in_metadata=CLAIMS,
                jwt_cache_config=JwtCacheConfig(jwt_cache_size=REMEMBERED_TOKENS),
            )
        },
        rules=[
            RequirementRule(match=RouteMatch(prefix="/", headers=[has_key]), requires=token_or_none),
            RequirementRule(match=RouteMatch(prefix="/"), requires=token),
        ],
    )
