import os
import socket
from pathlib import Path

from actors.local import ports


def listen(port: int = 0) -> socket.socket:
    server = socket.create_server((ports.HOST, port))
    return server


def test_a_port_is_remembered(tmp_path: Path) -> None:
    first = ports.remembered(tmp_path / "ports", ["a", "b"])
    assert first["a"] != first["b"]
    assert all(port in ports.RANGE for port in first.values())
    assert ports.remembered(tmp_path / "ports", ["b", "a"]) == first


def test_a_port_that_somebody_took_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    first = ports.remembered(tmp_path / "ports", ["a", "b"])
    with listen(first["a"]):
        second = ports.remembered(tmp_path / "ports", ["a", "b"])
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
    assert ports.remembered(tmp_path / "ports", ["a", "b"]) == second


def test_a_port_that_our_own_server_uses_is_kept(tmp_path: Path) -> None:
    first = ports.remembered(tmp_path / "ports", ["a"])
    with listen(first["a"]):
        assert ports.remembered(tmp_path / "ports", ["a"], keep={"a"}) == first


def test_a_damaged_memory_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "ports").write_text('{"a": ')
    assert ports.remembered(tmp_path / "ports", ["a"])["a"] in ports.RANGE


def test_the_holder_of_a_port_is_named() -> None:
    with listen() as server:
        assert f"(pid {os.getpid()})" in ports.holder(server.getsockname()[1])


def test_a_listening_port_answers_and_is_not_free() -> None:
    with listen() as server:
        port = server.getsockname()[1]
        assert ports.answers(port) and not ports.free(port)
    assert not ports.answers(port) and ports.free(port)
