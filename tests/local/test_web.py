"""The built web application, as the platform finds it."""

from pathlib import Path

import pytest

from actors.kernel.settings import PlatformSettings, load
from actors.local import environment, web
from actors.local.home import create


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("one")
    (folder / "assets" / "index-aaaaaaaa.js").write_text("1")
    monkeypatch.setattr(web, "FOLDER", folder)
    monkeypatch.delenv("ATRIUM_EDGE_PAGES", raising=False)
    return folder


def test_every_change_of_the_build_is_another_version(built: Path) -> None:
    versions = [web.version(str(built))]
    (built / "index.html").write_text("two")
    versions.append(web.version(str(built)))
    (built / "assets" / "index-aaaaaaaa.js").rename(built / "assets" / "index-bbbbbbbb.js")
    versions.append(web.version(str(built)))
    assert len(set(versions)) == 3
    assert versions[-1] == web.version(str(built)) and web.version(None) == ""


def test_envoy_is_told_where_the_build_is(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = create(tmp_path / "h")

    def pages() -> str | None:
        chosen = {"envoy-admin": 1}
        return environment.filled(home, load(PlatformSettings), chosen, "http://127.0.0.1:1").get("ATRIUM_EDGE_PAGES")

    assert pages() == str(built)
    monkeypatch.setenv("ATRIUM_EDGE_PAGES", "/elsewhere")
    assert pages() is None, "what a person has set wins"
    monkeypatch.delenv("ATRIUM_EDGE_PAGES")
    (built / "index.html").unlink()
    assert web.built() is None and pages() is None
