import os
import socket
from pathlib import Path

import pytest

from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local import catalogue, environment, plan, ports
from actors.local.errors import LocalError
from actors.local.home import Home, create
from actors.local.supervisor import delay_seconds


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in os.environ:
        if name.startswith("ATRIUM_"):
            monkeypatch.delenv(name)
    made = create(tmp_path / "h")
    monkeypatch.setenv("ATRIUM_HOME", str(made.path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("ATRIUM_EDGE_ADDRESS", f"127.0.0.1:{free.getsockname()[1]}")
    return made


def test_the_whole_platform_has_six_components_that_stop_in_stages(home: Home) -> None:
    made = plan.make(home)
    assert [one.name for one in made.components] == list(plan.NAMES)
    stages = {one.name: one.stage for one in made.components}
    assert stages["serve"] > stages["envoy"] == stages["discover"] > stages["ray"] == stages["nats"]
    for one in made.components:
        assert one.needs == plan.NEEDS[one.name]


def test_a_part_brings_what_it_needs(home: Home) -> None:
    assert [one.name for one in plan.make(home, only=["discover"]).components] == ["nats", "envoy", "discover"]
    assert [one.name for one in plan.make(home, only=["serve"]).components] == ["mongod", "nats", "ray", "serve"]


def test_an_unknown_part_is_refused_with_the_known_ones(home: Home) -> None:
    with pytest.raises(LocalError, match="no component 'mongo'; the components are mongod, nats"):
        plan.make(home, only=["mongo"])


def test_a_server_of_ones_own_is_not_started_and_its_password_not_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATRIUM_MONGODB_URL", "mongodb://me:secret@db.example:27017/?replicaSet=rs0")
    monkeypatch.setenv("ATRIUM_RAY_ADDRESS", "10.0.0.1:6379")
    made = plan.make(home)
    assert not {"mongod", "ray"} & {one.name for one in made.components}
    assert made.external == {"mongod": "mongodb://db.example:27017/?replicaSet=rs0", "ray": "10.0.0.1:6379"}
    serve = next(one for one in made.components if one.name == "serve")
    assert serve.environment["ATRIUM_MONGODB_URL"].startswith("mongodb://me:secret@")
    assert "RAY_AUTH_TOKEN_PATH" not in serve.environment


def test_the_edges_port_in_use_names_its_holder_and_the_setting(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("ATRIUM_EDGE_ADDRESS", f"127.0.0.1:{port}")
        with pytest.raises(LocalError, match=rf"\(pid {os.getpid()}\).*ATRIUM_EDGE_ADDRESS=127.0.0.1:{port + 1}"):
            plan.make(home)
        assert plan.make(home, running={"envoy"}).edge_url == f"http://127.0.0.1:{port}"


def test_what_a_person_has_set_wins_over_what_is_filled_in(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_SECRET_KEY", "ab" * 32)
    monkeypatch.setenv("ATRIUM_PUBLIC_URL", "https://atrium.example")
    monkeypatch.setenv("ATRIUM_HOME", os.path.relpath(home.path))
    made = plan.make(home)
    child = made.components[-1].environment
    assert child["ATRIUM_SECRET_KEY"] == "ab" * 32
    assert child["ATRIUM_PUBLIC_URL"] == made.public_url == "https://atrium.example"
    assert child["ATRIUM_HOME"] == str(home.path)
    assert child["ATRIUM_IAM_SETUP_CODE"] == home.secret("setup-code")
    assert child["RAY_AUTH_TOKEN_PATH"].startswith(str(home.path))


def test_a_command_reaches_the_servers_that_the_platform_started(home: Home) -> None:
    with pytest.raises(LocalError, match="Start it with `atrium up`"):
        environment.of_running_platform()
    made = plan.make(home)
    found = environment.of_running_platform()
    child = made.components[-1].environment
    for name in ("ATRIUM_MONGODB_URL", "ATRIUM_NATS_URL", "ATRIUM_RAY_ADDRESS", "ATRIUM_SECRET_KEY"):
        assert found[name] == child[name]


def test_a_misspelled_setting_is_refused_with_the_right_name(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_LOCAL_MONGOD_CASH_MB", "512")
    with pytest.raises(SettingsError, match="did you mean ATRIUM_LOCAL_MONGOD_CACHE_MB"):
        catalogue.refuse_unknown()


def test_every_section_is_found_by_its_place(home: Home) -> None:
    names = {section.__name__ for section in catalogue.sections()}
    assert {"PlatformSettings", "LocalSettings", "EdgeSettings"} <= names
    assert load(PlatformSettings).home == home.path


def test_restarts_wait_ever_longer_up_to_half_a_minute() -> None:
    assert [delay_seconds(n) for n in range(1, 9)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_ports_stay_out_of_the_ranges_that_others_take_from() -> None:
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if limits.exists():
        assert ports.RANGE.stop <= int(limits.read_text().split()[0])
    assert ports.RANGE.start >= 20_000
