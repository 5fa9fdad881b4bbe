"""Runs inside `ray start`, which imports it by the name in RAY_START_HOOK."""

from typing import Any


def leave_out_client_server(parameters: Any, head: bool) -> None:
    """No Ray Client server: nothing uses it, no option of `ray start` leaves it out, it costs a process of 100 MB."""
    parameters.ray_client_server_port = None
