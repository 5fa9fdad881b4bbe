"""Settings of IAM."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from actors.kernel.module import ModuleSettings


class IamSettings(ModuleSettings):
    """How people sign in, and for how long."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_IAM_", frozen=True, extra="ignore", env_ignore_empty=True)

    setup_code: SecretStr | None = None
    """The one-time code of the set-up wizard. Without one set-up cannot be completed."""
    access_token_seconds: int = Field(300, ge=30, le=3600)
    session_hours: int = Field(720, ge=1, le=2160)
    """How long a session lasts at most without a new sign-in."""
    key_rotation_hours: int = Field(24, ge=1)
    """How often a new signing key takes over."""
    key_lead_seconds: int = Field(600, ge=0)
    """How long a new key is published before it signs."""
    hash_workers: int = Field(2, ge=1, le=64)
    """Threads that hash passwords; each keeps one core busy while it works."""
    hash_queue: int = Field(32, ge=1)
    """Sign-ins that may wait for a thread; more are told to come back."""
    password_min_length: int = Field(10, ge=8, le=64)
    password_min_score: int = Field(3, ge=0, le=4)
    """zxcvbn's score: 3 is safely unguessable (at least 10^8 guesses)."""
    invitation_hours: int = Field(168, ge=1)
    reset_minutes: int = Field(60, ge=5)
    account_tries: int = Field(5, ge=1)
    """Failed sign-ins of one account before each further one costs a growing wait."""
    address_tries: int = Field(30, ge=1)
    """The same for one address."""
    longest_lock_seconds: int = Field(900, ge=1)
