"""The bootstrap: stable, and tied to the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from actors import MODULES
from actors.kernel.settings import SettingsError, load
from edge.body_check import VALID_PATH
from edge.envoy import as_json, bootstrap
from edge.layout import Layout, envoy_arguments
from edge.routes import load_descriptors, read
from edge.settings import EdgeSettings
from edge.traffic import bucket, retry_after_seconds

LAYOUT = Layout(Path("/var/lib/atrium/edge"))


def rendered(modules: Sequence[str] = MODULES, **settings: Any) -> bytes:
    descriptors = load_descriptors()
    chosen = EdgeSettings(**{"concurrency": 1, **settings})
    return as_json(bootstrap(read(descriptors, modules), descriptors, chosen, LAYOUT))


def everything(value: Any) -> list[Any]:
    """All objects inside a document."""
    if isinstance(value, dict):
        return [value, *(inner for v in value.values() for inner in everything(v))]
    return [inner for v in value for inner in everything(v)] if isinstance(value, list) else []


def test_the_bootstrap_of_one_module_is_the_golden_one(golden: Callable[[str, bytes], None]) -> None:
    golden("bootstrap.json", rendered(["tenants"], cors_origins=["https://app.example.com"]))


def test_the_same_contract_gives_the_same_bytes() -> None:
    assert rendered() == rendered()


def test_every_module_has_one_cluster_with_its_own_file() -> None:
    clusters = json.loads(rendered())["staticResources"]["clusters"]
    assert [cluster["name"] for cluster in clusters] == list(MODULES)
    paths = [cluster["edsClusterConfig"]["edsConfig"]["pathConfigSource"]["path"] for cluster in clusters]
    assert paths == [str(LAYOUT.endpoints(module)) for module in MODULES]


def test_administration_is_on_loopback_only() -> None:
    admin = json.loads(rendered(admin_port=9901, address="0.0.0.0:80"))["admin"]
    assert admin["address"]["socketAddress"] == {"address": "127.0.0.1", "portValue": 9901}


def test_only_grpc_paths_of_the_contract_are_in_the_route_table() -> None:
    trees = [found["exactMatchMap"]["map"] for found in everything(json.loads(rendered())) if "exactMatchMap" in found]
    assert [set(tree) for tree in trees] == [{route.path for route in read(load_descriptors(), MODULES)}]


def test_calls_that_may_have_had_an_effect_are_never_sent_again() -> None:
    routes = [found for found in everything(json.loads(rendered())) if "retryPolicy" in found.get("route", {})]
    retried = {route["name"]: route["route"]["retryPolicy"]["retryOn"] for route in routes}
    assert retried["UserService.CreateUser"] == "connect-failure,refused-stream"
    assert "unavailable" in retried["UserService.GetUser"] and "reset" in retried["UserService.UpdateUser"]


def test_strict_transport_security_comes_with_tls(tmp_path: Path) -> None:
    assert b"strict-transport-security" not in rendered()
    assert b"strict-transport-security" in rendered(tls_certificate=tmp_path / "c.pem", tls_key=tmp_path / "k.pem")


def test_cors_is_absent_unless_origins_are_named() -> None:
    assert b"envoy.filters.http.cors" not in rendered()


@pytest.mark.parametrize(
    ("per_minute", "expected"),
    [(120, (120, 2, 1)), (60, (60, 1, 1)), (90, (90, 3, 2)), (7, (7, 7, 60)), (10, (10, 1, 6))],
)
def test_a_bucket_holds_a_minute_and_is_given_back_evenly(per_minute: int, expected: tuple[int, int, int]) -> None:
    made = bucket(per_minute)
    assert made.fill_interval is not None
    assert (made.max_tokens, made.tokens_per_fill, made.fill_interval.total_seconds()) == expected


def test_retry_after_is_as_long_as_the_slowest_budget_needs_for_one_call() -> None:
    assert retry_after_seconds(EdgeSettings()) == 1
    assert retry_after_seconds(EdgeSettings(sign_in_per_minute=7)) == 9


@pytest.mark.parametrize(
    "settings",
    [
        {"address": "8080"},
        {"tiers": {"free": 1}},
        {"tls_key": Path("k.pem")},
        {"cors_origins": ["app.example.com"]},
        {"tiers": {"standard": 0}},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EdgeSettings(**settings)


def test_a_wrong_setting_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_EDGE_PUBLIC_PER_MINUTE", "none")
    with pytest.raises(SettingsError, match="ATRIUM_EDGE_PUBLIC_PER_MINUTE"):
        load(EdgeSettings)


def test_envoy_is_started_so_that_several_fit_on_one_machine() -> None:
    arguments = envoy_arguments(LAYOUT, EdgeSettings(concurrency=3))
    assert "--use-dynamic-base-id" in arguments and arguments[arguments.index("--concurrency") + 1] == "3"
    assert "--concurrency" not in envoy_arguments(LAYOUT, EdgeSettings(concurrency=0))


@pytest.mark.parametrize(
    ("path", "valid"),
    [
        ("/a/b?c=%C3%A9&d=%E2%82%AC&e=%F0%9F%98%80", True),
        ("/a/%2F%25%00", True),
        ("/a/%FF", False),
        ("/a/%C3", False),
        ("/a/%C0%80", False),
        ("/a/%ED%A0%80", False),
        ("/a/%F4%90%80%80", False),
        ("/a/%E2%82", False),
        ("/a/%zz", False),
        ("/a/%4", False),
    ],
)
def test_paths_are_valid_when_their_escapes_are_utf_8(path: str, valid: bool) -> None:
    assert bool(re.fullmatch(VALID_PATH, path)) is valid
