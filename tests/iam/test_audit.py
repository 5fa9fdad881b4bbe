"""The chain of seals as values."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from actors.iam.domain.audit import AuditLog, Change, merkle_root

AT = datetime(2026, 1, 1, tzinfo=UTC)
hashed = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_the_root_is_that_of_rfc_6962() -> None:
    a, b, c = (hashlib.sha256(bytes([n])).hexdigest() for n in range(3))

    def node(left: str, right: str) -> str:
        return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()

    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()
    assert merkle_root([a]) == a
    assert merkle_root([a, b]) == node(a, b)
    assert merkle_root([a, b, c]) == node(node(a, b), c)


@given(st.lists(hashed, min_size=1, max_size=40, unique=True), st.data())
def test_any_change_of_the_leaves_changes_the_root(leaves: list[str], data: st.DataObject) -> None:
    root = merkle_root(leaves)
    position = data.draw(st.integers(0, len(leaves) - 1))
    flipped = bytes(byte ^ 1 for byte in bytes.fromhex(leaves[position])).hex()
    assert merkle_root([*leaves[:position], flipped, *leaves[position + 1 :]]) != root
    assert merkle_root([*leaves[:position], *leaves[position + 1 :]]) != root
    assert merkle_root([*leaves, leaves[-1]]) != root
    if len(leaves) > 1:
        assert merkle_root(leaves[::-1]) != root


def test_every_field_but_the_seals_number_is_under_the_seal() -> None:
    entry = AuditLog(id="aud_1", occur_time=AT)
    for field in dataclasses.fields(AuditLog):
        if field.name in ("announcements", "version"):
            continue
        value = getattr(entry, field.name)
        other = {
            str: "other",
            int: 99,
            bool: True,
            tuple: (Change("a", "b", "c"),),
            datetime: AT.replace(year=2027),
        }[type(value)]
        changed = dataclasses.replace(entry, **{field.name: other})
        assert (changed.leaf() == entry.leaf()) == (field.name == "seal_number"), field.name
