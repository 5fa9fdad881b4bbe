"""Passwords: argon2id at OWASP's parameters, hashed by a few threads, and a strength check.

https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: 19 MiB, two passes, one lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2
import zxcvbn_rs_py
from argon2.exceptions import InvalidHashError, VerificationError

from actors.iam.domain.access import PasswordWeak, SignInBusy
from actors.iam.settings import IamSettings
from actors.kernel.errors import Violation

T = TypeVar("T")

_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$Jm+h6XdjaQJmzZ+GFliOoA$FyC/+OTZm+Y6AemI8gbHFwHUnwniM+ta1LqQVuJ7RcY"
"""What a password is compared with when there is no account: a hash at the same parameters, of bytes nobody kept."""


class Passwords:
    """Hashes and checks passwords off the event loop; refuses with SignInBusy when too many wait."""

    def __init__(self, settings: IamSettings) -> None:
        self.settings = settings
        self._argon2 = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(settings.hash_workers, thread_name_prefix="argon2")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._run(self._argon2.hash, password)

    async def matches(self, password: str, hashed: str) -> bool:
        """Whether the password is the one that was hashed. Takes as long when there is no hash to compare with."""
        return await self._run(self._verify, password, hashed or _NOBODY) and bool(hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._argon2.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        limit = self.settings.hash_workers + self.settings.hash_queue
        if self._waiting >= limit:
            raise SignInBusy(retry_after_seconds=max(1, limit // (50 * self.settings.hash_workers)))
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1

    def check_strength(self, password: str, field: str, *known: str) -> None:
        """Raises PasswordWeak for one that is short, common or easy to guess; `known` are the user's name and mail."""
        problem = self._weakness(password, known)
        if problem:
            violation = Violation(field=field, description=problem, reason="PASSWORD_WEAK")
            raise PasswordWeak(violations=(violation,), problem=problem)

    def _weakness(self, password: str, known: tuple[str, ...]) -> str:
        if len(password) < self.settings.password_min_length:
            return f"use at least {self.settings.password_min_length} characters"
        guessed = {part for text in known for part in (text.strip(), *text.replace("@", " ").split())}
        result = zxcvbn_rs_py.zxcvbn(password, sorted(guessed - {""}))
        if int(result.score) >= self.settings.password_min_score:
            return ""
        feedback = result.feedback
        told = [str(feedback.warning)] if feedback is not None and feedback.warning else []
        told += [str(suggestion) for suggestion in (feedback.suggestions if feedback is not None else [])]
        return " ".join(told) or "use more words, less common ones"
