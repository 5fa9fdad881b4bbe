import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.platform import Platform, eventually, running


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """One platform with two replicas of each module, shared by the journeys that leave it as they found it."""
    # A short path: sockets are kept in it.
    with (
        tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder,
        running(Path(folder), ATRIUM_IAM_REPLICAS="2", ATRIUM_TENANTS_REPLICAS="2") as started,
    ):
        yield started


@pytest.fixture(scope="session")
def killed_platform() -> Iterator[Platform]:
    """One platform for the journeys that kill its processes, with one replica of each module but Billing's two."""
    with (
        tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder,
        running(
            Path(folder),
            # Tokens that outlast the tests: what is under test is the platform, not the refreshing of clients.
            ATRIUM_IAM_ACCESS_TOKEN_SECONDS="3600",
            # A step of a new tenant that lost its event is looked after sooner than by default.
            ATRIUM_TENANTS_STEP_SECONDS="4",
        ) as started,
    ):
        yield started


@pytest.fixture
def killable(killed_platform: Platform) -> Platform:
    """That platform, once it is over what was killed before."""

    def standing() -> tuple[str, dict[str, int]]:
        status = killed_platform.status()
        return status["state"], {name: len(found) for name, found in status["modules"].items()}

    eventually(standing, lambda now: now == ("ready", {"iam": 1, "tenants": 1, "billing": 2}), 60)
    return killed_platform


@pytest.fixture
def admin(platform: Platform) -> str:
    """A fresh access token of the Super Admin: one lasts for five minutes, the tests for longer."""
    return platform.set_up()
