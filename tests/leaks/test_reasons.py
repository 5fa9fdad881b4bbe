"""Every reason that a module can refuse a call with is met by one of the module's tests."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from actors import MODULES

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("module", MODULES)
def test_every_reason_of_a_module_is_met_by_a_test(module: str) -> None:
    reasons = importlib.import_module(f"actors.api.{module}.v1").ErrorReason
    declared = {name.removeprefix("ERROR_REASON_") for name in reasons.DESCRIPTOR.values_by_name} - {"UNSPECIFIED"}
    met: set[str] = set()
    for path in (TESTS / module).glob("test_*.py"):
        met |= set(re.findall(r'refused\("([A-Z_]+)"\)', path.read_text()))
    assert declared <= met, f"no test under tests/{module} is refused with {sorted(declared - met)}"
