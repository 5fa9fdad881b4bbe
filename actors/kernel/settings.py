"""Settings of the platform, read from the environment once at start.

Every setting is an environment variable `ATRIUM_…`. Each part of the platform declares its own section beside
its code, a subclass of `Section`; a variable that begins with `ATRIUM_` and belongs to no section is an error,
so a misspelled setting never passes unnoticed. Secrets are `SecretStr` and print as stars.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound="Section")


class SettingsError(Exception):
    """The environment holds a setting that is unknown or has a value that cannot be used."""


class Section(BaseSettings):
    """One part's settings. Subclasses set `env_prefix` and their fields with defaults."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    @classmethod
    def variables(cls) -> dict[str, str]:
        """The environment variables of the section, by field name."""
        prefix = cls.model_config.get("env_prefix", "")
        return {name: f"{prefix}{name}".upper() for name in cls.model_fields}


class PlatformSettings(Section):
    """What every part of the platform needs to know."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_", frozen=True, extra="ignore", env_ignore_empty=True)

    env: Literal["development", "production"] = "development"
    """`production` refuses conveniences that are unsafe outside a laptop."""
    home: Path = Path(".atrium")
    """Folder of everything the platform keeps on this machine."""
    public_url: str = "http://127.0.0.1:8080"
    """Address people reach the edge at; links in mails and the tokens' issuer are made from it."""
    secret_key: SecretStr | None = None
    """At least 32 random bytes as hex; seals signing keys, mails and one-time secrets at rest.
    Left out on one machine: kept in `$ATRIUM_HOME/secret-key`."""
    mongodb_url: str | None = None
    """A replica set's connection string. Left out: an embedded mongod."""
    mongodb_database: str = Field("atrium", pattern=r"^[A-Za-z0-9_-]{1,30}$")
    sql_url: SecretStr | None = None
    """Where modules keep their books: `mysql+asyncmy://user:password@host:3306/atrium` (MySQL 8 or MariaDB).
    Left out: SQLite in the file `$ATRIUM_HOME/books/atrium.db`, for modules that all run on this machine."""
    nats_url: str | None = None
    """A JetStream-enabled server, or several separated by commas. Left out: an embedded nats-server."""
    ray_address: str | None = None
    """`host:port` of a Ray cluster's head. Left out: a local head."""
    ray_namespace: str = "atrium"
    smtp_url: SecretStr | None = None
    """`smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…`. Left out: mails go to
    `$ATRIUM_HOME/outbox`, where `atrium mail` lists them."""
    mail_from: str = "Atrium <no-reply@localhost>"
    bind_address: str | None = None
    """Address the service actors listen on. Left out: the node's own address, as Ray knows it."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def books_url(self) -> str:
        """`sql_url`, or the embedded file's."""
        if self.sql_url is not None:
            return self.sql_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.home.expanduser().resolve()}/books/atrium.db"


def load(section: type[S], **overrides: object) -> S:
    """Reads one section. Raises SettingsError naming the variable and what is wrong with its value."""
    try:
        return section(**overrides)
    except ValidationError as error:
        names = section.variables()
        lines = [
            f"{names.get(str(e['loc'][0]), e['loc'])}: {e['msg']}" if e["loc"] else e["msg"] for e in error.errors()
        ]
        raise SettingsError("; ".join(lines)) from error


def unknown(sections: Iterable[type[Section]], environment: Mapping[str, str] | None = None) -> list[str]:
    """Complaints about `ATRIUM_…` variables that no section knows, each with the nearest known name."""
    known = {variable for section in sections for variable in section.variables().values()}
    complaints = []
    for name in sorted(os.environ if environment is None else environment):
        if name.startswith("ATRIUM_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            complaints.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    return complaints
