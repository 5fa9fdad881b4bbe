"""What tests of several folders share. Each test has its own data; servers are real and end with the tests."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.mariadb import NoMariaDb, running_mariadb
from tests.servers import Server, running_mongod, running_nats

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Shells start what runs in their background so, and every process that a test interrupts would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def mongod() -> Iterator[Server]:
    """One mongod for all tests of a run; a test takes a database name of its own."""
    with running_mongod() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The address of an empty database of a MariaDB, or of the MySQL or MariaDB named in ATRIUM_TEST_MARIADB_URL."""
    if url := os.environ.get("ATRIUM_TEST_MARIADB_URL"):
        yield url
        return
    try:
        with running_mariadb() as server:
            yield server.url
    except NoMariaDb as reason:
        pytest.skip(str(reason))


@pytest.fixture
def nats_server() -> Iterator[Server]:
    """A nats-server with JetStream for one test, which may kill it and start it again."""
    with running_nats() as server:
        yield server
