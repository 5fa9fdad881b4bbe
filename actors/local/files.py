"""Small files written so that a crash leaves the old one or the new one, never half of it."""

import json
import os
from pathlib import Path


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Replaces the file with this text; it survives a power cut once this returns."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, value: object, mode: int = 0o600) -> None:
    write(path, json.dumps(value, indent=1) + "\n", mode)


def read_json(path: Path) -> dict[str, object] | None:
    """The object in the file, or None where there is none that can be read."""
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return value if isinstance(value, dict) else None
