"""Access tokens: JWTs signed with ES256 (RFC 7515, 7519), verified by the edge and again by every host.

A host verifies a token once and remembers it until it expires. Tokens are stateless, but not blind: an event with
the `revokes` option makes every token issued before it, and naming the session, user, role or tenant it is about,
stale on every host as soon as the event arrives. The holder refreshes and gets a token that says what is true now.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson

from actors.kernel.access.policy import Policy
from actors.kernel.call import PLATFORM, TENANT, Principal
from actors.kernel.errors import SecondFactorOwed, TokenExpired, TokenInvalid, TokenRevoked

ALGORITHM = "ES256"
AUDIENCE = "atrium"
LEEWAY_SECONDS = 5
_MOST_REMEMBERED = 20_000


class Revocations:
    """Since when tokens that name a session, user, role or tenant are stale, or a tier that is not the tenant's."""

    def __init__(self, lifetime_seconds: float) -> None:
        self.lifetime_ms = int((lifetime_seconds + 60) * 1000)
        """Marks older than any living token are forgotten."""
        self.epoch = 0
        self._since: dict[str, int] = {}
        self._tiers: dict[str, tuple[str, int]] = {}
        self._marked = asyncio.Event()

    def mark(self, id: str, since_ms: int) -> None:
        """Makes tokens issued before the moment and naming the id stale."""
        if since_ms > self._since.get(id, 0):
            self._since[id] = since_ms
            self._tell()
        if len(self._since) > 50_000:
            oldest = int(time.time() * 1000) - self.lifetime_ms
            self._since = {key: ms for key, ms in self._since.items() if ms > oldest}

    def mark_tier(self, tenant_id: str, tier: str, since_ms: int) -> None:
        """Makes tokens of the tenant stale that were issued before the moment and name another tier."""
        self._tiers[tenant_id] = (tier, since_ms)
        self._tell()
        if len(self._tiers) > 50_000:
            oldest = int(time.time() * 1000) - self.lifetime_ms
            self._tiers = {key: known for key, known in self._tiers.items() if known[1] > oldest}

    def _tell(self) -> None:
        self.epoch += 1
        self._marked.set()
        self._marked = asyncio.Event()

    def stale(self, principal: Principal) -> bool:
        tier = self._tiers.get(principal.tenant_id)
        if tier is not None and principal.tier != tier[0] and principal.issued_ms < tier[1]:
            return True
        since = self._since
        return any(
            principal.issued_ms < since.get(id, 0)
            for id in (
                principal.session_id,
                principal.user_id,
                principal.tenant_id,
                principal.impersonator_id,
                *principal.role_ids,
            )
        )

    async def turned_stale(self, principal: Principal) -> None:
        """Returns once the principal's token is stale."""
        while not self.stale(principal):
            await self._marked.wait()


@dataclass
class _Known:
    principal: Principal
    epoch: int


class Verifier:
    """Turns tokens into principals."""

    def __init__(self, issuer: str, policy: Policy, revocations: Revocations) -> None:
        self.issuer, self.policy, self.revocations = issuer, policy, revocations
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._known: dict[str, _Known] = {}

    def set_keys(self, document: bytes) -> None:
        """Takes a JSON Web Key Set as the keys that tokens may be signed with."""
        keys = orjson.loads(document)["keys"]
        self._keys = {key["kid"]: jwt.PyJWK(key, algorithm=ALGORITHM) for key in keys}
        self._known.clear()

    def verify(self, token: str) -> Principal:
        """The principal of a valid token. Raises TokenInvalid, TokenExpired or TokenRevoked."""
        known = self._known.get(token)
        if known is None:
            known = self._remember(token, self._read(token))
        if time.time() > known.principal.expires + LEEWAY_SECONDS:
            self._known.pop(token, None)
            raise TokenExpired
        if known.epoch != self.revocations.epoch:
            if self.revocations.stale(known.principal):
                raise TokenRevoked
            known.epoch = self.revocations.epoch
        return known.principal

    def _remember(self, token: str, principal: Principal) -> _Known:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        known = self._known[token] = _Known(principal, -1)
        return known

    def _read(self, token: str) -> Principal:
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(header.get("kid", ""))
            if key is None:
                raise TokenInvalid(problem="its key is not one of ours")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "rlm", "ims"]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except jwt.PyJWTError as error:
            raise TokenInvalid(problem=str(error)) from None
        return self._principal(claims)

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        realm = claims["rlm"]
        if realm not in (PLATFORM, TENANT):
            raise TokenInvalid(problem="its realm is unknown")
        return Principal(
            user_id=claims["sub"],
            realm=realm,
            tenant_id=claims.get("tid", "") if realm == TENANT else "",
            session_id=claims.get("sid", ""),
            email=claims.get("eml", ""),
            tier=claims.get("tier", ""),
            role_ids=tuple(claims.get("roles", ())),
            permissions=self.policy.expand(claims.get("prm", ()), realm),
            owes_second_factor=bool(claims.get("mfa", "") == "owed"),
            impersonator_id=claims.get("act", {}).get("sub", ""),
            may_write=bool(claims.get("wrt", True)),
            machine=bool(claims.get("mch", False)),
            issued_ms=int(claims["ims"]),
            expires=float(claims["exp"]),
        )


def claims_of(principal: Principal, issuer: str, patterns: tuple[str, ...]) -> dict[str, Any]:
    """The claims of a token for this principal; `patterns` are its permissions as the roles state them."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": principal.user_id,
        "sid": principal.session_id,
        "rlm": principal.realm,
        "tid": principal.tenant_id or PLATFORM,
        "tier": principal.tier or PLATFORM,
        "roles": list(principal.role_ids),
        "prm": list(patterns),
        "eml": principal.email,
        "iat": principal.issued_ms // 1000,
        "ims": principal.issued_ms,
        "exp": int(principal.expires),
    }
    if principal.owes_second_factor:
        claims["mfa"] = "owed"
    if principal.impersonator_id:
        claims["act"] = {"sub": principal.impersonator_id}
        claims["wrt"] = principal.may_write
    if principal.machine:
        claims["mch"] = True
    return claims


def signed(claims: Mapping[str, Any], private_key: Any, key_id: str) -> str:
    """The claims as a compact JWT."""
    return jwt.encode(dict(claims), private_key, algorithm=ALGORITHM, headers={"kid": key_id})


def refuse_half(principal: Principal) -> None:
    """Raises SecondFactorOwed for a caller who gave only the password."""
    if principal.owes_second_factor:
        raise SecondFactorOwed
