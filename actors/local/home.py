"""The folder that holds everything Atrium keeps on this machine.

| name | holds |
|---|---|
| `version` | number of the folder's layout; written last, so a folder without it is half made |
| `secret-key`, `setup-code`, `secrets/` | made once, readable by the owner only |
| `mongod/`, `nats/` | data of the embedded servers |
| `books/` | the SQLite file in which modules keep their books |
| `edge/`, `ray/`, `run/` | made anew whenever needed: configuration, sockets, state of the running platform |
| `log/` | one log for each component |
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from actors.local import files
from actors.local.errors import LocalError

LAYOUT = 1
UPGRADES: tuple[Callable[[Path], None], ...] = ()
"""`UPGRADES[n - 1]` turns layout n into layout n + 1; it must be safe to run again after a crash half-way."""

FOLDERS = ("secrets", "mongod", "nats", "books", "edge", "ray", "run", "log", "outbox")
OURS = {*FOLDERS, "version", "secret-key", "setup-code", "generated"}
"""Names that may stand in the folder before it is complete; `generated` is where `make generate` works."""
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, 1, I and O, which people mistake for one another."""
SMALLEST_FREE_BYTES = 500 * 1024 * 1024
LONGEST_RAY_FOLDER = 40
"""Ray adds up to 65 characters to it for its sockets, and the kernel takes 107 in all."""


@dataclass(frozen=True)
class Home:
    """A complete folder of the current layout. Make one with `create` or `existing`."""

    path: Path

    @property
    def id(self) -> str:
        """Short name of this folder, unlike that of any other on the machine."""
        return hashlib.sha256(str(self.path).encode()).hexdigest()[:12]

    @property
    def state(self) -> Path:
        return self.path / "run" / "state.json"

    @property
    def ports(self) -> Path:
        return self.path / "run" / "ports.json"

    @property
    def ray_folder(self) -> Path:
        """Where Ray keeps its session: in the folder, or in the system's temporary folder when the path is too long."""
        inside = self.path / "ray"
        if len(str(inside)) <= LONGEST_RAY_FOLDER:
            return inside
        return Path(tempfile.gettempdir()) / f"atrium-{self.id}"

    def log(self, component: str) -> Path:
        return self.path / "log" / f"{component}.log"

    def secret(self, name: str) -> str:
        """The secret of that name. Raises LocalError when its file is gone."""
        path = self.path / name if name in ("secret-key", "setup-code") else self.path / "secrets" / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            raise LocalError(
                f"{path} is missing, and what it sealed cannot be read without it. Restore it from a backup, or set "
                f"ATRIUM_HOME to an empty folder to begin anew; {self.path} is left as it is."
            ) from None
        except PermissionError:
            raise LocalError(f"{path} cannot be read by this user; run `atrium` as the user that owns it.") from None

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Holds the folder for one supervisor; yields False when another one holds it."""
        descriptor = os.open(self.path / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)


def existing(path: Path) -> Home | None:
    """The folder when it is complete; None when there is none yet or its making was interrupted.

    Raises LocalError for a folder of another layout or another owner.
    """
    path = path.expanduser().resolve()
    if not path.exists():
        return None
    if not path.is_dir():
        raise LocalError(f"{path} is a file, but ATRIUM_HOME must name a folder.")
    if path.stat().st_uid != os.getuid():
        raise LocalError(
            f"{path} belongs to another user (id {path.stat().st_uid}). Run `atrium` as that user, "
            "or set ATRIUM_HOME to a folder of your own."
        )
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise LocalError(f"{path} cannot be written: allow it with `chmod u+rwx {path}`.")
    layout = _layout(path)
    if layout is None:
        return None
    if layout > LAYOUT:
        raise LocalError(
            f"{path} was made by a newer Atrium (layout {layout}, this one knows {LAYOUT}). "
            "Use that version again, or set ATRIUM_HOME to another folder; nothing was changed."
        )
    return Home(path)


def create(path: Path) -> Home:
    """The complete folder, made or upgraded where needed; what is there is kept.

    Interrupted at any point, the next call goes on where it stopped. Raises LocalError when the folder
    holds files that are not Atrium's, belongs to another user, or the disk is full.
    """
    path = path.expanduser().resolve()
    home = existing(path)
    if home is None:
        _refuse_foreign(path)
        _make(path)
        home = Home(path)
    else:
        _upgrade(path)
        for name in FOLDERS:
            (path / name).mkdir(mode=0o700, exist_ok=True)
    for name in ("secret-key", "setup-code", "mongodb-key", "mongodb-password", "nats-password", "ray-token"):
        home.secret(name)
    free = shutil.disk_usage(path).free
    if free < SMALLEST_FREE_BYTES:
        raise LocalError(
            f"Only {free // 1024**2} MB are free on the disk of {path}, and {SMALLEST_FREE_BYTES // 1024**2} MB are "
            "needed. Free some, or set ATRIUM_HOME to a folder on another disk."
        )
    return home


def _layout(path: Path) -> int | None:
    try:
        text = (path / "version").read_text().strip()
    except FileNotFoundError:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise LocalError(
            f"{path / 'version'} should hold the number of the folder's layout but holds {text[:40]!r}. "
            f"Restore it from a backup, or write {LAYOUT} into it if this Atrium made the folder."
        )
    return int(text)


def _refuse_foreign(path: Path) -> None:
    if not path.exists():
        return
    foreign = sorted(entry.name for entry in path.iterdir() if entry.name not in OURS)
    if foreign:
        names = ", ".join(foreign[:5]) + (" …" if len(foreign) > 5 else "")
        raise LocalError(
            f"{path} holds files that are not Atrium's ({names}). Set ATRIUM_HOME to an empty or new folder."
        )
    # Only running servers write there, and they are started once the folder is complete: its version was lost.
    holding = [name for name in ("mongod", "nats", "books") if (path / name).is_dir() and any((path / name).iterdir())]
    if holding:
        raise LocalError(
            f"{path} holds data ({', '.join(holding)}) but its file `version` is gone. Restore it from a backup, or, "
            f"if this Atrium made the folder, put it back with: echo {LAYOUT} > {path / 'version'}"
        )


def _make(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        for name in FOLDERS:
            (path / name).mkdir(mode=0o700, exist_ok=True)
        _secret(path / "secret-key", secrets.token_hex(32))
        _secret(path / "setup-code", "-".join(_letters(5) for _ in range(4)))
        _secret(path / "secrets" / "mongodb-key", secrets.token_hex(48))
        for name in ("mongodb-password", "nats-password", "ray-token"):
            _secret(path / "secrets" / name, secrets.token_hex(24))
        files.write(path / "version", f"{LAYOUT}\n")
    except OSError as error:
        raise LocalError(
            f"{path} could not be made: {error.strerror}. Set ATRIUM_HOME to a folder that you may write to."
        ) from error


def _upgrade(path: Path) -> None:
    for layout in range(_layout(path) or LAYOUT, LAYOUT):
        UPGRADES[layout - 1](path)
        files.write(path / "version", f"{layout + 1}\n")


def _secret(path: Path, value: str) -> None:
    if not path.exists():
        files.write(path, value + "\n")


def _letters(count: int) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(count))


def claim_ray_folder(home: Home) -> Path:
    """Makes the folder for Ray's session. Raises LocalError when somebody else has been there first."""
    folder = home.ray_folder
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise LocalError(
            f"{folder} belongs to another user, and Ray needs it because the path of {home.path} is too long for its "
            "sockets. Set ATRIUM_HOME to a shorter path."
        )
    return folder
