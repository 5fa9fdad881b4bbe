"""One Envoy for each file of live tests; golden files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.edge.live import Edge, Keys, Module, client_for, running_edge


@dataclass
class World:
    """A running edge, the module behind it and the key that signs tokens."""

    edge: Edge
    module: Module
    keys: Keys

    def client(self, **claims: object) -> httpx.AsyncClient:
        return client_for(self.edge, self.keys.token(**claims))

    def anonymous(self) -> httpx.AsyncClient:
        return client_for(self.edge)


@pytest.fixture(scope="module")
def edge_settings(request: pytest.FixtureRequest) -> dict[str, object]:
    """Settings of the file's Envoy; a file that needs others defines EDGE_SETTINGS."""
    return dict(getattr(request.module, "EDGE_SETTINGS", {}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, edge_settings: dict[str, object]) -> AsyncIterator[World]:
    keys = Keys()
    module = await Module().start()
    folder = tmp_path_factory.mktemp("edge")
    async with running_edge(folder, keys=keys, servers=[module], **edge_settings) as edge:
        yield World(edge, module, keys)
    await module.stop()


@pytest.fixture
def golden() -> Callable[[str, bytes], None]:
    """Compares with a file of tests/edge/golden; with UPDATE_GOLDEN=1 in the environment writes it instead."""

    def compare(name: str, content: bytes) -> None:
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        assert path.exists(), f"{path} does not exist: run with UPDATE_GOLDEN=1"
        assert path.read_bytes() == content, f"{path.name} is not what is made now: look, then run with UPDATE_GOLDEN=1"

    return compare
