"""Checks of the settings, the data folder and the edge's port; and all settings as they are in force."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from actors.kernel.settings import PlatformSettings, Section, SettingsError, load, unknown
from actors.local import catalogue, ports, state
from actors.local.doctor.finding import Finding, fail, ok, warn
from actors.local.environment import of_running_platform
from actors.local.errors import LocalError
from actors.local.home import LAYOUT, Home, existing
from edge.settings import EdgeSettings

PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True)
class Effective:
    """One setting as it is in force; secrets are stars."""

    variable: str
    value: str
    source: str
    """`environment`, `platform` (this machine's own server or secret) or `default`."""


def check(settings: PlatformSettings) -> Iterator[Finding]:
    yield from _settings()
    yield from _home(settings)


def effective() -> list[Effective]:
    """Every setting of every section that can be read."""
    try:
        filled = of_running_platform()
    except LocalError:
        filled = {}
    found = {}
    for section in catalogue.sections():
        try:
            values = load(section)
        except SettingsError:
            continue
        for field, variable in section.variables().items():
            value, source = getattr(values, field), "default"
            if os.environ.get(variable):
                source = "environment"
            elif variable in filled:
                value, source = filled[variable], "platform"
            found[variable] = Effective(variable, _masked(section, field, value), source)
    return list(found.values())


def _masked(section: type[Section], field: str, value: object) -> str:
    if value is None:
        return "–"
    if "SecretStr" in str(section.model_fields[field].annotation) or isinstance(value, SecretStr):
        return "********"
    return PASSWORD.sub("********@", str(value))


def _settings() -> Iterator[Finding]:
    sections = catalogue.sections()
    for complaint in unknown(sections):
        yield fail(f"settings: {complaint}", "Unset the variable or correct its name.")
    for section in sections:
        try:
            load(section)
        except SettingsError as error:
            yield fail(f"settings: {error}", f"Correct the value; see {section.__module__}.")
    yield ok(f"settings: {len(sections)} sections read")


def _home(settings: PlatformSettings) -> Iterator[Finding]:
    path = settings.home.expanduser().resolve()
    try:
        home = existing(path)
    except LocalError as error:
        yield fail(f"data folder: {error}", "See the line itself.")
        return
    if home is None:
        yield ok(f"data folder: none yet, `atrium up` makes {path}")
        yield _edge_port(running=False)
        return
    yield ok(f"data folder: {path}, layout {LAYOUT}")
    yield from _secrets(home)
    now = state.read(home)
    envoy = now.components.get("envoy") if now else None
    yield _edge_port(running=bool(envoy and envoy.process and envoy.process.alive))


def _secrets(home: Home) -> Iterator[Finding]:
    private = [home.path / "secret-key", home.path / "setup-code", *sorted((home.path / "secrets").iterdir())]
    for path in private:
        mend = f"chmod 600 {path}"
        if not path.exists():
            yield fail(f"{path.name} is missing", "Restore it from a backup: what it sealed is lost without it.")
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield fail(f"{path} can be read by other users", mend)


def _edge_port(running: bool) -> Finding:
    try:
        edge = load(EdgeSettings)
    except SettingsError as error:
        return fail(f"edge address: {error}", "Correct ATRIUM_EDGE_ADDRESS.")
    if running:
        return ok(f"edge address: {edge.address}, in use by this platform")
    if ports.free(edge.port, edge.host):
        return ok(f"edge address: {edge.address} is free")
    return warn(
        f"edge address: {edge.address} is in use by {ports.holder(edge.port)}",
        "End that program, or set ATRIUM_EDGE_ADDRESS to another address.",
    )
