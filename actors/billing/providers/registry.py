"""The payment providers that are set up here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Literal

from actors.billing.providers.contract import PaymentProvider, ProviderMissing
from actors.billing.providers.manual import Manual
from actors.billing.providers.sandbox import Sandbox
from actors.billing.providers.sandbox_state import SandboxState
from actors.billing.providers.settings import ProviderSettings
from actors.kernel.clock import Clock
from actors.kernel.settings import SettingsError


class Providers:
    """Providers by name. `manual` is always there; the others as `providers_from` found them set up."""

    def __init__(self, found: Mapping[str, PaymentProvider]) -> None:
        self._found = dict(found)

    def get(self, name: str) -> PaymentProvider:
        """Raises ProviderMissing for one that is not set up."""
        if name not in self._found:
            raise ProviderMissing(provider=name)
        return self._found[name]

    @property
    def sandbox(self) -> Sandbox | None:
        """The built-in one, whose events somebody must deliver."""
        found = self._found.get("sandbox")
        return found if isinstance(found, Sandbox) else None

    def __iter__(self) -> Iterator[PaymentProvider]:
        """In the order in which people are offered them."""
        return iter(self._found.values())

    async def kept_open(self) -> None:
        """Waits until cancelled, then closes the providers: the worker that goes last."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        for provider in self:
            await provider.aclose()


def providers_from(
    settings: ProviderSettings,
    clock: Clock,
    sandbox_state: SandboxState,
    *,
    env: Literal["development", "production"],
    public_url: str,
    sandbox_secret: bytes,
) -> Providers:
    """What the settings ask for. Raises SettingsError for a sandbox in production.

    `sandbox_secret` signs the sandbox's events and challenges: the same bytes on every replica, at least 32.
    """
    found: dict[str, PaymentProvider] = {}
    if settings.stripe_api_key is not None and settings.stripe_webhook_secret is not None:
        # Loaded only where it is used: the SDK costs 30 MB and a tenth of a second.
        from actors.billing.providers.stripe import StripePayments

        found["stripe"] = StripePayments(
            api_key=settings.stripe_api_key.get_secret_value(),
            webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
            publishable_key=settings.stripe_publishable_key,
            api_base=settings.stripe_api_base or "",
        )
    if settings.paypal_client_secret is not None:
        from actors.billing.providers.paypal import PayPalPayments

        found["paypal"] = PayPalPayments(
            client_id=settings.paypal_client_id,
            client_secret=settings.paypal_client_secret.get_secret_value(),
            webhook_id=settings.paypal_webhook_id,
            api_base=settings.paypal_api_base,
            clock=clock,
        )
    if settings.sandbox and env == "production":
        raise SettingsError("ATRIUM_BILLING_SANDBOX: the sandbox moves no money and is refused in production")
    if settings.sandbox if settings.sandbox is not None else not found and env != "production":
        page = f"{public_url.rstrip('/')}/billing/sandbox/confirm"
        found["sandbox"] = Sandbox(sandbox_state, clock, secret=sandbox_secret, page=page, env=env)
    found["manual"] = Manual()
    return Providers(found)
