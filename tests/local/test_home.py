import stat
from pathlib import Path

import pytest

from actors.local import files, home
from actors.local.errors import LocalError


def test_a_new_folder_holds_secrets_only_its_owner_can_read(tmp_path: Path) -> None:
    made = home.create(tmp_path / "a" / "b")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
    for path in [made.path / "secret-key", made.path / "setup-code", *(made.path / "secrets").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert len(bytes.fromhex(made.secret("secret-key"))) == 32
    groups = made.secret("setup-code").split("-")
    assert [len(group) for group in groups] == [5, 5, 5, 5]
    assert not set("".join(groups)) & set("01IO")


def test_opening_a_folder_again_keeps_its_secrets(tmp_path: Path) -> None:
    first = home.create(tmp_path / "h")
    before = {path: path.read_text() for path in first.path.rglob("*") if path.is_file()}
    second = home.create(tmp_path / "h")
    assert {path: path.read_text() for path in second.path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("crash_at", range(7))
def test_making_that_was_interrupted_anywhere_is_finished_the_next_time(
    tmp_path: Path, crash_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = files.write, 0

    def crash(path: Path, text: str, mode: int = 0o600) -> None:
        nonlocal calls
        if calls == crash_at:
            raise KeyboardInterrupt
        calls += 1
        real(path, text, mode)

    monkeypatch.setattr(files, "write", crash)
    with pytest.raises(KeyboardInterrupt):
        home.create(tmp_path / "h")
    written = {path: path.read_text() for path in (tmp_path / "h").rglob("*") if path.is_file()}
    assert len(written) == crash_at
    assert home.existing(tmp_path / "h") is None
    monkeypatch.setattr(files, "write", real)
    made = home.create(tmp_path / "h")
    assert all(path.read_text() == text for path, text in written.items())
    assert home.existing(tmp_path / "h") == made


def test_a_folder_of_somebody_elses_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("42")
    with pytest.raises(LocalError, match=r"not Atrium's \(thesis.tex\).*ATRIUM_HOME"):
        home.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_make_generate_leaves_in_the_folder_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    assert home.create(tmp_path)


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    made = home.create(tmp_path / "h")
    (made.path / "version").write_text(f"{home.LAYOUT + 1}\n")
    with pytest.raises(LocalError, match="newer Atrium.*nothing was changed"):
        home.create(made.path)


def test_an_older_layout_is_upgraded_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.create(tmp_path / "h").path
    done: list[str] = []
    monkeypatch.setattr(home, "LAYOUT", 3)
    monkeypatch.setattr(home, "UPGRADES", (lambda _: done.append("1→2"), lambda _: done.append("2→3")))
    home.create(path)
    home.create(path)
    assert done == ["1→2", "2→3"]
    assert (path / "version").read_text() == "3\n"


def test_a_broken_version_file_is_explained(tmp_path: Path) -> None:
    path = home.create(tmp_path / "h").path
    (path / "version").write_text("\x00\x00")
    with pytest.raises(LocalError, match="Restore it from a backup"):
        home.create(path)


def test_a_folder_with_data_whose_version_was_lost_is_not_made_anew(tmp_path: Path) -> None:
    path = home.create(tmp_path / "h").path
    (path / "mongod" / "WiredTiger").write_text("data")
    (path / "version").unlink()
    with pytest.raises(LocalError, match=r"holds data \(mongod\).*echo 1 >"):
        home.create(path)
    assert (path / "mongod" / "WiredTiger").read_text() == "data"


@pytest.mark.parametrize("name", ["secret-key", "secrets/mongodb-key", "secrets/ray-token"])
def test_a_lost_secret_is_never_replaced_by_a_new_one(tmp_path: Path, name: str) -> None:
    path = home.create(tmp_path / "h").path
    (path / name).unlink()
    with pytest.raises(LocalError, match=f"{name} is missing.*Restore it"):
        home.create(path)
    assert not (path / name).exists()


def test_a_file_in_the_folders_place_is_explained(tmp_path: Path) -> None:
    (tmp_path / "h").write_text("")
    with pytest.raises(LocalError, match="must name a folder"):
        home.create(tmp_path / "h")


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "SMALLEST_FREE_BYTES", 1 << 60)
    with pytest.raises(LocalError, match="MB are free on the disk"):
        home.create(tmp_path / "h")


def test_one_supervisor_holds_the_folder(tmp_path: Path) -> None:
    made = home.create(tmp_path / "h")
    with made.lock() as first, made.lock() as second:
        assert first and not second
    with made.lock() as again:
        assert again


def test_rays_sockets_find_room_whatever_the_folders_path(tmp_path: Path) -> None:
    long = home.create(tmp_path / ("long" * 20))
    assert len(str(long.ray_folder)) <= home.LONGEST_RAY_FOLDER
    folder = home.claim_ray_folder(long)
    assert folder == long.ray_folder and stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_folder_for_ray_that_somebody_else_has_laid_out_is_refused(tmp_path: Path) -> None:
    long = home.create(tmp_path / ("long" * 20))
    long.ray_folder.symlink_to(tmp_path)
    with pytest.raises(LocalError, match="belongs to another user"):
        home.claim_ray_folder(long)
    long.ray_folder.unlink()
