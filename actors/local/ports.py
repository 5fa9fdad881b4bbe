"""Ports of the embedded servers: chosen free once, then remembered.

A server that is started again answers at the same address, so nobody who holds it has to be told. They are taken
from below the range that the kernel gives to outgoing connections, which would otherwise take the port of a server
that is just being restarted, and from above the one that Ray gives to its workers (10002 to 19999).
"""

import random
import socket
from collections.abc import Collection, Iterable
from pathlib import Path

import psutil

from actors.local import files
from actors.local.errors import LocalError

RANGE = range(20_000, 30_000)
HOST = "127.0.0.1"


def free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, host: str = HOST, seconds: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), seconds):
            return True
    except OSError:
        return False


def remembered(path: Path, names: Iterable[str], keep: Collection[str] = ()) -> dict[str, int]:
    """A port for each name: the remembered one, or another when somebody else has taken it.

    Those named in `keep` are used by servers of ours that already run and stay as they are.
    """
    known = {name: port for name, port in (files.read_json(path) or {}).items() if isinstance(port, int)}
    chosen: dict[str, int] = {}
    for name in names:
        port = known.get(name)
        if port is None or (name not in keep and not free(port)):
            port = _pick({*known.values(), *chosen.values()})
        chosen[name] = port
    if {**known, **chosen} != known:
        files.write_json(path, {**known, **chosen})
    return chosen


def _pick(taken: Collection[int]) -> int:
    for port in random.sample(RANGE, 500):
        if port not in taken and free(port):
            return port
    raise LocalError(f"No free port was found between {RANGE.start} and {RANGE.stop}: end programs that hold them.")


def holder(port: int) -> str:
    """Who listens on the port, as far as this user may see, for a message to a person."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another program"
    for connection in connections:
        if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
            if connection.pid is None:
                break
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.Error:
                return f"pid {connection.pid}"
    return "a program of another user"
