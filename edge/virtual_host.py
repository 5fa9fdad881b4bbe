"""The route table: gRPC paths to modules, and what is answered at REST paths that no method took.

The transcoder runs after the first look-up here and changes the path of every REST call that it knows into a gRPC
path, which is looked up again. So gRPC paths are found by one hash look-up, whatever their number, and everything
else in the table is only ever served when the transcoder left it alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from envoy_data_plane.envoy.config.core.v3 import (
    HeaderValue,
    HeaderValueOption,
    HeaderValueOptionHeaderAppendAction,
)
from envoy_data_plane.envoy.config.route.v3 import (
    DirectResponseAction,
    FilterConfig,
    HeaderMatcher,
    Route,
    RouteAction,
    RouteActionClusterNotFoundResponseCode,
    RouteActionMaxStreamDuration,
    RouteList,
    RouteMatch,
    VirtualHost,
)
from envoy_data_plane.envoy.extensions.filters.http.buffer.v3 import Buffer, BufferPerRoute
from envoy_data_plane.envoy.extensions.filters.http.cors.v3 import CorsPolicy
from envoy_data_plane.envoy.extensions.filters.http.jwt_authn.v3 import PerRouteConfig
from envoy_data_plane.envoy.type.matcher.v3 import HttpRequestHeaderMatchInput, RegexMatcher, StringMatcher
from envoy_data_plane.google.protobuf import Any
from envoy_data_plane.xds.core.v3 import TypedExtensionConfig
from envoy_data_plane.xds.type.matcher.v3 import (
    Matcher,
    MatcherMatcherTree,
    MatcherMatcherTreeMatchMap,
    MatcherOnMatch,
)

from edge.body_check import LUA_FILTER, VALID_PATH, checks_body, refuses_path
from edge.refusals import METHOD_NOT_ALLOWED, NOT_FOUND, Refusal, overwrite
from edge.routes import Access, Binding, Idempotency, RateClass
from edge.routes import Route as Method
from edge.settings import EdgeSettings
from edge.traffic import JWT_FILTER, rate_class_metadata, retry_policy

BUFFER_FILTER = "envoy.filters.http.buffer"
CORS_FILTER = "envoy.filters.http.cors"


def virtual_host(
    methods: Sequence[Method], settings: EdgeSettings, headers: list[HeaderValueOption], pages: list[Route]
) -> VirtualHost:
    """All routes. `headers` go on every answer; `pages` are served before anything is called missing."""
    grpc = {method.path: _on_match("grpc", method_route(method, settings)) for method in methods}
    seconds = settings.request_timeout_seconds
    cross_origin = [_cross_origin(methods, seconds)] if settings.cors_origins else []
    rest = [_bad_path(), *_with_body(methods, seconds), *cross_origin, *refused_verbs(methods), *_not_pages(), *pages]
    rest.append(missing(NOT_FOUND, RouteMatch(prefix="/")))
    return VirtualHost(
        name="edge",
        domains=["*"],
        matcher=Matcher(
            matcher_tree=MatcherMatcherTree(
                input=_header(":path"), exact_match_map=MatcherMatcherTreeMatchMap(map=grpc)
            ),
            on_no_match=_on_match("rest", RouteList(routes=rest)),
        ),
        response_headers_to_add=headers,
        response_headers_to_remove=["grpc-accept-encoding"],
        request_body_buffer_limit=settings.max_request_bytes,
        typed_per_filter_config={CORS_FILTER: Any.pack(cors_policy(settings))} if settings.cors_origins else {},
    )


def _header(name: str) -> TypedExtensionConfig:
    return TypedExtensionConfig(name="header", typed_config=Any.pack(HttpRequestHeaderMatchInput(header_name=name)))


def _with_body(methods: Iterable[Method], seconds: float) -> list[Route]:
    """Has bodies checked before the transcoder takes the call over; one route for each verb."""
    paths: dict[str, list[str]] = defaultdict(list)
    for binding in bindings(methods):
        if binding.body:
            paths[binding.verb].append(binding.path_regex)
    routes = []
    for verb, regexes in sorted(paths.items()):
        is_verb = HeaderMatcher(name=":method", string_match=StringMatcher(exact=verb))
        route = _nowhere(RouteMatch(safe_regex=_any_of(regexes), headers=[is_verb]), seconds)
        route.typed_per_filter_config[LUA_FILTER] = checks_body()
        routes.append(route)
    return routes


def _cross_origin(methods: Iterable[Method], seconds: float) -> Route:
    """The CORS filter asks a route for its policy before the transcoder has run, and only real routes have one."""
    has_origin = HeaderMatcher(name="origin", present_match=True)
    every = {binding.path_regex for binding in bindings(methods)}
    return _nowhere(RouteMatch(safe_regex=_any_of(every), headers=[has_origin]), seconds)


def _nowhere(match: RouteMatch, seconds: float) -> Route:
    """A route that the transcoder replaces, once the body has arrived, for which there are so many seconds. Calls
    that it leaves alone after all, such as preflights from origins that are not allowed, find nothing."""
    return Route(
        match=match,
        route=RouteAction(
            cluster="nowhere",
            cluster_not_found_response_code=RouteActionClusterNotFoundResponseCode.NOT_FOUND,
            max_stream_duration=RouteActionMaxStreamDuration(max_stream_duration=timedelta(seconds=seconds)),
        ),
        metadata=rate_class_metadata(RateClass.PUBLIC),
        typed_per_filter_config={JWT_FILTER: Any.pack(PerRouteConfig(disabled=True))},
    )


def _bad_path() -> Route:
    valid = StringMatcher(safe_regex=RegexMatcher(regex=VALID_PATH))
    match = RouteMatch(prefix="/", headers=[HeaderMatcher(name=":path", string_match=valid, invert_match=True)])
    route = missing(NOT_FOUND, match)
    route.typed_per_filter_config[LUA_FILTER] = refuses_path()
    return route


def _not_pages() -> list[Route]:
    """A single page answers whatever it does not know; what is plainly of the API is none of its paths."""
    return [missing(NOT_FOUND, RouteMatch(prefix=prefix)) for prefix in ("/api/", "/.well-known/", "/atrium.")]


def _any_of(paths: Iterable[str]) -> RegexMatcher:
    return RegexMatcher(regex="|".join(sorted(paths)))


def _on_match(name: str, action: Route | RouteList) -> MatcherOnMatch:
    return MatcherOnMatch(action=TypedExtensionConfig(name=name, typed_config=Any.pack(action)))


def method_route(method: Method, settings: EdgeSettings) -> Route:
    """A method to the cluster of its module, with its time limit, retries and budget.

    Streams have no time limit while anything passes. One of requests is not held back until it is whole, so neither
    its size is limited nor is it sent again once anything of it was: its messages are limited by the actor.
    """
    streams = method.streaming or method.takes_stream
    seconds = 0 if streams else settings.request_timeout_seconds
    limited = {} if method.takes_stream else {BUFFER_FILTER: Any.pack(FilterConfig(config=_body_limit(settings)))}
    return Route(
        name=f"{method.service}.{method.method}",
        match=RouteMatch(prefix="/"),
        route=RouteAction(
            cluster=method.module,
            timeout=timedelta(seconds=seconds),
            max_stream_duration=RouteActionMaxStreamDuration(
                max_stream_duration=timedelta(seconds=seconds), grpc_timeout_header_max=timedelta(seconds=seconds)
            ),
            idle_timeout=timedelta(seconds=60) if streams else None,
            retry_policy=retry_policy(Idempotency.NONE if method.takes_stream else method.idempotency),
        ),
        metadata=rate_class_metadata(method.rate_class),
        # So that REST calls, too, tell the actor how long anybody waits.
        request_headers_to_add=[] if streams else [_default_deadline(seconds)],
        response_headers_to_add=[_unless_set("cache-control", "no-store")],
        typed_per_filter_config={
            # Only native gRPC enters the table here; REST bodies are limited on their way to the body check.
            **limited,
            **({JWT_FILTER: Any.pack(PerRouteConfig(disabled=True))} if method.access is Access.PUBLIC else {}),
        },
    )


def _body_limit(settings: EdgeSettings) -> Any:
    return Any.pack(BufferPerRoute(buffer=Buffer(max_request_bytes=settings.max_request_bytes)))


def _default_deadline(seconds: float) -> HeaderValueOption:
    """A little later than the edge's own limit: a gRPC server that ends first would not say why."""
    return _unless_set("grpc-timeout", f"{round(seconds * 1000) + 200}m")


def _unless_set(name: str, value: str) -> HeaderValueOption:
    return HeaderValueOption(
        header=HeaderValue(key=name, value=value),
        append_action=HeaderValueOptionHeaderAppendAction.ADD_IF_ABSENT,
    )


def refused_verbs(methods: Iterable[Method]) -> list[Route]:
    """405 for the addresses that exist, one route for each set of verbs. A verb that is taken never gets here."""
    verbs: dict[str, set[str]] = defaultdict(set)
    for binding in bindings(methods):
        verbs[binding.path_regex].add(binding.verb)
    by_verbs: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for regex, taken in verbs.items():
        by_verbs[tuple(sorted(taken))].append(regex)
    return [
        missing(
            METHOD_NOT_ALLOWED,
            RouteMatch(safe_regex=_any_of(paths)),
            ", ".join(taken),
        )
        for taken, paths in sorted(by_verbs.items())
    ]


def bindings(methods: Iterable[Method]) -> list[Binding]:
    return [binding for method in methods for binding in method.bindings]


def missing(refusal: Refusal, match: RouteMatch, allow: str = "") -> Route:
    """Answers a refusal."""
    return Route(
        match=match,
        direct_response=DirectResponseAction(status=refusal.http_status),
        response_headers_to_add=[overwrite("allow", allow)] if allow else [],
        metadata=rate_class_metadata(RateClass.PUBLIC),
        typed_per_filter_config={JWT_FILTER: Any.pack(PerRouteConfig(disabled=True))},
    )


def cors_policy(settings: EdgeSettings) -> CorsPolicy:
    return CorsPolicy(
        allow_origin_string_match=[StringMatcher(exact=origin) for origin in settings.cors_origins],
        allow_methods="GET, POST, PATCH, PUT, DELETE",
        allow_headers="authorization, content-type, x-api-key, idempotency-key, x-request-id, grpc-timeout",
        expose_headers="x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset",
        max_age="600",
    )
