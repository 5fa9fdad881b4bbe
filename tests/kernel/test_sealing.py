import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel import opaque
from actors.kernel.sealing import SealBroken, Sealer

SEALER, OTHER = Sealer(b"1" * 32), Sealer(b"2" * 32)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_sealed_bytes_open_with_their_purpose_only(plain: bytes, purpose: str) -> None:
    sealed = SEALER.seal(purpose, plain)
    assert SEALER.open(purpose, sealed) == plain
    assert sealed != SEALER.seal(purpose, plain), "equal secrets do not look equal"
    for opener, wrong in ((SEALER, purpose + "x"), (OTHER, purpose)):
        with pytest.raises(SealBroken):
            opener.open(wrong, sealed)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_changed_bytes_do_not_open(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal("p", plain))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        SEALER.open("p", bytes(sealed))


@given(st.binary(max_size=40))
def test_bytes_that_were_never_sealed_do_not_open(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.open("p", noise)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")


SCOPES = st.one_of(st.just(""), st.from_regex(r"\Aten_[0-9A-Z]{4}\Z"))


@given(SCOPES)
def test_an_opaque_token_says_what_it_belongs_to(scope: str) -> None:
    token, kept = opaque.make("rft", scope, "ses_1", b"key")
    read = opaque.read(token, "rft", b"key")
    assert read is not None
    assert (read.scope, read.id, read.hash) == (scope, "ses_1", kept)
    assert kept not in token
    assert opaque.read(token, "key", b"key") is None
    assert opaque.read(token, "rft", b"another") is None


@given(st.data())
def test_a_changed_token_is_none_of_ours(data: st.DataObject) -> None:
    token, _ = opaque.make("rft", "ten_1", "ses_1", b"key")
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[place]))
    forged = token[:place] + letter + token[place + 1 :]
    assert opaque.read(forged, "rft", b"key") is None


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at_as_a_token(text: str) -> None:
    assert opaque.read(text, "rft", b"key") is None
