from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from actors.kernel.settings import PlatformSettings, Section, SettingsError, load, unknown


class Shelf(Section):
    model_config = SettingsConfigDict(env_prefix="ATRIUM_SHELF_", frozen=True, extra="ignore", env_ignore_empty=True)
    boards: int = 3


def test_a_misspelled_setting_is_named_with_the_one_that_was_meant() -> None:
    environment = {"ATRIUM_SHELF_BORDS": "4", "ATRIUM_PUBLIC_URL": "x", "HOME": "/", "ATRIUM_XYZZY_QUUX": "1"}
    first, second = unknown([PlatformSettings, Shelf], environment)
    assert first == "ATRIUM_SHELF_BORDS is not a setting; did you mean ATRIUM_SHELF_BOARDS?"
    assert second.startswith("ATRIUM_XYZZY_QUUX is not a setting")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_SHELF_BOARDS", "7")
    assert load(Shelf).boards == 7
    monkeypatch.setenv("ATRIUM_SHELF_BOARDS", "")
    assert load(Shelf).boards == 3, "an empty variable is one that is not set"


def test_a_value_that_cannot_be_used_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_SHELF_BOARDS", "many")
    with pytest.raises(SettingsError, match="ATRIUM_SHELF_BOARDS: .*integer"):
        load(Shelf)
    monkeypatch.setenv("ATRIUM_LOG_LEVEL", "loud")
    monkeypatch.setenv("ATRIUM_MONGODB_DATABASE", "a/b")
    with pytest.raises(SettingsError) as refused:
        load(PlatformSettings)
    assert "ATRIUM_LOG_LEVEL" in str(refused.value) and "ATRIUM_MONGODB_DATABASE" in str(refused.value)


def test_secrets_print_as_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_SECRET_KEY", "ab" * 32)
    monkeypatch.setenv("ATRIUM_SMTP_URL", "smtp://user:hunter2@mail:25")
    settings = load(PlatformSettings, home=Path("/x"))
    assert "abab" not in repr(settings) and "hunter2" not in repr(settings)
