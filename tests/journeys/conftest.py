import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.platform import Platform, running


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """One platform with two replicas of each module, shared by the journeys that leave it as they found it."""
    # A short path: sockets are kept in it.
    with (
        tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder,
        running(Path(folder), ATRIUM_IAM_REPLICAS="2", ATRIUM_TENANTS_REPLICAS="2") as started,
    ):
        yield started


@pytest.fixture
def admin(platform: Platform) -> str:
    """A fresh access token of the Super Admin: one lasts for five minutes, the tests for longer."""
    return platform.set_up()
