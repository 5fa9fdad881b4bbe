"""Routes and settings to Envoy's bootstrap. Pure: the same arguments give the same document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import orjson
from envoy_data_plane.envoy.config.accesslog.v3 import AccessLog
from envoy_data_plane.envoy.config.bootstrap.v3 import (
    Admin,
    Bootstrap,
    BootstrapStaticResources,
    LayeredRuntime,
    RuntimeLayer,
)
from envoy_data_plane.envoy.config.common.mutation_rules.v3 import HeaderMutation, HeaderMutationRemoveOnMatch
from envoy_data_plane.envoy.config.core.v3 import (
    Address,
    ConfigSource,
    HeaderValueOption,
    Http2ProtocolOptions,
    HttpProtocolOptions,
    HttpProtocolOptionsHeadersWithUnderscoresAction,
    Node,
    PathConfigSource,
    SocketAddress,
    SubstitutionFormatString,
    TransportSocket,
    TypedExtensionConfig,
)
from envoy_data_plane.envoy.config.listener.v3 import Filter, FilterChain, Listener
from envoy_data_plane.envoy.config.overload.v3 import OverloadManager, ResourceMonitor
from envoy_data_plane.envoy.config.route.v3 import Route as EnvoyRoute
from envoy_data_plane.envoy.config.route.v3 import RouteConfiguration
from envoy_data_plane.envoy.extensions.access_loggers.file.v3 import FileAccessLog
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager.v3 import (
    HttpConnectionManager,
    HttpConnectionManagerCodecType,
    HttpConnectionManagerPathWithEscapedSlashesAction,
    HttpConnectionManagerServerHeaderTransformation,
)
from envoy_data_plane.envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
    HeaderMutation as EarlyHeaderMutation,
)
from envoy_data_plane.envoy.extensions.resource_monitors.downstream_connections.v3 import DownstreamConnectionsConfig
from envoy_data_plane.envoy.extensions.transport_sockets.tls.v3 import (
    CommonTlsContext,
    DownstreamTlsContext,
    SdsSecretConfig,
)
from envoy_data_plane.envoy.type.matcher.v3 import RegexMatcher, StringMatcher
from envoy_data_plane.google.protobuf import Any
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from edge.clusters import cluster
from edge.filters import http_filters
from edge.layout import Layout
from edge.refusals import as_struct, local_reply_config, overwrite
from edge.routes import Route
from edge.settings import EdgeSettings
from edge.traffic import retry_after_seconds
from edge.virtual_host import virtual_host

STREAM_IDLE_SECONDS = 300
# Headers that only the edge may set, and that nothing downstream of it may be tricked with.
_FORGEABLE = ("x-envoy-original-path", "x-envoy-original-method", "x-real-ip", "forwarded", "x-forwarded-client-cert")
# Names with anything but small letters, digits, `_`, `.` and `-` (pseudo headers begin with a colon), and those
# that end in `-bin`, whose values must be base64: no module reads one.
_NOT_GRPC = "[^:].*[^0-9a-z_.-].*|[^:0-9a-z_.-].*|.*-bin"


def bootstrap(
    methods: Sequence[Route],
    descriptors: FileDescriptorSet,
    settings: EdgeSettings,
    layout: Layout,
    pages: Sequence[EnvoyRoute] = (),
) -> Bootstrap:
    """The whole configuration of one Envoy.

    `pages` are routes of static files. Every module has one cluster, whose endpoints Envoy reads from
    `layout.endpoints(module)` and reads anew when that file is replaced, as it does `layout.tokens`.
    """
    modules = list(dict.fromkeys(method.module for method in methods))
    return Bootstrap(
        node=Node(id="edge", cluster="atrium"),
        admin=Admin(address=_address("127.0.0.1", settings.admin_port)),
        static_resources=BootstrapStaticResources(
            listeners=[_listener(methods, descriptors, settings, layout, pages)],
            clusters=[cluster(module, layout) for module in modules],
        ),
        layered_runtime=LayeredRuntime(
            layers=[RuntimeLayer(name="static", static_layer=as_struct({"re2.max_program_size.error_level": 100_000}))]
        ),
        overload_manager=OverloadManager(
            resource_monitors=[
                ResourceMonitor(
                    name="envoy.resource_monitors.global_downstream_max_connections",
                    typed_config=Any.pack(
                        DownstreamConnectionsConfig(max_active_downstream_connections=settings.max_connections)
                    ),
                )
            ]
        ),
    )


def as_json(configuration: Bootstrap) -> bytes:
    """The document as Envoy reads it, the same bytes for the same configuration."""
    text = orjson.dumps(configuration.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    # The generated classes spell this one name otherwise than protobuf's JSON mapping does.
    return text.replace(b'"enforcingConsecutive5Xx"', b'"enforcing_consecutive_5xx"')


def _address(host: str, port: int) -> Address:
    return Address(socket_address=SocketAddress(address=host, port_value=port))


def security_headers(settings: EdgeSettings) -> list[HeaderValueOption]:
    """What every answer carries, whoever made it."""
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    }
    if settings.tls_certificate is not None:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [overwrite(name, value) for name, value in headers.items()]


def _listener(
    methods: Sequence[Route],
    descriptors: FileDescriptorSet,
    settings: EdgeSettings,
    layout: Layout,
    pages: Sequence[EnvoyRoute],
) -> Listener:
    headers = security_headers(settings)
    manager = HttpConnectionManager(
        stat_prefix="edge",
        codec_type=HttpConnectionManagerCodecType.AUTO,
        route_config=RouteConfiguration(
            name="edge",
            virtual_hosts=[virtual_host(methods, settings, headers, list(pages))],
            # A page's own content security policy, cache rules and types beat those of the whole edge.
            most_specific_header_mutations_wins=True,
            max_direct_response_body_size_bytes=16 * 1024 * 1024,
        ),
        http_filters=http_filters(methods, descriptors, settings, layout),
        local_reply_config=local_reply_config(headers, retry_after_seconds(settings)),
        access_log=[_access_log(layout)],
        early_header_mutation_extensions=[_strip_headers()],
        server_header_transformation=HttpConnectionManagerServerHeaderTransformation.PASS_THROUGH,
        use_remote_address=True,
        xff_num_trusted_hops=settings.trusted_hops,
        generate_request_id=True,
        preserve_external_request_id=True,
        always_set_request_id_in_response=True,
        normalize_path=True,
        merge_slashes=True,
        # An escaped slash stays part of one segment, as the transcoder reads it.
        path_with_escaped_slashes_action=HttpConnectionManagerPathWithEscapedSlashesAction.KEEP_UNCHANGED,
        stream_error_on_invalid_http_message=True,
        max_request_headers_kb=32,
        common_http_protocol_options=HttpProtocolOptions(
            idle_timeout=timedelta(minutes=5),
            max_headers_count=100,
            headers_with_underscores_action=HttpProtocolOptionsHeadersWithUnderscoresAction.DROP_HEADER,
        ),
        http2_protocol_options=Http2ProtocolOptions(
            max_concurrent_streams=128,
            initial_stream_window_size=256 * 1024,
            initial_connection_window_size=1024 * 1024,
        ),
        stream_idle_timeout=timedelta(seconds=STREAM_IDLE_SECONDS),
        request_headers_timeout=timedelta(seconds=10),
    )
    chain = FilterChain(
        filters=[Filter(name="envoy.filters.network.http_connection_manager", typed_config=Any.pack(manager))],
        transport_socket=_tls(layout) if settings.tls_certificate is not None else None,
    )
    return Listener(
        name="edge",
        address=_address(settings.host, settings.port),
        filter_chains=[chain],
        per_connection_buffer_limit_bytes=256 * 1024,
    )


def _strip_headers() -> TypedExtensionConfig:
    """Drops what only the edge may say, and headers that HTTP allows and gRPC does not: one would fail the call."""
    foreign = StringMatcher(safe_regex=RegexMatcher(regex=_NOT_GRPC))
    mutation = EarlyHeaderMutation(
        mutations=[
            *(HeaderMutation(remove=name) for name in _FORGEABLE),
            HeaderMutation(remove_on_match=HeaderMutationRemoveOnMatch(key_matcher=foreign)),
        ]
    )
    return TypedExtensionConfig(
        name="envoy.http.early_header_mutation.header_mutation", typed_config=Any.pack(mutation)
    )


def _access_log(layout: Layout) -> AccessLog:
    """One JSON object a request. Paths without their query; no header that could hold a secret."""
    fields = {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "verb": "%REQ(X-ENVOY-ORIGINAL-METHOD?:METHOD)%",
        "path": "%PATH(NQ:ORIG_OR_PATH)%",
        "method": "%ROUTE_NAME%",
        "status": "%RESPONSE_CODE%",
        "grpc_status": "%GRPC_STATUS_NUMBER%",
        "duration_ms": "%DURATION%",
        "request_bytes": "%BYTES_RECEIVED%",
        "response_bytes": "%BYTES_SENT%",
        "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "tenant_id": "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:claims:tid)%",
        "user_id": "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:claims:sub)%",
        "upstream": "%UPSTREAM_HOST%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "flags": "%RESPONSE_FLAGS%",
        "details": "%RESPONSE_CODE_DETAILS%",
    }
    log = FileAccessLog(
        path=str(layout.access_log),
        log_format=SubstitutionFormatString(json_format=as_struct(dict(fields)), omit_empty_values=True),
    )
    return AccessLog(name="envoy.access_loggers.file", typed_config=Any.pack(log))


def _tls(layout: Layout) -> TransportSocket:
    secret = SdsSecretConfig(
        name="edge", sds_config=ConfigSource(path_config_source=PathConfigSource(path=str(layout.tls)))
    )
    context = DownstreamTlsContext(
        common_tls_context=CommonTlsContext(
            alpn_protocols=["h2", "http/1.1"], tls_certificate_sds_secret_configs=[secret]
        )
    )
    return TransportSocket(name="envoy.transport_sockets.tls", typed_config=Any.pack(context))
