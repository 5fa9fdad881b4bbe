"""Mixed load with a memory: what was acknowledged must be there afterwards, once."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import httpx

from tests.journeys.platform import Platform, ok

_TRIES_SECONDS = 60.0


@dataclass
class Load:
    """Threads that create users, change them, and read them back, each as a careful client would.

    A create carries an idempotency key and is sent again, with the same key, until it is answered. Nothing else is
    repeated. Every answer is checked against what was acknowledged before.
    """

    platform: Platform
    admin: str
    tenant_id: str
    threads: int = 4
    wrong: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """User id → the display name last acknowledged."""
    unsure: set[str] = field(default_factory=set)
    """Users whose last change was not answered: old and new name are both right."""
    failures: list[tuple[float, str]] = field(default_factory=list)
    successes: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._workers = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(self.threads)]

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for worker in self._workers:
            worker.join(_TRIES_SECONDS + 10)

    def outage(self, since: float) -> float:
        """Seconds from a moment until calls succeed again for good; 0 when none failed."""
        failed = [when for when, _ in self.failures if when >= since]
        if not failed:
            return 0.0
        after = [when for when in self.successes if when >= max(failed)]
        return (min(after) if after else time.monotonic()) - since

    def _work(self, number: int) -> None:
        with self.platform.client(self.admin) as client:
            while not self._stop.is_set():
                id = self._create(client)
                if id is not None:
                    self._rename(client, id)
                    self._read(client, id)

    def _create(self, client: httpx.Client) -> str | None:
        name, key = f"u{uuid.uuid4().hex[:12]}", uuid.uuid4().hex
        body = {"tenantId": self.tenant_id, "email": f"{name}@example.com", "displayName": name}
        give_up = time.monotonic() + _TRIES_SECONDS
        while time.monotonic() < give_up:
            answer = self._send(lambda: client.post("/api/v1/users", json=body, headers={"idempotency-key": key}))
            if answer is None or answer.status_code in (409, 429, 503, 504):
                time.sleep(0.05)
                continue
            if answer.status_code != 200:
                self._wrong(f"create answered {answer.status_code}: {answer.text}")
                return None
            id = str(answer.json()["id"])
            with self._lock:
                if id in self.names:
                    self._wrong(f"two creates made {id}")
                self.names[id] = name
            return id
        self._wrong(f"create was not answered within {_TRIES_SECONDS} s")
        return None

    def _rename(self, client: httpx.Client, id: str) -> None:
        name = f"renamed {uuid.uuid4().hex[:8]}"
        body = {"tenantId": self.tenant_id, "displayName": name}
        answer = self._send(lambda: client.patch(f"/api/v1/users/{id}", json=body))
        with self._lock:
            if answer is not None and answer.status_code == 200:
                self.names[id] = name
                if answer.json()["displayName"] != name:
                    self._wrong(f"rename of {id} answered {answer.json()['displayName']}")
            else:
                self.unsure.add(id)
                if answer is not None and answer.status_code not in (409, 429, 503, 504):
                    self._wrong(f"rename answered {answer.status_code}: {answer.text}")

    def _read(self, client: httpx.Client, id: str) -> None:
        answer = self._send(lambda: client.get(f"/api/v1/users/{id}", params={"tenant_id": self.tenant_id}))
        if answer is None or answer.status_code in (409, 429, 503, 504):
            return
        if answer.status_code != 200:
            self._wrong(f"{id} was acknowledged and is answered with {answer.status_code}: {answer.text}")
        elif id not in self.unsure and answer.json()["displayName"] != self.names[id]:
            self._wrong(f"{id} is {answer.json()['displayName']}, acknowledged was {self.names[id]}")

    def _send(self, send: Callable[[], httpx.Response]) -> httpx.Response | None:
        try:
            answer = send()
        except httpx.HTTPError as error:
            self.failures.append((time.monotonic(), repr(error)))
            return None
        if answer.status_code == 200:
            self.successes.append(time.monotonic())
        else:
            self.failures.append((time.monotonic(), f"{answer.status_code} {answer.text[:200]}"))
        return answer

    def _wrong(self, what: str) -> None:
        self.wrong.append(what)

    def check(self) -> None:
        """Every acknowledged user is there, once, with the name acknowledged last; no answer was wrong."""
        assert not self.wrong, self.wrong[:5]
        found: dict[str, str] = {}
        with self.platform.client(self.admin) as client:
            token = ""
            while True:
                params = {"tenant_id": self.tenant_id, "page_size": 500, "page_token": token}
                page = ok(client.get("/api/v1/users", params=params))
                for user in page["users"]:
                    assert user["id"] not in found, f"{user['id']} is listed twice"
                    found[user["id"]] = user["displayName"]
                if not (token := page["nextPageToken"]):
                    break
        missing = self.names.keys() - found.keys()
        assert not missing, f"{len(missing)} of {len(self.names)} acknowledged users are missing: {sorted(missing)[:3]}"
        changed = {id for id, name in self.names.items() if id not in self.unsure and found[id] != name}
        assert not changed, f"acknowledged names are lost: {sorted(changed)[:3]}"
