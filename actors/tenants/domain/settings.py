"""What a tenant decides for itself: how it looks, where it is, who may sign in."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import InvalidArgument, Violation
from actors.kernel.records import Announcement, Record

TEXT_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: text against its background."""
GRAPHIC_CONTRAST = 3.0
"""WCAG 2.2, success criterion 1.4.11: graphics against their background."""
LARGEST_LOGO_BYTES = 64 * 1024
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}
_ACTIVE_SVG = re.compile(
    rb"<script|<foreignobject|<iframe|<embed|<object|<!entity|<!doctype|\son\w+\s*=|javascript:|"
    rb"(?:href|src)\s*=\s*[\"']?\s*(?!#|data:image/)[^\s\"'>]",
    re.IGNORECASE,
)


class ContrastLow(InvalidArgument):
    message = "{color} has a contrast of {contrast} with white; {needed} is needed"


class LogoRefused(InvalidArgument):
    message = "the logo {problem}"


@dataclass(frozen=True, kw_only=True)
class TenantSettingsChanged(Announcement):
    tenant_id: str
    display_name: str
    locale: str
    time_zone: str
    mfa_required: bool
    session_hours: int
    allowed_email_domains: tuple[str, ...]


@dataclass(frozen=True)
class Branding:
    display_name: str
    primary_color: str = "#2f5bd8"
    accent_color: str = "#0f766e"
    logo: str = ""


@dataclass(frozen=True)
class SecurityPolicy:
    mfa_required: bool = False
    session_hours: int = 0
    allowed_email_domains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TenantSettings(Record):
    """A tenant's settings. The id is the tenant's."""

    branding: Branding
    locale: str = "en"
    time_zone: str = "UTC"
    security: SecurityPolicy = SecurityPolicy()
    update_time: datetime

    def changed(
        self, at: datetime, *, branding: Branding, locale: str, time_zone: str, security: SecurityPolicy
    ) -> TenantSettings:
        """With all of this; the same record when nothing differs. Raises ContrastLow or LogoRefused."""
        if (branding, locale, time_zone, security) == (self.branding, self.locale, self.time_zone, self.security):
            return self
        check_contrast(branding.primary_color, TEXT_CONTRAST, "primary_color")
        check_contrast(branding.accent_color, GRAPHIC_CONTRAST, "accent_color")
        check_logo(branding.logo)
        told = TenantSettingsChanged(
            tenant_id=self.id,
            display_name=branding.display_name,
            locale=locale,
            time_zone=time_zone,
            mfa_required=security.mfa_required,
            session_hours=security.session_hours,
            allowed_email_domains=security.allowed_email_domains,
        )
        return self.but(told, branding=branding, locale=locale, time_zone=time_zone, security=security, update_time=at)


def contrast_with_white(color: str) -> float:
    """The contrast ratio of `#rrggbb` with white (WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def check_contrast(color: str, needed: float, field: str) -> None:
    """Raises ContrastLow."""
    contrast = contrast_with_white(color)
    if contrast < needed:
        text = f"contrast {contrast:.2f} with white is below {needed}"
        raise ContrastLow(
            violations=(Violation(field, text, "CONTRAST_LOW"),), color=color, contrast=f"{contrast:.2f}", needed=needed
        )


def check_logo(logo: str) -> None:
    """Raises LogoRefused unless the address is empty or a small PNG, WebP or harmless SVG."""
    if not logo:
        return
    match = re.fullmatch(r"data:(image/(?:png|webp|svg\+xml));base64,([A-Za-z0-9+/=]+)", logo)
    if match is None:
        raise LogoRefused(problem="must be a data: address of a PNG, WebP or SVG picture, in base 64")
    kind = match[1]
    try:
        content = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        raise LogoRefused(problem="is not valid base 64") from None
    if len(content) > LARGEST_LOGO_BYTES:
        raise LogoRefused(problem=f"has {len(content)} bytes; {LARGEST_LOGO_BYTES} are the most")
    if kind in _MAGIC and not content.startswith(_MAGIC[kind]):
        raise LogoRefused(problem=f"is not the {kind} picture it says it is")
    if kind == "image/svg+xml" and (b"<svg" not in content[:1000].lower() or _ACTIVE_SVG.search(content)):
        raise LogoRefused(problem="is not an SVG picture without scripts and outside references")
