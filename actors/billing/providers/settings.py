"""Which payment providers are set up here: the part of Billing's settings about them."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from actors.kernel.settings import Section

_ADDRESS = r"^https?://[^/\s?#]+$"


class ProviderSettings(Section):
    """Keys and addresses. A provider is set up when all that it needs is given; a part of it is an error."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_BILLING_", frozen=True, extra="ignore", env_ignore_empty=True)

    stripe_api_key: SecretStr | None = None
    """A secret or restricted key, `sk_…` or `rk_…`."""
    stripe_webhook_secret: SecretStr | None = None
    """Of the endpoint `/api/v1/billing/webhooks/stripe`, `whsec_…`."""
    stripe_publishable_key: str = ""
    """`pk_…`; browsers get it."""
    stripe_api_base: str | None = Field(None, pattern=_ADDRESS)
    """Left out: Stripe's own address."""
    paypal_client_id: str = ""
    """Browsers get it."""
    paypal_client_secret: SecretStr | None = None
    paypal_webhook_id: str = ""
    """Of the endpoint `/api/v1/billing/webhooks/paypal`, as PayPal's dashboard shows it."""
    paypal_api_base: str = Field("https://api-m.paypal.com", pattern=_ADDRESS)
    """`https://api-m.sandbox.paypal.com` for PayPal's sandbox."""
    sandbox: bool | None = None
    """The built-in provider that moves no money. Left out: on when no other is set up, never in production."""

    @model_validator(mode="after")
    def _whole(self) -> ProviderSettings:
        stripe = {"STRIPE_API_KEY": self.stripe_api_key, "STRIPE_WEBHOOK_SECRET": self.stripe_webhook_secret}
        paypal = {
            "PAYPAL_CLIENT_ID": self.paypal_client_id,
            "PAYPAL_CLIENT_SECRET": self.paypal_client_secret,
            "PAYPAL_WEBHOOK_ID": self.paypal_webhook_id,
        }
        for parts in (stripe, paypal):
            missing = [f"ATRIUM_BILLING_{name}" for name, value in parts.items() if not value]
            if missing and len(missing) < len(parts):
                raise ValueError(f"{', '.join(missing)} must be given too")
        return self

    @property
    def stripe_is_set_up(self) -> bool:
        return self.stripe_api_key is not None

    @property
    def paypal_is_set_up(self) -> bool:
        return self.paypal_client_secret is not None
