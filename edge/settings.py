"""Settings of the edge, `ATRIUM_EDGE_…`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from actors.kernel.settings import Section

CallsPerMinute = Annotated[int, Field(ge=1, le=10_000_000)]


class EdgeSettings(Section):
    """Where the edge listens and what it lets through."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_EDGE_", frozen=True, extra="ignore", env_ignore_empty=True)

    address: str = "127.0.0.1:8080"
    """`host:port` of the one listener for REST, gRPC and the pages."""
    admin_port: int = Field(default=0, ge=0, le=65535)
    """Port of Envoy's administration page, on loopback only. 0: a free one, which Envoy writes to `admin-address`."""
    tiers: dict[str, CallsPerMinute] = {"free": 120, "standard": 1200, "premium": 6000, "platform": 6000}
    """Calls a minute of one tenant, by the tier claim of its tokens. A minute's worth may come at once and is
    given back evenly. Callers with an API key and no token have a budget for each key, that of `standard`."""
    sign_in_per_minute: CallsPerMinute = 60
    """Calls a minute from one address to methods of RATE_CLASS_SIGN_IN, all of them together."""
    public_per_minute: CallsPerMinute = 600
    """Calls a minute from one address to methods of RATE_CLASS_PUBLIC, to the pages and to what does not exist."""
    cors_origins: list[str] = []
    """Origins whose pages may call the API from a browser, e.g. `https://app.example.com`. None by default."""
    max_request_bytes: int = Field(default=1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    request_timeout_seconds: float = Field(default=15, gt=0, le=600)
    """Longest time of a call that is not a stream. Also the deadline that the actors see."""
    trusted_hops: int = Field(default=0, ge=0, le=10)
    """How many proxies stand in front of the edge, each adding the caller's address to `x-forwarded-for`."""
    max_connections: int = Field(default=10_000, ge=10)
    """Connections from callers, all together."""
    concurrency: int = Field(default=1 if (os.cpu_count() or 1) <= 2 else 0, ge=0, le=256)
    """Worker threads of Envoy. 0: one a core. Default: 1 on a machine with one or two cores, else 0."""
    tls_certificate: Path | None = None
    """PEM chain; with `tls_key` the listener speaks TLS. Replaced files are read anew without a restart."""
    tls_key: Path | None = None
    pages: Path | None = None
    """Folder of a built web application, with `index.html`, served at `/`."""
    audience: str = "atrium"
    """The `aud` that access tokens must carry."""

    @field_validator("address")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("must be host:port, e.g. 127.0.0.1:8080")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("ATRIUM_EDGE_TLS_CERTIFICATE and ATRIUM_EDGE_TLS_KEY go together: set both or neither")
        if "standard" not in self.tiers:
            raise ValueError('ATRIUM_EDGE_TIERS needs an entry "standard": it is the budget of API keys')
        for origin in self.cors_origins:
            if "://" not in origin or origin.endswith("/"):
                raise ValueError(f"ATRIUM_EDGE_CORS_ORIGINS: {origin!r} must be scheme://host[:port] without a path")
        return self

    @property
    def host(self) -> str:
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])
