"""A private MariaDB for tests: found on PATH, or unpacked from Debian's packages into `.tools/`; installed nowhere.

python -m tests.mariadb     fetches it where there is none, and says so when it cannot
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actors.local import ports
from actors.local.component import Component
from tests.servers import Server, folder_for_tests, free_ports

TOOLS = Path(__file__).parents[1] / ".tools"
UNPACKED = TOOLS / "mariadb"
PACKAGE = "mariadb-server-core"
DATABASE = "atrium"


class NoMariaDb(Exception):
    """There is none on this machine, and no way to get one."""


@dataclass(frozen=True)
class Installation:
    """One mariadbd and the folder it was built for."""

    binary: Path
    share: Path
    libraries: tuple[Path, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": ":".join(map(str, self.libraries))} if self.libraries else {}


def installation() -> Installation:
    """The MariaDB to test on, fetched when there is none. Raises NoMariaDb that says why it cannot be."""
    if (found := shutil.which("mariadbd")) is not None:
        binary = Path(found).resolve()
        return Installation(binary, _share(binary.parents[1]))
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "mariadb.lock", "w") as lock:  # two test runs fetch it once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not UNPACKED.exists():
            _fetch()
    usr = UNPACKED / "usr"
    return Installation(usr / "sbin" / "mariadbd", _share(usr), tuple(sorted((usr / "lib").glob("*-linux-gnu"))))


def _share(usr: Path) -> Path:
    for folder in (usr / "share" / "mysql", usr / "share" / "mariadb", usr / "share"):
        if (folder / "mysql_system_tables.sql").exists():
            return folder
    raise NoMariaDb(f"the mariadbd of {usr} has no mysql_system_tables.sql beside it")


def _fetch() -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise NoMariaDb(
            "there is no mariadbd on PATH, and no apt-get and dpkg to fetch one with: install MariaDB, "
            "or name a server in ATRIUM_TEST_MARIADB_URL"
        )
    part = TOOLS / "mariadb.part"
    shutil.rmtree(part, ignore_errors=True)
    (part / "packages").mkdir(parents=True)
    options: list[str] = []
    if _run(part, ["apt-cache", "show", PACKAGE]).returncode != 0:
        # A machine that has never looked at the archive; what is fetched stays in our folder.
        for name in ("lists/partial", "cache/archives/partial"):
            (part / name).mkdir(parents=True)
        options = ["-o", f"Dir::State::Lists={part / 'lists'}", "-o", f"Dir::Cache={part / 'cache'}"]
        options += ["-o", "APT::Sandbox::User=root"]  # apt's own user may not look into our folder
        _must(part, ["apt-get", *options, "update"])
    told = _must(part, ["apt-cache", *options, "depends", PACKAGE])
    needed = dict.fromkeys(re.findall(r"Depends: (lib[\w.+-]+)", told))
    missing = [name for name in needed if _run(part, ["dpkg-query", "-W", name]).returncode != 0]
    _must(part, ["apt-get", *options, "download", PACKAGE])
    for name in missing:
        # One of two libraries may be enough; whether it was shows when the program is started.
        _run(part / "packages", ["apt-get", *options, "download", name])
    for package in [*part.glob("*.deb"), *(part / "packages").glob("*.deb")]:
        _must(part, ["dpkg", "-x", str(package), str(part / "root")])
    (part / "root").rename(UNPACKED)
    shutil.rmtree(part)


def _run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _must(folder: Path, command: list[str]) -> str:
    done = _run(folder, command)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def component(found: Installation, folder: Path, port: int) -> Component:
    """A server with its data in the folder, on loopback, with a root user without a password."""
    data = folder / "data"
    common = (
        *(str(found.binary), "--no-defaults", f"--datadir={data}", f"--lc-messages-dir={found.share}"),
        *("--innodb-log-file-size=16M", "--max-allowed-packet=16M"),
        *(("--user=root",) if os.getuid() == 0 else ()),
    )

    def prepare() -> None:
        if data.exists():
            return
        (data / "mysql").mkdir(parents=True)
        names = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
        script = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"
        script += "".join((found.share / name).read_text() for name in names)
        script += f"\nCREATE DATABASE {DATABASE};\n"
        done = subprocess.run(
            [*common, "--bootstrap"],
            input=script,
            env={**os.environ, **found.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr[-2000:]

    return Component(
        name="mariadb",
        command=(
            *common,
            *(
                f"--port={port}",
                f"--bind-address={ports.HOST}",
                f"--socket={folder / 's'}",
                f"--pid-file={folder / 'p'}",
            ),
            *("--innodb-buffer-pool-size=64M", "--key-buffer-size=1M", "--performance-schema=OFF"),
            *("--max-connections=200", "--skip-name-resolve", "--skip-log-bin"),
        ),
        environment=found.environment,
        ready=lambda run: "ready for connections" in run.output() and ports.answers(port),
        healthy=lambda: ports.answers(port),
        prepare=prepare,
    )


@contextlib.contextmanager
def running_mariadb() -> Iterator[Server]:
    """A server of its own for the block. Raises NoMariaDb."""
    found = installation()
    with folder_for_tests() as folder:
        (port,) = free_ports(1)
        url = f"mysql+asyncmy://root@{ports.HOST}:{port}/{DATABASE}"
        with Server(component(found, folder, port), folder / "log", url) as server:
            yield server


def main() -> None:
    """Has it ready before the tests, whose time is limited."""
    if os.environ.get("ATRIUM_TEST_MARIADB_URL"):
        return
    try:
        installation()
    except NoMariaDb as reason:
        print(f"The tests on MariaDB will be skipped: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()
