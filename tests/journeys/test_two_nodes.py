"""Two Ray nodes: replicas spread over both, the edge finds them, one node goes and the service answers on."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from actors import MODULES
from tests.journeys.platform import Platform, eventually, ok, running

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

HEAD, WORKER = "127.0.0.3", "127.0.0.2"
"""Two nodes of one machine: each has a loopback address of its own."""


def free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A Ray head and a worker node, each a child process of this test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port(HEAD)
        self.address = f"{HEAD}:{self.port}"
        self.settings = {
            "RAY_AUTH_MODE": "disabled",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
            # A node that is gone is noticed in about two seconds.
            "RAY_health_check_initial_delay_ms": "1000",
            "RAY_health_check_period_ms": "500",
            "RAY_health_check_timeout_ms": "1000",
            "RAY_health_check_failure_threshold": "3",
        }
        self.head = self._start("head", HEAD, "--head", "--port", str(self.port), "--include-dashboard", "false")
        self.worker: subprocess.Popen[bytes] | None = None

    def add_worker(self) -> None:
        self.worker = self._start("worker", WORKER, "--address", self.address)

    def _start(self, name: str, host: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--node-ip-address", host]
        command += [*words, "--num-cpus", "2", "--object-store-memory", "100000000", "--disable-usage-stats"]
        command += ["--temp-dir", str(self.folder / "ray")] if name == "head" else []
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                command, env={**os.environ, **self.settings}, stdout=log, stderr=log, start_new_session=True
            )

    def kill_worker(self) -> None:
        """The node is gone at once, with all that ran on it."""
        assert self.worker is not None
        for process in [*psutil.Process(self.worker.pid).children(recursive=True), psutil.Process(self.worker.pid)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.worker.wait()

    def stop(self) -> None:
        for node in (self.worker, self.head):
            if node is not None and node.poll() is None:
                children = psutil.Process(node.pid).children(recursive=True)
                node.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    node.wait(15)
                for process in children:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                node.wait(15)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder:
        started = Cluster(Path(folder))
        try:
            eventually(lambda: (Path(folder) / "head.log").read_text(), lambda text: "Ray runtime started" in text, 60)
            started.add_worker()
            eventually(lambda: (Path(folder) / "worker.log").read_text(), lambda t: "Ray runtime started" in t, 60)
            yield started
        finally:
            started.stop()


def nodes(platform: Platform) -> dict[str, set[str]]:
    """The nodes that answer for each module."""
    return {name: {one["node"] for one in found} for name, found in platform.status()["modules"].items()}


HERE = Path(__file__).parents[2]
REFUSAL = """
import ray, sys
from actors.kernel.host.cluster import refuse_shared_file
from actors.kernel.settings import PlatformSettings, SettingsError, load
from tests.kernel.test_books import with_books
settings = load(PlatformSettings)
ray.init(address=settings.ray_address, namespace="refusal", log_to_driver=False)
try:
    refuse_shared_file(settings, [with_books()])
except SettingsError as error:
    print("refused:", error)
else:
    print("taken")
"""


def test_books_in_a_file_are_refused_by_a_cluster_of_several_nodes(cluster: Cluster, tmp_path: Path) -> None:
    def said(**settings: str) -> str:
        environment = {**os.environ, **cluster.settings, "ATRIUM_RAY_ADDRESS": cluster.address}
        environment |= {"ATRIUM_HOME": str(tmp_path), **settings}
        done = subprocess.run(
            [sys.executable, "-c", REFUSAL], cwd=HERE, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    refusal = said()
    assert f"SQLite file {tmp_path}/books/atrium.db" in refusal and "2 nodes" in refusal
    assert "Set ATRIUM_SQL_URL to a MySQL or MariaDB" in refusal
    assert said(ATRIUM_SQL_URL="mysql+asyncmy://me@db.example/atrium").startswith("taken")
    cluster.kill_worker()
    eventually(said, lambda text: text.startswith("taken"), seconds=30)


def test_replicas_spread_over_both_nodes_and_survive_the_loss_of_one(cluster: Cluster, mariadb: str) -> None:
    with tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder:
        settings = {"ATRIUM_RAY_ADDRESS": cluster.address, "ATRIUM_IAM_REPLICAS": "2", "ATRIUM_TENANTS_REPLICAS": "2"}
        # Books in a file are for one node.
        settings["ATRIUM_SQL_URL"] = mariadb
        with running(Path(folder), **settings, **cluster.settings) as platform:
            admin = platform.set_up()
            both = {name: {HEAD, WORKER} for name in MODULES}
            eventually(lambda: nodes(platform), lambda found: found == both, seconds=30)
            with platform.client(admin) as client:
                for _ in range(20):
                    ok(client.get("/api/v1/auth/me"))
                cluster.kill_worker()
                killed = time.monotonic()
                failed, last = 0, killed
                while time.monotonic() - killed < 12:
                    for path in ("/api/v1/auth/me", "/api/v1/tenants"):
                        if client.get(path).status_code != 200:
                            failed, last = failed + 1, time.monotonic()
                print(f"\nafter the node's loss {failed} calls failed, the last {last - killed:.1f} s after it")
                assert last - killed < 5
            eventually(
                lambda: platform.status()["modules"],
                lambda found: all(len(found.get(name, ())) == 2 for name in both) and WORKER not in str(found),
                seconds=60,
            )
