"""A real platform for journeys: `atrium up` in a folder of its own, and people who use it through the edge."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery staple"
ROOT = "root@example.com"


class Platform:
    """`atrium up --detach` under its own ATRIUM_HOME, ports and settings."""

    def __init__(self, home: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATRIUM_")}
        self.environment = {
            **kept,
            "ATRIUM_HOME": str(home),
            "ATRIUM_EDGE_ADDRESS": f"127.0.0.1:{self.port}",
            # Many people at one address: what budgets do is tested at the edge.
            "ATRIUM_EDGE_SIGN_IN_PER_MINUTE": "1000000",
            "ATRIUM_EDGE_PUBLIC_PER_MINUTE": "1000000",
            "ATRIUM_EDGE_TIERS": json.dumps(dict.fromkeys(("free", "standard", "premium", "platform"), 1_000_000)),
            "ATRIUM_IAM_ADDRESS_TRIES": "100000",
            **settings,
        }

    def command(self, *words: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Runs an `atrium` command."""
        return subprocess.run(
            [sys.executable, "-m", "actors", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def start(self) -> None:
        done = self.command("up", "--detach", seconds=180)
        assert done.returncode == 0, done.stdout + done.stderr

    def stop(self) -> None:
        done = self.command("down")
        assert done.returncode == 0, done.stdout + done.stderr

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.command("status", "--json").stdout)
        return found

    def client(self, token: str = "", **headers: str) -> httpx.Client:
        if token:
            headers["authorization"] = f"Bearer {token}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    # --- people ---

    def set_up(self) -> str:
        """Completes set-up if it is open and signs the Super Admin in. Returns the access token."""
        with self.client() as anyone:
            if ok(anyone.get("/api/v1/setup"))["open"]:
                code = (self.home / "setup-code").read_text().strip()
                body = {"code": code, "organizationName": "Example", "displayName": "Root"}
                ok(anyone.post("/api/v1/setup", json={**body, "email": ROOT, "password": PASSWORD}))
        return str(self.sign_in(ROOT)["accessToken"])

    def sign_in(self, address: str, tenant: str = "", password: str = PASSWORD) -> dict[str, Any]:
        realm = "REALM_TENANT" if tenant else "REALM_PLATFORM"
        body = {"realm": realm, "tenant": tenant, "email": address, "password": password}
        with self.client() as anyone:
            return ok(anyone.post("/api/v1/auth/login", json=body))

    def create_tenant(self, admin: str, slug: str, plan: str = "standard") -> dict[str, Any]:
        """Creates a tenant and waits until it is ACTIVE."""
        with self.client(admin) as client:
            body = {
                "slug": slug,
                "displayName": f"Company {slug}",
                "plan": plan,
                "adminEmail": f"admin@{slug}.example",
                "adminDisplayName": "Ada Admin",
            }
            tenant = ok(client.post("/api/v1/tenants", json=body))
            return eventually(
                lambda: ok(client.get(f"/api/v1/tenants/{tenant['id']}")), lambda t: t["state"] == "STATE_ACTIVE"
            )

    def accept(self, address: str) -> dict[str, Any]:
        """Accepts the invitation that was mailed to the address. Returns what signing in answers."""
        mail = eventually(lambda: self.mails(address), bool)[-1]
        with self.client() as anyone:
            body = {"token": link_token(mail), "password": PASSWORD}
            return ok(anyone.post("/api/v1/auth/invitation/accept", json=body))

    def tenant_admin(self, admin: str, slug: str, plan: str = "standard") -> tuple[dict[str, Any], str]:
        """An ACTIVE tenant and the access token of its admin."""
        tenant = self.create_tenant(admin, slug, plan)
        return tenant, str(self.accept(f"admin@{slug}.example")["accessToken"])

    def log_sizes(self) -> dict[Path, int]:
        """The logs of all components and actors, and how long each is."""
        suffixes = (".log", ".err", ".out")
        return {
            file: file.stat().st_size for file in self.home.rglob("*") if file.is_file() and file.suffix in suffixes
        }

    def faults(self, since: dict[Path, int] | None = None) -> list[str]:
        """What the logs say of errors that nobody handled, from so far into each on, with the lines that follow."""
        found = []
        logs = self.log_sizes()
        assert logs, "the platform keeps logs"
        for file in logs:
            with file.open("rb") as open_file:
                open_file.seek((since or {}).get(file, 0))
                lines = open_file.read().decode(errors="replace").splitlines()
            for number, line in enumerate(lines):
                # gRPC's own word about headers that are no text, which it leaves out.
                ours = "Invalid encoding on" not in line
                if ours and ("unhandled error" in line or "Traceback" in line):
                    found.append(f"{file.name}: " + "\n".join(lines[number : number + 40])[:4000])
                    break
        return found

    def mailed(self) -> Counter[str]:
        """How many mails went to each address."""
        files = (self.home / "outbox").glob("*.eml")
        policy = email.policy.default
        return Counter(str(email.message_from_bytes(file.read_bytes(), policy=policy)["to"]) for file in files)

    def mails(self, address: str) -> list[str]:
        """The texts of the mails to an address, oldest first."""
        found = []
        for file in sorted((self.home / "outbox").glob("*.eml")):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            if message["to"] == address and body is not None:
                found.append(body.get_content())
        return found


def pages(client: httpx.Client, path: str, name: str, **params: Any) -> Iterator[dict[str, Any]]:
    """All of a list."""
    token = ""
    while True:
        answer = ok(client.get(path, params={**params, "pageSize": 500, "pageToken": token}))
        yield from answer[name]
        token = answer["nextPageToken"]
        if not token:
            return


def ok(answer: httpx.Response) -> dict[str, Any]:
    """The answer's body, which must be a success."""
    assert answer.status_code == 200, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    )
    found: dict[str, Any] = answer.json()
    return found


def reason(answer: httpx.Response) -> str:
    """The machine-readable reason of a refusal; every refusal has one and the one shape."""
    body = answer.json()
    assert set(body) == {"code", "message", "details"}, body
    assert body["message"], body
    info = next(d for d in body["details"] if d["@type"].endswith("google.rpc.ErrorInfo"))
    return str(info["reason"])


def eventually(look: Callable[[], Any], good: Callable[[Any], Any], seconds: float = 20) -> Any:
    """What `look` returns once it is good; fails when it is not within the time."""
    give_up = time.monotonic() + seconds
    while True:
        found = look()
        if good(found):
            return found
        assert time.monotonic() < give_up, f"not within {seconds} s; last seen: {found}"
        time.sleep(0.02)


def link_token(mail: str) -> str:
    match = re.search(r"#token=(\S+)", mail)
    assert match is not None, mail
    return match[1]


@contextlib.contextmanager
def running(home: Path, **settings: str) -> Iterator[Platform]:
    """A platform for the length of the block; nothing of it is left afterwards."""
    platform = Platform(home, **settings)
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
