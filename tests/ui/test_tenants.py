"""What the web application knows of tenants without asking the platform."""

from __future__ import annotations

import re
from pathlib import Path

from actors.tenants.domain.settings import GRAPHIC_CONTRAST, LARGEST_LOGO_BYTES, TEXT_CONTRAST
from actors.tenants.domain.tenant import RESERVED

FEATURE = Path(__file__).resolve().parents[2] / "ui" / "src" / "features" / "tenants"


def test_reserved_slugs_are_those_of_the_platform() -> None:
    source = (FEATURE / "tenants" / "reservedSlugs.ts").read_text()
    assert set(" ".join(re.findall(r'"([a-z -]+)"', source)).split()) - {""} == RESERVED


def test_limits_of_branding_are_those_of_the_platform() -> None:
    contrast = (FEATURE / "settings" / "contrast.ts").read_text()
    assert f"primaryColor: {TEXT_CONTRAST:g}, accentColor: {GRAPHIC_CONTRAST:g}" in contrast
    [bytes_] = re.findall(r"LARGEST_LOGO_BYTES = (\d+) \* 1024", (FEATURE / "settings" / "logo.ts").read_text())
    assert int(bytes_) * 1024 == LARGEST_LOGO_BYTES
