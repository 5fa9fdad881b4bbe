"""`atrium up` and its kin on the real servers."""

import contextlib
import json
import os
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

import nats
import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from actors.local import edge, ports, processes
from tests.local.conftest import Atrium
from tests.local.waiting import until

pytestmark = pytest.mark.live

STORES = ("--only", "mongod", "--only", "nats")


def status(atrium: Atrium) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(atrium.run("status", "--json").stdout)
    return answer


def environment(atrium: Atrium) -> dict[str, str]:
    lines = (line.removeprefix("export ") for line in atrium.ok("env").splitlines())
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


@contextlib.contextmanager
def database(atrium: Atrium) -> Iterator[Any]:
    url = environment(atrium)["ATRIUM_MONGODB_URL"]
    with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=10_000) as client:
        yield client["test"]["things"]


def pids(atrium: Atrium) -> dict[str, int]:
    return {name: one["pid"] for name, one in status(atrium)["components"].items()}


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(psutil.Error):
        process.wait(10)


@contextlib.contextmanager
def taken(port: int) -> Iterator[None]:
    """Another program at the port, which understands nothing and hangs up."""
    with socketserver.TCPServer((ports.HOST, port), socketserver.BaseRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_the_servers_come_up_are_watched_and_leave_nothing_behind(atrium: Atrium) -> None:
    parts = [part for name in ("mongod", "nats", "ray", "envoy", "discover") for part in ("--only", name)]
    said = atrium.ok("up", "--detach", *parts)
    assert "Ready in" in said and "atrium down" in said
    now = status(atrium)
    assert now["state"] == "ready"
    assert {name: one["condition"] for name, one in now["components"].items()} == dict.fromkeys(
        ("mongod", "nats", "ray", "discover", "envoy"), "ready"
    )
    found = processes.marked(f"{atrium.home.id}:")
    addresses = {
        connection.laddr.ip.removeprefix("::ffff:")
        for one in [each for group in found.values() for each in group]
        for connection in one.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}
    told = atrium.ok("doctor")
    for line in ("mongod: version 6", "nats: JetStream answers", "ray: the head at", "envoy: ready"):
        assert line in told
    assert environment(atrium)["ATRIUM_SECRET_KEY"] not in told
    used = [port for one in now["components"].values() for port in one["ports"].values()]
    atrium.ok("down")
    assert not atrium.processes()
    assert all(ports.free(port) for port in used)
    assert atrium.run("status").returncode == 3


@pytest.mark.timeout(120)
def test_the_whole_platform_answers_at_its_edge_and_gets_over_the_loss_of_its_ray_head(atrium: Atrium) -> None:
    said = atrium.ok("up", "--detach")
    code = atrium.home.secret("setup-code")
    address = atrium.environment["ATRIUM_EDGE_ADDRESS"]
    assert f"Set up the platform at http://{address}/setup#code={code}\n" in said
    assert f"No mail server is set: mails stay in {atrium.home.path / 'outbox'}" in said
    assert atrium.ok("setup-code").strip() == code
    now = status(atrium)
    assert now["state"] == "ready" and set(now["modules"]) >= {"iam"}
    assert all(one["restarts"] == 0 for one in now["components"].values())
    assert "answers on 127.0.0.1" in atrium.ok("logs", "iam")
    assert "iam replica 0" in atrium.ok("doctor")
    kill(now["components"]["ray"]["pid"])
    until(lambda: status(atrium)["components"]["serve"]["restarts"] == 1, "the modules are started anew")
    until(lambda: edge.setup(f"http://{address}") is not None, "the edge answers again")
    until(lambda: status(atrium)["state"] == "ready", "all is well again")
    begin = time.monotonic()
    atrium.ok("down")
    assert time.monotonic() - begin < 20
    assert not atrium.processes()


@pytest.mark.parametrize("name", ["mongod", "nats"])
def test_a_killed_store_answers_again_at_its_address_with_its_data(atrium: Atrium, name: str) -> None:
    atrium.ok("up", "--detach", *STORES)
    with database(atrium) as things:
        things.insert_one({"_id": 1})
        before = pids(atrium)
        kill(before[name])
        until(lambda: status(atrium)["components"][name]["condition"] == "ready", f"{name} is back")
        assert things.find_one({"_id": 1}) is not None
    after = status(atrium)
    assert after["components"][name]["restarts"] == 1
    others = {other: pid for other, pid in before.items() if other != name}
    assert others.items() <= pids(atrium).items()


def test_a_killed_ray_head_takes_its_workers_with_it_and_comes_back(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", "--only", "ray")
    before = set(atrium.processes())
    assert len(before) >= 4
    kill(pids(atrium)["ray"])
    until(lambda: status(atrium)["components"]["ray"]["restarts"] == 1, "the supervisor has seen it")
    until(lambda: status(atrium)["state"] == "ready", "Ray is back")
    assert not before & set(atrium.processes())


async def test_a_stored_message_survives_a_stop_and_a_kill(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", "--only", "nats")
    url = environment(atrium)["ATRIUM_NATS_URL"]
    client = await nats.connect(url)
    await client.jetstream().add_stream(name="S", subjects=["s.>"])
    await client.jetstream().publish("s.a", b"kept")
    await client.close()
    kill(pids(atrium)["nats"])
    until(lambda: status(atrium)["state"] == "ready", "nats is back")
    atrium.ok("down")
    atrium.ok("up", "--detach", "--only", "nats")
    client = await nats.connect(url)
    assert (await client.jetstream().get_last_msg("S", "s.a")).data == b"kept"
    await client.close()


def test_strangers_on_this_machine_are_not_let_in(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", *STORES)
    now = status(atrium)["components"]
    with (
        MongoClient[dict[str, Any]](ports.HOST, now["mongod"]["ports"]["mongod"], directConnection=True) as client,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        client["test"]["things"].find_one()
    with socket.create_connection((ports.HOST, now["nats"]["ports"]["nats"])) as connection:
        connection.sendall(b'CONNECT {"verbose":true}\r\nPING\r\n')
        connection.settimeout(10)
        said = b""
        while b"-ERR" not in said:
            said += connection.recv(4096)
    assert b"Authorization Violation" in said


def test_components_outlive_their_supervisor_and_the_next_takes_them_over(atrium: Atrium) -> None:
    parts = (*STORES, "--only", "ray", "--only", "envoy", "--only", "discover")
    atrium.ok("up", "--detach", *parts)
    supervisor, before = status(atrium)["supervisor_pid"], pids(atrium)
    kill(supervisor)
    with database(atrium) as things:
        things.insert_one({"_id": 1})
    orphaned = atrium.run("status")
    assert orphaned.returncode == 1 and "`atrium up` takes them over" in orphaned.stdout
    kill(before["nats"])
    atrium.ok("up", "--detach", *parts)
    after = status(atrium)
    assert after["state"] == "ready" and after["supervisor_pid"] != supervisor
    assert {name for name, pid in pids(atrium).items() if pid != before[name]} == {"nats"}


def test_down_works_without_a_supervisor(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", *STORES)
    kill(status(atrium)["supervisor_pid"])
    assert "Stopped" in atrium.ok("down")
    assert not atrium.processes()
    assert "Nothing was running" in atrium.ok("down")


def test_down_now_ends_even_a_supervisor_that_hangs(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", *STORES)
    os.kill(status(atrium)["supervisor_pid"], signal.SIGSTOP)
    assert "Stopped" in atrium.ok("down", "--now")
    assert not atrium.processes()


def test_ctrl_c_stops_everything_it_started_and_nothing_else(atrium: Atrium) -> None:
    stranger = socket.create_server(("127.0.0.1", 0))
    process = atrium.start("up", *STORES)
    until(lambda: atrium.home.state.exists() and status(atrium)["state"] == "ready", "it is up")
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Ready in" in said and "Ctrl-C again" in said
    assert not atrium.processes()
    stranger.close()


def test_a_database_whose_port_was_taken_moves_and_keeps_its_data(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", "--only", "mongod")
    with database(atrium) as things:
        things.insert_one({"_id": 1})
    port = status(atrium)["components"]["mongod"]["ports"]["mongod"]
    atrium.ok("down")
    with taken(port):
        atrium.ok("up", "--detach", "--only", "mongod")
        assert status(atrium)["components"]["mongod"]["ports"]["mongod"] != port
        with database(atrium) as things:
            assert things.find_one({"_id": 1}) is not None


def test_a_second_up_finds_the_first(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", "--only", "nats")
    before = pids(atrium)
    assert "runs already" in atrium.ok("up", "--detach")
    assert pids(atrium) == before


def test_an_edge_port_in_use_stops_the_start_before_anything_runs(atrium: Atrium) -> None:
    host, _, port = atrium.environment["ATRIUM_EDGE_ADDRESS"].partition(":")
    with socket.create_server((host, int(port))):
        for detach in ((), ("--detach",)):
            done = atrium.run("up", *detach)
            assert done.returncode == 1
            assert f"(pid {os.getpid()})" in done.stdout and "ATRIUM_EDGE_ADDRESS" in done.stdout
    assert not atrium.processes()


def test_logs_are_shown_and_followed(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", "--only", "nats")
    assert "Server is ready" in atrium.ok("logs", "nats")
    assert "nats | " in atrium.ok("logs")
    following = atrium.start("logs", "nats", "-f", "-n", "1")
    assert following.stdout is not None
    assert "Server is ready" in following.stdout.readline()
    kill(pids(atrium)["nats"])
    assert "Starting nats-server" in following.stdout.readline()
    following.send_signal(signal.SIGINT)
    assert following.wait(30) == 0


def test_a_mongod_that_cannot_start_says_which_log_to_read(atrium: Atrium) -> None:
    atrium.ok("up", "--detach", "--only", "mongod")
    atrium.ok("down")
    (atrium.folder / "mongod" / "WiredTiger.turtle").write_text("not a turtle")
    done = atrium.run("up", "--detach", "--only", "mongod")
    assert done.returncode == 1
    assert "mongod does not start" in done.stdout and str(atrium.home.log("mongod")) in done.stdout
    assert (atrium.folder / "mongod" / "WiredTiger.turtle").read_text() == "not a turtle"


def test_the_setup_code_is_printed_while_nobody_can_say_that_setup_is_closed(atrium: Atrium) -> None:
    assert "start one with `atrium up`" in atrium.run("setup-code").stdout
    atrium.ok("up", "--detach", "--only", "nats")
    assert atrium.home.secret("setup-code") in atrium.ok("setup-code")
