"""The files of a running edge, all in one folder, and how Envoy is started on them."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from edge.settings import EdgeSettings


@dataclass(frozen=True)
class Layout:
    """Names of the files below one folder. `render` writes the static ones, `discover` those in `watched`."""

    folder: Path

    @property
    def bootstrap(self) -> Path:
        return self.folder / "bootstrap.json"

    @property
    def descriptors(self) -> Path:
        return self.folder / "descriptors.binpb"

    @property
    def api_description(self) -> Path:
        """Folder of `openapi.json`."""
        return self.folder / "api"

    @property
    def docs(self) -> Path:
        return self.folder / "docs"

    @property
    def watched(self) -> Path:
        """Folder whose files Envoy reads anew whenever one is moved into it."""
        return self.folder / "watched"

    @property
    def token_rules(self) -> Path:
        """What the filter that verifies tokens is told, all but the keys."""
        return self.folder / "token-rules.json"

    @property
    def jwks(self) -> Path:
        """The keys that verify tokens, as they were published last."""
        return self.folder / "jwks.json"

    @property
    def tokens(self) -> Path:
        """Rules and keys together, as Envoy reads them."""
        return self.watched / "tokens.json"

    def endpoints(self, module: str) -> Path:
        return self.watched / f"endpoints-{module}.json"

    @property
    def tls(self) -> Path:
        return self.folder / "tls.json"

    @property
    def access_log(self) -> Path:
        return self.folder / "access.log"

    @property
    def admin_address(self) -> Path:
        """Where a running Envoy writes `host:port` of its administration page."""
        return self.folder / "admin-address"


def envoy_arguments(layout: Layout, settings: EdgeSettings) -> list[str]:
    """Arguments of the Envoy binary for a rendered folder. Several such Envoys may run on one machine."""
    arguments = ["--config-path", str(layout.bootstrap), "--use-dynamic-base-id", "--log-level", "warning"]
    arguments += ["--admin-address-path", str(layout.admin_address), "--drain-time-s", "5"]
    if settings.concurrency:
        arguments += ["--concurrency", str(settings.concurrency)]
    return arguments


def write_atomically(path: Path, content: bytes) -> bool:
    """Writes beside and renames over, so that no reader ever sees half a file. False: it held this already."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return True
