"""The replicas of each module as Envoy sees them: where they are, and which of them are left alone for now."""

from __future__ import annotations

from datetime import timedelta

from envoy_data_plane.envoy.config.cluster.v3 import (
    CircuitBreakers,
    CircuitBreakersThresholds,
    Cluster,
    ClusterDiscoveryType,
    ClusterEdsClusterConfig,
    OutlierDetection,
)
from envoy_data_plane.envoy.config.core.v3 import (
    ConfigSource,
    HealthCheck,
    HealthCheckGrpcHealthCheck,
    Http2ProtocolOptions,
    PathConfigSource,
    WatchedDirectory,
)
from envoy_data_plane.envoy.extensions.upstreams.http.v3 import (
    HttpProtocolOptions as UpstreamHttpProtocolOptions,
)
from envoy_data_plane.envoy.extensions.upstreams.http.v3 import HttpProtocolOptionsExplicitHttpConfig
from envoy_data_plane.google.protobuf import Any

from edge.layout import Layout


def cluster(module: str, layout: Layout) -> Cluster:
    """The replicas of one module, over HTTP/2.

    A replica that refuses connections or resets calls is left for a second at once, one whose health check fails
    until it passes again. When all are bad, all are tried: a refusal of theirs says more than one of ours.
    """
    protocol = UpstreamHttpProtocolOptions(
        explicit_http_config=HttpProtocolOptionsExplicitHttpConfig(
            http2_protocol_options=Http2ProtocolOptions(
                max_concurrent_streams=1000,
                initial_stream_window_size=1024 * 1024,
                initial_connection_window_size=4 * 1024 * 1024,
            )
        )
    )
    return Cluster(
        name=module,
        type=ClusterDiscoveryType.EDS,
        eds_cluster_config=ClusterEdsClusterConfig(
            eds_config=ConfigSource(
                path_config_source=PathConfigSource(
                    path=str(layout.endpoints(module)), watched_directory=WatchedDirectory(path=str(layout.watched))
                )
            )
        ),
        connect_timeout=timedelta(seconds=1),
        typed_extension_protocol_options={"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": Any.pack(protocol)},
        circuit_breakers=CircuitBreakers(
            thresholds=[
                CircuitBreakersThresholds(
                    max_connections=1024, max_pending_requests=4096, max_requests=10_000, max_retries=1024
                )
            ]
        ),
        outlier_detection=OutlierDetection(
            split_external_local_origin_errors=True,
            consecutive_local_origin_failure=2,
            enforcing_consecutive_local_origin_failure=100,
            # What a handler answers, however bad, says nothing about its replica.
            enforcing_consecutive_5xx=0,
            enforcing_consecutive_gateway_failure=0,
            enforcing_success_rate=0,
            enforcing_local_origin_success_rate=0,
            interval=timedelta(seconds=1),
            base_ejection_time=timedelta(seconds=1),
            max_ejection_time=timedelta(seconds=10),
            max_ejection_percent=100,
        ),
        health_checks=[
            HealthCheck(
                timeout=timedelta(seconds=1),
                interval=timedelta(seconds=3),
                no_traffic_interval=timedelta(seconds=3),
                unhealthy_interval=timedelta(seconds=1),
                unhealthy_threshold=2,
                healthy_threshold=1,
                grpc_health_check=HealthCheckGrpcHealthCheck(),
            )
        ],
        ignore_health_on_host_removal=True,
    )
