"""The process that keeps the modules' actors: `python -m actors serve`."""

import sys
from collections.abc import Mapping

from actors.local.component import Component
from actors.local.home import Home

READY = "ready"
"""The line that `atrium serve` prints once every module answers."""


def component(home: Home, environment: Mapping[str, str]) -> Component:
    return Component(
        name="serve",
        command=(sys.executable, "-m", "actors", "serve"),
        environment={**environment, "PYTHONUNBUFFERED": "1"},
        ready=lambda run: READY in run.output().splitlines(),
        healthy=lambda: True,
        needs=("mongod", "nats", "ray"),
        stage=2,
    )
