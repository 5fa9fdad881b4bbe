"""The web application's own tests, as part of all tests. While working on it `ui/npm run test:unit` is quicker."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from edge import refusals

UI = Path(__file__).resolve().parents[2] / "ui"


def run(script: str) -> None:
    command = [str(UI / "npm"), "run", "--silent", script, "--", "--reporter=dot"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.live  # needs no server, but as long as a quarter of all that `make test-fast` runs
@pytest.mark.timeout(180)
def test_units() -> None:
    run("test:unit")


@pytest.mark.live
@pytest.mark.timeout(600)
def test_stories_in_a_browser() -> None:
    run("test:stories")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_refusal_of_the_edge_has_words(language: str) -> None:
    words = json.loads((UI / "src" / "i18n" / "errors" / "locales" / f"{language}.json").read_text())
    assert set(refusals.REASONS) <= set(words["reasons"])
