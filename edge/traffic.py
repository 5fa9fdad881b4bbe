"""Budgets, retries and time limits: what may be called how often, and what may be sent again."""

from __future__ import annotations

import math
from datetime import timedelta

from envoy_data_plane.envoy.config.core.v3 import Metadata, RuntimeFractionalPercent
from envoy_data_plane.envoy.config.route.v3 import (
    HeaderMatcher,
    RateLimit,
    RateLimitAction,
    RateLimitActionHeaderValueMatch,
    RateLimitActionMetaData,
    RateLimitActionMetaDataSource,
    RateLimitActionRemoteAddress,
    RateLimitActionRequestHeaders,
    RetryPolicy,
    RetryPolicyRetryBackOff,
    RetryPolicyRetryHostPredicate,
)
from envoy_data_plane.envoy.extensions.common.ratelimit.v3 import (
    LocalRateLimitDescriptor,
    RateLimitDescriptorEntry,
    XRateLimitHeadersRfcVersion,
)
from envoy_data_plane.envoy.extensions.filters.http.local_ratelimit.v3 import LocalRateLimit
from envoy_data_plane.envoy.extensions.retry.host.previous_hosts.v3 import PreviousHostsPredicate
from envoy_data_plane.envoy.type.metadata.v3 import MetadataKey, MetadataKeyPathSegment
from envoy_data_plane.envoy.type.v3 import FractionalPercent, FractionalPercentDenominatorType, TokenBucket
from envoy_data_plane.google.protobuf import Any, Struct

from edge.routes import Idempotency, RateClass
from edge.settings import EdgeSettings

RATE_LIMIT_FILTER = "envoy.filters.http.local_ratelimit"
JWT_FILTER = "envoy.filters.http.jwt_authn"
CLAIMS = "claims"
ROUTE_METADATA = "atrium.edge"
API_KEY_HEADER = "x-api-key"
REMEMBERED_BUCKETS = 20_000
"""Buckets of each kind kept at once; the one unused for longest makes room."""
RETRIES = 18
"""With the back-off below between two and five seconds, 3.6 on average: an actor that was killed is back on a new
port within 2.3."""
# A handler may have run: only calls that may run twice are sent again. A replica that stops cancels what it cannot
# finish.
_RETRY_ANY_FAILURE = "connect-failure,refused-stream,reset,unavailable,cancelled"
# The request never reached a handler: always safe.
_RETRY_UNSENT = "connect-failure,refused-stream"
_ALWAYS = RuntimeFractionalPercent(
    default_value=FractionalPercent(numerator=100, denominator=FractionalPercentDenominatorType.HUNDRED)
)


def bucket(per_minute: int) -> TokenBucket:
    """A minute's worth at once, given back evenly."""
    step = math.gcd(per_minute, 60)
    return TokenBucket(
        max_tokens=per_minute,
        tokens_per_fill=per_minute // step,
        fill_interval=timedelta(seconds=60 // step),
    )


def retry_after_seconds(settings: EdgeSettings) -> int:
    """After so long every bucket holds a call again, whichever was empty."""
    slowest = min(*settings.tiers.values(), settings.sign_in_per_minute, settings.public_per_minute)
    return math.ceil(60 / slowest)


def rate_limit_filter(settings: EdgeSettings) -> LocalRateLimit:
    """Buckets by tenant and tier, by API key, and by address for routes of the other classes."""
    most = max(settings.tiers.values())
    descriptors = [
        _descriptor({"tier": tier, "tenant": ""}, per_minute) for tier, per_minute in sorted(settings.tiers.items())
    ]
    descriptors += [
        _descriptor({"api_key": ""}, settings.tiers["standard"]),
        _descriptor({"class": "api_key", "remote_address": ""}, most),
        _descriptor({"class": RateClass.SIGN_IN.value, "remote_address": ""}, settings.sign_in_per_minute),
        _descriptor({"class": RateClass.PUBLIC.value, "remote_address": ""}, settings.public_per_minute),
    ]
    return LocalRateLimit(
        stat_prefix="edge",
        # Only tenants of a tier that the settings do not know end here, all of them in one bucket.
        token_bucket=bucket(min(settings.tiers.values())),
        filter_enabled=_ALWAYS,
        filter_enforced=_ALWAYS,
        descriptors=descriptors,
        rate_limits=_counted_by(),
        max_dynamic_descriptors=REMEMBERED_BUCKETS,
        always_consume_default_token_bucket=False,
        rate_limited_as_resource_exhausted=True,
        enable_x_ratelimit_headers=XRateLimitHeadersRfcVersion.DRAFT_VERSION_03,
    )


def _descriptor(entries: dict[str, str], per_minute: int) -> LocalRateLimitDescriptor:
    return LocalRateLimitDescriptor(
        entries=[RateLimitDescriptorEntry(key=key, value=value) for key, value in entries.items()],
        token_bucket=bucket(per_minute),
    )


def rate_class_metadata(rate_class: RateClass) -> Metadata | None:
    """What marks a route whose calls are counted by address."""
    if rate_class is RateClass.TENANT:
        return None
    return Metadata(filter_metadata={ROUTE_METADATA: Struct.from_dict({"rate_class": rate_class.value})})


def _counted_by() -> list[RateLimit]:
    """Which buckets a call takes from: of these, all for which it has the facts."""
    address = RateLimitAction(remote_address=RateLimitActionRemoteAddress())
    key = RateLimitActionRequestHeaders(header_name=API_KEY_HEADER, descriptor_key="api_key")
    has_key = RateLimitActionHeaderValueMatch(
        descriptor_key="class",
        descriptor_value="api_key",
        headers=[HeaderMatcher(name=API_KEY_HEADER, present_match=True)],
    )
    return [
        RateLimit(actions=[_claim("tier", "tier"), _claim("tid", "tenant")]),
        RateLimit(actions=[_route_class(), address]),
        RateLimit(actions=[RateLimitAction(request_headers=key)]),
        # One address cannot buy more calls by inventing keys.
        RateLimit(actions=[RateLimitAction(header_value_match=has_key), address]),
    ]


def _route_class() -> RateLimitAction:
    path = [MetadataKeyPathSegment(key="rate_class")]
    return RateLimitAction(
        metadata=RateLimitActionMetaData(
            descriptor_key="class",
            metadata_key=MetadataKey(key=ROUTE_METADATA, path=path),
            source=RateLimitActionMetaDataSource.ROUTE_ENTRY,
        )
    )


def _claim(claim: str, key: str) -> RateLimitAction:
    path = [MetadataKeyPathSegment(key=CLAIMS), MetadataKeyPathSegment(key=claim)]
    return RateLimitAction(
        metadata=RateLimitActionMetaData(
            descriptor_key=key,
            metadata_key=MetadataKey(key=JWT_FILTER, path=path),
            source=RateLimitActionMetaDataSource.DYNAMIC,
        )
    )


def retry_policy(idempotency: Idempotency) -> RetryPolicy:
    """Sends again what may be sent again, to another replica where there is one."""
    return RetryPolicy(
        retry_on=_RETRY_UNSENT if idempotency is Idempotency.NONE else _RETRY_ANY_FAILURE,
        num_retries=RETRIES,
        retry_host_predicate=[
            RetryPolicyRetryHostPredicate(
                name="envoy.retry_host_predicates.previous_hosts",
                typed_config=Any.pack(PreviousHostsPredicate()),
            )
        ],
        host_selection_retry_max_attempts=3,
        retry_back_off=RetryPolicyRetryBackOff(
            base_interval=timedelta(milliseconds=25), max_interval=timedelta(milliseconds=500)
        ),
    )
