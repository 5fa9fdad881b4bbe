"""Settings of Billing."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from actors.billing.domain.dunning import Dunning
from actors.billing.providers.settings import ProviderSettings
from actors.kernel.module import ModuleSettings


class BillingSettings(ModuleSettings, ProviderSettings):
    """Who sells, when things are due, and which providers are set up."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_BILLING_", frozen=True, extra="ignore", env_ignore_empty=True)

    replicas: int = 2
    """Whoever bills can be taken down: the other goes on."""
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    """Of new billing accounts."""
    seller_name: str = ""
    """As invoices show it. Left out: the provider's name of the installation."""
    seller_address: tuple[str, ...] = ()
    seller_country: str = Field("", pattern=r"^([A-Z]{2})?$")
    seller_tax_number: str = ""
    seller_email: str = ""
    seller_details: tuple[str, ...] = ()
    """Further lines, such as a register's entry."""
    transfer_details: tuple[str, ...] = ()
    """How to pay by bank, line by line, as invoices show it."""
    net_days: int = Field(14, ge=0, le=365)
    """How long a tenant that pays by transfer has; others are charged at once."""
    retry_days: tuple[int, ...] = (1, 3, 5, 7)
    """Days after the first attempt at which a payment that failed is tried again."""
    suspend: bool = True
    """Whether a subscription whose dunning ran out is suspended; otherwise it stays past due."""
    start_trial_days: int = Field(14, ge=1, le=365)
    """How long a new tenant may use a plan that costs something and has no trial, until it says how it pays."""
    incomplete_hours: int = Field(23, ge=1)
    """How long a new subscription waits for its first payment."""
    grace_minutes: int = Field(60, ge=0, le=7 * 24 * 60)
    """How long after its end a period takes events that are late."""
    overdue_minutes: int = Field(5, ge=1)
    """After how long without an outcome a payment is looked up at its provider."""
    transfers_for_all: bool = False
    """Whether tenants may choose by themselves to pay by transfer; else an administrator of the platform sets it for
    them. Where nothing else is set up, they may in any case."""
    confirm_minutes: int = Field(60, ge=5, le=24 * 60)
    """How long a payment waits for its payer to confirm before it is given up."""
    most_line_minor: int = Field(10**9, ge=1, le=10**12)
    """An invoice with a larger line parks the account instead of being issued."""
    prove_every: str = "0 0 3 * * *"
    """When the ledger is proven and compared with the providers', six-field cron in UTC or `@every 1h`."""

    @field_validator("retry_days")
    @classmethod
    def _rising(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        Dunning(days)
        return days

    @cached_property
    def dunning(self) -> Dunning:
        return Dunning(self.retry_days)

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)
