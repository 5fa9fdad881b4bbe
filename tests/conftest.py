"""What tests of several folders share. Each test has its own data; servers are real and end with the tests."""

from collections.abc import Iterator

import pytest

from tests.servers import Server, running_mongod, running_nats


@pytest.fixture(scope="session")
def mongod() -> Iterator[Server]:
    """One mongod for all tests of a run; a test takes a database name of its own."""
    with running_mongod() as server:
        yield server


@pytest.fixture
def nats_server() -> Iterator[Server]:
    """A nats-server with JetStream for one test, which may kill it and start it again."""
    with running_nats() as server:
        yield server
