"""Settings of Tenants."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from actors.kernel.module import ModuleSettings


class Plan(BaseModel):
    """What a plan means for a tenant, until Billing says more."""

    model_config = ConfigDict(frozen=True)

    display_name: str
    tier: str
    isolation: Literal["POOL", "SILO"] = "POOL"
    calls_per_minute: int = 1200


PLANS = {
    "free": Plan(display_name="Free", tier="free", calls_per_minute=120),
    "standard": Plan(display_name="Standard", tier="standard", calls_per_minute=1200),
    "premium": Plan(display_name="Premium", tier="premium", calls_per_minute=6000),
    "enterprise": Plan(display_name="Enterprise", tier="premium", isolation="SILO", calls_per_minute=6000),
}


class TenantsSettings(ModuleSettings):
    """How tenants come and go."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_TENANTS_", frozen=True, extra="ignore", env_ignore_empty=True)

    plans: dict[str, Plan] = Field(default_factory=lambda: dict(PLANS))
    """Plan id → what it means."""
    trial_plan: str = "standard"
    """The plan that sign-ups begin on."""
    sign_up_open: bool = True
    sign_up_hours: int = Field(48, ge=1)
    """How long a sign-up waits for its confirmation."""
    retention_days: int = Field(30, ge=0)
    """How long a deleted tenant can be restored."""
    export_days: int = Field(7, ge=1)
    """How long an archive is kept."""
    step_seconds: int = Field(30, ge=1)
    """How long a step of provisioning may take before it is tried again; doubles with each try."""
    step_tries: int = Field(5, ge=1)
    review_every: str = "@every 1h"
    """How often storage is measured and health scores are computed."""
