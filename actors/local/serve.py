"""The process that keeps the modules' actors: `python -m actors serve`."""

from collections.abc import Mapping

from actors.local.component import Component
from actors.local.processes import PYTHON_MODULE

READY = "ready"
"""The line that `atrium serve` prints once every module answers."""


def component(environment: Mapping[str, str], needs: tuple[str, ...]) -> Component:
    return Component(
        name="serve",
        command=(*PYTHON_MODULE, "actors", "serve"),
        environment={**environment, "PYTHONUNBUFFERED": "1"},
        ready=lambda run: READY in run.output().splitlines(),
        healthy=lambda: True,
        needs=needs,
        # The actors are gone with the head. It would find that out itself, seconds later.
        dies_with=("ray",),
        stage=2,
    )
