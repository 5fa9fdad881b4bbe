"""Signing keys and tokens for tests of whoever verifies them."""

from __future__ import annotations

import dataclasses
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from actors import MODULES
from actors.kernel.access.policy import policy_of
from actors.kernel.access.tokens import Revocations, Verifier, claims_of, signed
from actors.kernel.call import TENANT, Principal

ISSUER = "https://atrium.test"
POLICY = policy_of(MODULES)


class Key:
    """One signing key."""

    def __init__(self, kid: str = "k1") -> None:
        self.kid, self.private = kid, ec.generate_private_key(ec.SECP256R1())

    def jwk(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key()))
        return {**found, "kid": self.kid, "alg": "ES256", "use": "sig"}

    def token(self, principal: Principal, patterns: tuple[str, ...] = ("*",), **claims: Any) -> str:
        own = {**claims_of(principal, ISSUER, patterns), **claims}
        return signed({name: value for name, value in own.items() if value is not None}, self.private, self.kid)


KEY = Key()


def jwks(*keys: Key) -> bytes:
    return json.dumps({"keys": [key.jwk() for key in keys]}).encode()


def principal(**more: Any) -> Principal:
    now = time.time()
    one = Principal(
        user_id="usr_1",
        realm=TENANT,
        tenant_id="ten_1",
        session_id="ses_1",
        email="ada@example.com",
        tier="standard",
        role_ids=("rol_1", "rol_2"),
        issued_ms=int(now * 1000),
        expires=int(now + 3600),
    )
    return dataclasses.replace(one, **more)


def verifier(*keys: Key) -> Verifier:
    one = Verifier(ISSUER, POLICY, Revocations(3600))
    one.set_keys(jwks(*(keys or (KEY,))))
    return one
