"""The web application as `make ui` leaves it; Envoy serves it."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "ui" / "dist"


def built() -> Path | None:
    """The folder of the built application; None when there is none, as in an installation without the sources."""
    return FOLDER if (FOLDER / "index.html").is_file() else None


def version(folder: str | None) -> str:
    """Changes with any file of the folder; empty without one."""
    if not folder:
        return ""
    digest = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            digest.update(f"{path}\0{path.stat().st_size}\0".encode())
            # The names of all others hold a hash of their content.
            if path.parent == Path(folder):
                digest.update(path.read_bytes())
    return digest.hexdigest()
