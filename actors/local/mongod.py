"""The embedded MongoDB: a private replica set of one node, with a password, on loopback only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from actors.local import ports
from actors.local.component import Component
from actors.local.errors import LocalError
from actors.local.home import Home

if TYPE_CHECKING:
    from pymongo import MongoClient

USER = "atrium"
SET = "atrium"
ALREADY_INITIALIZED = 23


def url(home: Home, port: int) -> str:
    password = quote(home.secret("mongodb-password"), safe="")
    return f"mongodb://{USER}:{password}@{ports.HOST}:{port}/?authSource=admin&replicaSet={SET}&directConnection=true"


OPEN_TRANSACTION_SECONDS = 3
"""Transactions of the platform hold writes only and take milliseconds."""


def component(home: Home, binary: Path, port: int, cache_mb: int, environment: Mapping[str, str]) -> Component:
    data = home.path / "mongod"
    key = home.path / "secrets" / "mongodb-key"
    command = (
        str(binary),
        *("--dbpath", str(data), "--port", str(port), "--bind_ip", ports.HOST, "--nounixsocket"),
        *("--replSet", SET, "--keyFile", str(key), "--quiet"),
        *("--wiredTigerCacheSizeGB", f"{cache_mb / 1024:g}", "--oplogSize", "256"),
        # Small journal files, not made in advance: 17 MB for an empty database instead of 300.
        *("--wiredTigerEngineConfigString", "log=(file_max=16MB,prealloc=false)"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # What a killed process left open is given up after this; until then it locks the records it wrote.
        *("--setParameter", f"transactionLifetimeLimitSeconds={OPEN_TRANSACTION_SECONDS}"),
    )
    return Component(
        name="mongod",
        command=command,
        environment=environment,
        ready=lambda run: ports.answers(port) and settle(home, port),
        healthy=lambda: ports.answers(port) and settle(home, port),
        ports={"mongod": port},
        prepare=raise_descriptor_limit,
    )


def raise_descriptor_limit() -> None:
    """Lets this process and what it starts open as many files as allowed: mongod aborts when it runs out of them."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 64_000 if hard == resource.RLIM_INFINITY else min(hard, 64_000)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def settle(home: Home, port: int) -> bool:
    """Brings a listening mongod to a writable primary with our user; safe to repeat.

    Does what is missing: makes the replica set, corrects its address after a change of port, makes the user.
    Returns False while the node is not primary yet.
    """
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError

    address = f"{ports.HOST}:{port}"
    try:
        # The key of the replica set opens the account that its own members use; it is there before any user is.
        with MongoClient[dict[str, Any]](
            ports.HOST,
            port,
            directConnection=True,
            serverSelectionTimeoutMS=2000,
            username="__system",
            password=home.secret("mongodb-key"),
            authSource="local",
            authMechanism="SCRAM-SHA-256",
        ) as client:
            hello = client.admin.command("hello")
            if hello.get("isreplicaset"):
                try:
                    client.admin.command("replSetInitiate", {"_id": SET, "members": [{"_id": 0, "host": address}]})
                except OperationFailure as error:
                    if error.code != ALREADY_INITIALIZED:
                        raise
                    _correct_address(client, address)
                return False
            if not hello.get("isWritablePrimary"):
                return False
            if not client.admin.command("usersInfo", USER)["users"]:
                client.admin.command("createUser", USER, pwd=home.secret("mongodb-password"), roles=["root"])
    except OperationFailure as error:
        raise LocalError(
            f"mongod at {address} refused to be set up: {error.details and error.details.get('errmsg') or error}. "
            f"Is it another program's? Set ATRIUM_MONGODB_URL to use a server of your own."
        ) from error
    except PyMongoError:
        return False
    return True


def _correct_address(client: MongoClient[dict[str, Any]], address: str) -> None:
    """The set remembers its member's port and refuses to be one when it is started on another."""
    configuration = client.local["system.replset"].find_one()
    if configuration is None or configuration["members"][0]["host"] == address:
        return
    configuration["members"][0]["host"] = address
    configuration["version"] += 1
    client.admin.command("replSetReconfig", configuration, force=True)


def primary(url: str, seconds: float) -> str:
    """The server's version and replica set, in words. Raises LocalError when it is not a writable replica set."""
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    try:
        with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=int(seconds * 1000)) as client:
            hello = client.admin.command("hello")
            version = client.admin.command("buildInfo")["version"]
    except PyMongoError as error:
        raise LocalError(str(error).partition(", Timeout:")[0]) from error
    if not hello.get("setName"):
        raise LocalError("it is not a replica set, and transactions need one: start it with --replSet")
    if not hello.get("isWritablePrimary"):
        raise LocalError("it is not the primary")
    return f"version {version}, primary of {hello['setName']}"
