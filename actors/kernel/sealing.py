"""Keys derived from the platform's secret, and sealed bytes: AES-256-GCM (NIST SP 800-38D), HKDF-SHA256 (RFC 5869)."""

from __future__ import annotations

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """Sealed bytes were changed, or sealed under another secret."""


class Sealer:
    """Seals secrets at rest. `secret` is the platform's, 32 bytes or more."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the platform's secret must have at least 32 bytes")
        self._secret = secret
        self.key = cache(self._derive)

    def _derive(self, purpose: str) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Sealed bytes that only `open` with the same purpose gives back."""
        return seal_with(self.key(purpose), plain)

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        return open_with(self.key(purpose), sealed)


def seal_with(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def open_with(key: bytes, sealed: bytes) -> bytes:
    """Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
    except (InvalidTag, ValueError):  # changed, or not even long enough
        raise SealBroken from None
