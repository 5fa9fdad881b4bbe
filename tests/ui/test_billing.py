"""What the platform knows of Billing's pages without asking the web application."""

from __future__ import annotations

import re
from pathlib import Path

from babel.numbers import list_currencies

from actors.billing.domain.money import exponent

ROOT = Path(__file__).resolve().parents[2]


def test_mails_link_to_pages_that_there_are() -> None:
    paths = (ROOT / "ui" / "src" / "routing" / "paths.ts").read_text()
    pages = {re.sub(r":\w+", "{}", page) for page in re.findall(r'^  \w+: "([^"]+)",$', paths, re.MULTILINE)}
    source = (ROOT / "actors" / "billing" / "correspondence.py").read_text()
    linked = [
        *re.findall(r'self\._link\(to, f?"([^"]+)"', source),
        *re.findall(r'else "([^"]+)"\)', "\n".join(re.findall(r"self\._link\(.*", source))),
        *re.findall(r"/master-admin/([^\"]+)", source),
    ]
    assert len(linked) >= 7
    assert {re.sub(r"\{[^}]+\}", "{}", page) for page in linked} <= pages


def test_amounts_are_shown_with_the_digits_that_they_are_counted_in() -> None:
    source = (ROOT / "ui" / "src" / "i18n" / "currency.ts").read_text()
    table = {
        code: int(digits)
        for digits, codes in re.findall(r'^  (\d): "([A-Z ]+)"', source, re.M)
        for code in codes.split()
    }
    assert {code: exponent(code) for code in list_currencies() if exponent(code) != 2} == table
