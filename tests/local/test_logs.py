from pathlib import Path

import pytest

from actors.local import logs
from actors.local.home import Home, create


@pytest.fixture
def home(short_folder: Path) -> Home:
    made = create(short_folder / "h")
    session = made.ray_folder / "session_2026-01-01_00-00-00_0_1" / "logs"
    session.mkdir(parents=True)
    (made.ray_folder / "session_latest").symlink_to(session.parent)
    spoken = '{"level":"info","component":"%s","message":"hello"}\n'
    (session / "worker-aa-01000000-11.out").write_text(":job_id:01000000\n:actor_name:Replica\n")
    (session / "worker-aa-01000000-11.err").write_text(":actor_name:Replica\n" + spoken % "iam.0")
    (session / "worker-bb-01000000-12.err").write_text(":actor_name:Replica\n" + spoken % "tenants.0")
    (session / "worker-cc-01000000-13.out").write_text(":job_id:01000000\n")
    (session / "raylet.out").write_text("noise\n")
    made.log("nats").write_text("nats here\n")
    return made


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_a_modules_logs_are_those_of_its_actors(home: Home) -> None:
    assert names(logs.files(home, "iam")) == ["worker-aa-01000000-11.err", "worker-aa-01000000-11.out"]
    assert names(logs.files(home, "tenants")) == ["worker-bb-01000000-12.err"]


def test_a_component_has_one_log(home: Home) -> None:
    assert names(logs.files(home, "nats")) == ["nats.log"]


def test_all_logs_leave_out_workers_without_an_actor(home: Home) -> None:
    assert names(logs.files(home, None)) == [
        "nats.log",
        "worker-aa-01000000-11.err",
        "worker-aa-01000000-11.out",
        "worker-bb-01000000-12.err",
    ]
