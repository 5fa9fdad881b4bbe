"""A whole platform in one process, on memory back-ends: real modules, real chain, no ray, no network.

async with World() as world:
    admin = await world.set_up()
    tenant = await world.call("tenants.CreateTenant", admin, slug="acme", ...)
    await world.settle()
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import pickle
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import argon2
import jwt.api_jwt
import protovalidate
from google.protobuf.message import Message

import actors.iam.api_keys
import actors.kernel.access.tokens
from actors import MODULES
from actors.kernel.call import Call, Principal
from actors.kernel.clock import ManualClock
from actors.kernel.errors import AtriumError
from actors.kernel.events.memory import MemoryBus
from actors.kernel.host.module_host import ModuleHost, Ports
from actors.kernel.mail import Mail
from actors.kernel.module import Module, card
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings
from actors.kernel.store.contract import Backend
from actors.kernel.store.memory import MemoryBackend, Table
from actors.kernel.store.migrate import layout

SETUP_CODE = "WORLD-SETUP-CODE"
PASSWORD = "correct horse battery staple"
SETTLE_SECONDS = 20.0


@dataclass
class Outbox:
    """A mailer that keeps what it is given; a second copy of one id replaces the first, as mail servers do."""

    mails: dict[str, Mail] = field(default_factory=dict)

    async def send(self, id: str, mail: Mail) -> None:
        self.mails[id] = mail

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails.values() if mail.to == address]


class LocalMesh:
    """Calls between modules of one process, through the same chain as calls from outside."""

    def __init__(self, world: World) -> None:
        self.world = world

    def dial(self, module: str, stub: Callable[[Any], Any]) -> Any:
        return stub(_Channel(self.world))


class _Channel:
    def __init__(self, world: World) -> None:
        self.world = world

    def unary_unary(self, path: str, **_: Any) -> Callable[..., Any]:
        async def invoke(request: Any, metadata: Any = (), **_: Any) -> Any:
            return await self.world.invoke(path.lstrip("/"), request, dict(metadata or ()))

        return invoke

    def unary_stream(self, path: str, **_: Any) -> Callable[..., Any]:
        raise NotImplementedError("modules do not stream to each other")


@dataclass(frozen=True)
class Snapshot:
    """A world as it was: set up, with one tenant in the pool and one in a database of its own."""

    tables: bytes
    """Pickled, as are the books."""
    books: bytes
    now: datetime
    root: str
    acme: Any
    acme_admin: str
    globex: Any
    globex_admin: str


class World:
    """All modules of the installation over one memory store and bus, with a clock that tests move.

    Modules with books have a second memory store for them.
    """

    root: str
    """The Super Admin's token; in a furnished world."""
    acme: Any
    """A tenant in the pool; in a furnished world."""
    acme_admin: str
    globex: Any
    """A tenant with a database of its own; in a furnished world."""
    globex_admin: str

    def __init__(
        self,
        backend: Backend | None = None,
        modules: tuple[str | Module, ...] = MODULES,
        sql: Backend | None = None,
        **settings: Any,
    ) -> None:
        self.clock = ManualClock()
        self.clock.advance(timedelta(seconds=int(time.time() - self.clock.now().timestamp())))
        self._replaced = contextlib.ExitStack()
        self.backend: Backend = backend or MemoryBackend()
        self.sql: Backend = sql or MemoryBackend()
        self.bus = MemoryBus(self.clock)
        self.mails = Outbox()
        self.sealer = Sealer(b"a secret of the test world, 32 bytes")
        self.settings = settings
        self.cards: list[Module] = [one if isinstance(one, Module) else card(one) for one in modules]
        self._jwks: list[bytes] = []
        self._keys_changed = asyncio.Event()
        self.hosts: dict[str, ModuleHost] = {}
        self._composed: dict[str, Any] = {}

    @classmethod
    def furnished(cls, backend: MemoryBackend | None = None, **settings: Any) -> Self:
        """A world that is set up and has two tenants, each with its first administrator signed in; made in no time."""
        kept = _snapshot()
        backend = backend or MemoryBackend()
        backend._tables = _tables_in(kept.tables)
        world = cls(backend, **settings)
        if isinstance(world.sql, MemoryBackend):
            world.sql._tables = _tables_in(kept.books)
        world.clock._now = kept.now
        world.root, world.acme, world.acme_admin = kept.root, kept.acme, kept.acme_admin
        world.globex, world.globex_admin = kept.globex, kept.globex_admin
        return world

    def _own_the_time(self) -> None:
        """Lets the world's clock decide whether a token has expired."""

        class Now(datetime):
            now = staticmethod(lambda tz=None: self.clock.now())  # type: ignore[assignment]

        seconds = SimpleNamespace(time=lambda: self.clock.now().timestamp())
        for owner, name, value in (
            (actors.kernel.access.tokens, "time", seconds),
            (actors.iam.api_keys, "time", seconds),
            (jwt.api_jwt, "datetime", Now),
        ):
            self._replaced.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)

    async def __aenter__(self) -> Self:
        self._own_the_time()
        platform = PlatformSettings(public_url="http://127.0.0.1:8080", home=Path("/nonexistent"))
        await self.backend.ensure(layout([(one.name, one.collections) for one in self.cards]))
        for one in self.cards:
            ports = Ports(
                backend=self.backend,
                bus=self.bus,
                mesh=LocalMesh(self),
                mailer=self.mails,
                clock=self.clock,
                sealer=self.sealer,
                platform=platform,
                publish_jwks=self._publish_jwks,
                watch_jwks=self._watch_jwks,
                sql=self.sql,
            )
            given = {"setup_code": SETUP_CODE} if one.name == "iam" else {}
            host = ModuleHost(one, self.cards, one.settings(**given, **self.settings.get(one.name, {})), ports)
            self.hosts[one.name] = host
            host.chain.validator = _validator()  # it compiles each message's rules once
            for method, handler in host.methods():
                self._composed[method.full_name] = (method, host.chain.compose(method, handler))
        # What a hash must cost is for one test to say; here it would cost minutes.
        self.service("iam", "SetupService").passwords._argon2 = argon2.PasswordHasher(1, 8, 1)
        for host in self.hosts.values():
            await host.start()
        await self.settle()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self.settle()
        for host in self.hosts.values():
            await host.stop()
        self._replaced.close()

    async def _publish_jwks(self, document: bytes) -> None:
        self._jwks.append(document)
        self._keys_changed.set()
        for host in self.hosts.values():
            host.verifier.set_keys(document)

    async def _watch_jwks(self) -> AsyncIterator[bytes]:
        if self._jwks:
            yield self._jwks[-1]
        await asyncio.Event().wait()

    async def settle(self) -> None:
        """Returns once everything announced so far has been relayed, delivered and reacted to."""
        give_up = time.monotonic() + SETTLE_SECONDS
        quiet = rounds = 0
        while quiet < 3:
            if time.monotonic() > give_up:
                raise TimeoutError(f"the world does not come to rest; dead letters: {await self.bus.dead_letters()}")
            for host in self.hosts.values():
                await host.flush()
            waiting = 0
            for host in self.hosts.values():
                waiting += sum([await relay.drain() for relay in host.relays])
            rounds += 1
            await asyncio.sleep(0 if rounds < 200 else 0.001)
            # All in one moment: what a reaction commits while another outbox is looked at must not be missed.
            quiet = quiet + 1 if waiting == 0 and self.bus.idle() and not self._announcing() else 0

    def _announcing(self) -> bool:
        return any(
            backend._tables.get(("", host.store.outbox.name))
            for backend in (self.backend, self.sql)
            if isinstance(backend, MemoryBackend)
            for host in self.hosts.values()
        )

    async def later(self, **span: float) -> None:
        """Lets time pass, as `timedelta` takes it, and what is due by then happen."""
        self.clock.advance(timedelta(**span))
        while self.bus.fire_due():
            await self.settle()
        await self.settle()

    def records(self, name: str, database: str = "") -> list[dict[str, Any]]:
        """What the store holds in a collection, by its name in the database; of the books, `database` is "books"."""
        assert isinstance(self.backend, MemoryBackend)
        if database == "books":
            assert isinstance(self.sql, MemoryBackend)
            return list(self.sql._tables.get(("", name), {}).values())
        return list(self.backend._tables.get((database, name), {}).values())

    def mentions(self, text: str) -> list[str]:
        """The collections, as `<database>/<name>`, that have the text somewhere in a record."""
        assert isinstance(self.backend, MemoryBackend) and isinstance(self.sql, MemoryBackend)
        tables = [*self.backend._tables.items(), *((("books", n), t) for (_, n), t in self.sql._tables.items())]
        return sorted(f"{d}/{n}" for (d, n), table in tables if any(text in repr(one) for one in table.values()))

    def service(self, module: str, name: str) -> Any:
        """The servicer at work."""
        return next(one for one in self.hosts[module].furnished.services if type(one).__name__ == name)

    async def seal(self) -> int:
        """Seals what waits in the audit logs, as the worker does every second."""
        await self.settle()
        return int(await self.service("iam", "AuditLogService").seals.seal_all())

    def find(self, name: str) -> str:
        """`iam.GetUser` → the method's full name."""
        module, _, method = name.partition(".")
        found = [f for f, (m, _) in self._composed.items() if m.module == module and m.name == method]
        if len(found) != 1:
            raise LookupError(f"{name} is not one method: {found}")
        return found[0]

    async def invoke(
        self, full_name: str, request: Any, headers: dict[str, str], seen: dict[str, str] | None = None
    ) -> Any:
        method, run = self._composed[full_name]
        if method.takes_stream and isinstance(request, Message):
            request = _stream_of([request])
        call = Call(
            request_id=self.clock.new_id("req"),
            method=method,
            request=None if method.takes_stream else request,
            address=headers.get("x-forwarded-for", "192.0.2.1"),
            user_agent=headers.get("user-agent", "test"),
            headers=headers,
            started_ms=int(self.clock.now().timestamp() * 1000),
        )
        # Each call in a task of its own, as a server runs it.
        try:
            return await asyncio.create_task(run(request, call))
        finally:
            if seen is not None:
                seen.update(call.response_headers)

    async def call(
        self,
        name: str,
        token: str = "",
        /,
        *,
        headers: dict[str, str] | None = None,
        seen: dict[str, str] | None = None,
        **fields: Any,
    ) -> Any:
        """Calls a method as the holder of a token. Raises the AtriumError it is refused with.

        A stream is answered as the list of its messages. `seen` takes the headers that came before the answer.
        """
        answer = await self.open(name, token, headers=headers, seen=seen, **fields)
        return [one async for one in answer] if hasattr(answer, "__anext__") else answer

    async def open(
        self,
        name: str,
        token: str = "",
        /,
        *,
        headers: dict[str, str] | None = None,
        seen: dict[str, str] | None = None,
        **fields: Any,
    ) -> Any:
        """The same, but a stream is answered as it is."""
        full_name = self.find(name)
        method = self._composed[full_name][0]
        sent = dict(headers or {})
        if token:
            sent["authorization"] = f"Bearer {token}"
        # Tokens are stamped with the time: let it pass, as it does between two calls of a person.
        self.clock.advance(timedelta(milliseconds=5))
        return await self.invoke(full_name, method.request(**fields), sent, seen)

    async def send(
        self, name: str, token: str, messages: Iterable[Any] | AsyncIterable[Any], *, seen: dict[str, str] | None = None
    ) -> Any:
        """Calls a method that takes a stream, with these messages or those of an async iterator."""
        stream = messages if isinstance(messages, AsyncIterable) else _stream_of(messages)
        self.clock.advance(timedelta(milliseconds=5))
        return await self.invoke(self.find(name), aiter(stream), {"authorization": f"Bearer {token}"}, seen)

    # --- the main job ---

    async def set_up(self) -> str:
        """Completes set-up and signs the Super Admin in. Returns the access token."""
        await self.call(
            "iam.CompleteSetup",
            code=SETUP_CODE,
            organization_name="Example Software",
            email="root@example.com",
            display_name="Root",
            password=PASSWORD,
        )
        return str((await self.login("root@example.com")).access_token)

    async def login(self, email: str, tenant: str = "", password: str = PASSWORD, **more: Any) -> Any:
        """Signs in; to the platform, or to a tenant by slug."""
        return await self.call(
            "iam.Login", realm=2 if tenant else 1, tenant=tenant, email=email, password=password, **more
        )

    async def sign_in_again(self) -> None:
        """New tokens for the Super Admin and the tenants' administrators, after time has passed."""
        self.root = str((await self.login("root@example.com")).access_token)
        self.acme_admin = str((await self.login("admin@acme.example", "acme")).access_token)
        self.globex_admin = str((await self.login("admin@globex.example", "globex")).access_token)

    async def person(self, admin: str, email: str, *roles: str, tenant: Any = None) -> tuple[Any, str]:
        """A new user with these roles, and the user's token; of the tenant, by default of the administrator's own."""
        tenant_id = tenant.id if tenant is not None else principal_of(self, admin).tenant_id
        slug = next((one["slug"] for one in self.records("tenant_directory") if one["id"] == tenant_id), "")
        user = await self.call(
            "iam.CreateUser",
            admin,
            tenant_id=tenant_id,
            email=email,
            display_name=email.partition("@")[0].title(),
            password=PASSWORD,
            role_ids=roles,
        )
        signed_in = await self.login(email, slug)
        await self.settle()
        return user, str(signed_in.access_token)

    async def holder(self, *permissions: str, tenant: Any = None) -> str:
        """The token of a machine with exactly these permissions, of the platform or of a tenant."""
        made = await self.call(
            "iam.CreateApiKey",
            self.root,
            tenant_id=tenant.id if tenant is not None else "",
            display_name="holder",
            permissions=permissions,
        )
        return str((await self.call("iam.ExchangeApiKey", api_key=made.secret)).access_token)

    async def active_tenant(self, admin: str, slug: str = "acme", plan: str = "standard") -> tuple[Any, str]:
        """Creates a tenant and takes it to ACTIVE with its first admin signed in. Returns it and the admin's token."""
        tenant = await self.call(
            "tenants.CreateTenant",
            admin,
            slug=slug,
            display_name=slug.title(),
            plan=plan,
            admin_email=f"admin@{slug}.example",
            admin_display_name="Ada",
        )
        await self.settle()
        token = link_token(self.mails.to(f"admin@{slug}.example")[-1])
        signed_in = await self.call("iam.AcceptInvitation", token=token, password=PASSWORD)
        await self.settle()
        tenant = await self.call("tenants.GetTenant", admin, id=tenant.id)
        return tenant, signed_in.access_token


async def _stream_of(messages: Iterable[Any]) -> AsyncIterator[Any]:
    for message in messages:
        yield message


@functools.cache
def _validator() -> protovalidate.Validator:
    return protovalidate.Validator()


@functools.cache
def _snapshot() -> Snapshot:
    async def build() -> Snapshot:
        async with World() as world:
            root = await world.set_up()
            acme, acme_admin = await world.active_tenant(root)
            globex, globex_admin = await world.active_tenant(root, "globex", "enterprise")
            await world.seal()
            await world.settle()
            assert isinstance(world.backend, MemoryBackend) and isinstance(world.sql, MemoryBackend)
            return Snapshot(
                tables=_pickled(world.backend),
                books=_pickled(world.sql),
                now=world.clock.now(),
                root=root,
                acme=acme,
                acme_admin=acme_admin,
                globex=globex,
                globex_admin=globex_admin,
            )

    # In a thread of its own: the caller's may have an event loop already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, build()).result()


def _pickled(backend: MemoryBackend) -> bytes:
    """All documents; read again in a fraction of the time that copying them takes."""
    return pickle.dumps({key: dict(table) for key, table in backend._tables.items()})


def _tables_in(pickled: bytes) -> dict[tuple[str, str], Table]:
    found: dict[tuple[str, str], Table] = {}
    for key, documents in pickle.loads(pickled).items():
        found[key] = Table()
        found[key].update(documents)
    return found


def link_token(mail: Mail) -> str:
    """The one-time token of a mailed link."""
    return next(word for word in mail.text.split() if "#token=" in word).partition("#token=")[2]


@contextlib.contextmanager
def refused(reason: str) -> Any:
    """Passes when the block is refused for this reason; the block's error is the value's `error`."""

    class Seen:
        error: AtriumError | None = None

    seen = Seen()
    try:
        yield seen
    except AtriumError as error:
        seen.error = error
        assert error.reason() == reason, f"refused with {error.reason()}: {error}, not {reason}"
    else:
        raise AssertionError(f"not refused; expected {reason}")


def principal_of(world: World, token: str) -> Principal:
    return world.hosts["iam"].verifier.verify(token)


def stub_of(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"actors.api.{module}.v1"), name)
