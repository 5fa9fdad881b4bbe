from collections.abc import AsyncIterator

import pytest

from tests.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A world that is set up, with the tenants acme (in the pool) and globex (in a database of its own)."""
    async with World.furnished() as furnished:
        yield furnished
