"""Whether an event is PayPal's: its signature, and whose certificate made it.

PayPal signs `<transmission id>|<transmission time>|<webhook id>|<CRC-32 of the body>` with RSA and SHA-256, and names
the certificate by its address
(https://developer.paypal.com/api/rest/webhooks/rest/#link-verifywebhooksignature). The address must be PayPal's, the
certificate must be of a name under paypal.com and be signed, through the chain that comes with it, by a root that is
trusted: otherwise anybody's certificate would do.
"""

from __future__ import annotations

import base64
import binascii
import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from actors.billing.providers.contract import LARGEST_EVENT_BYTES, SignatureInvalid

OLDEST = timedelta(days=4)
"""PayPal delivers for three days and does not say that it signs anew each time."""
_AHEAD = timedelta(minutes=5)
_HOSTS = frozenset({"api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"})
_PATH = "/v1/notifications/certs/"
_NAMES = ".paypal.com"


@dataclass(frozen=True)
class Delivery:
    """One delivery of an event, as its headers say."""

    id: str
    time: str
    signature: str
    certificate_url: str
    algorithm: str
    raw_body: bytes

    def words(self, webhook_id: str) -> bytes:
        """What PayPal's verification endpoint is asked: the event goes in byte by byte, as it came."""
        words = {
            "auth_algo": self.algorithm,
            "cert_url": self.certificate_url,
            "transmission_id": self.id,
            "transmission_sig": self.signature,
            "transmission_time": self.time,
            "webhook_id": webhook_id,
        }
        return orjson.dumps(words)[:-1] + b',"webhook_event":' + self.raw_body + b"}"


def delivery(headers: Mapping[str, str], raw_body: bytes, now: datetime) -> Delivery:
    """Raises SignatureInvalid for what is too large, unsigned or too old."""
    if len(raw_body) > LARGEST_EVENT_BYTES:
        raise _invalid("it is too large")
    lower = {name.lower(): value for name, value in headers.items()}
    names = ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")
    id, time, signature, url, algorithm = (lower.get(f"paypal-{name}", "") for name in names)
    if not (id and time and signature and url) or algorithm != "SHA256withRSA":
        raise _invalid("it is not signed")
    try:
        sent = datetime.fromisoformat(time)
        if not now - OLDEST <= sent <= now + _AHEAD:
            raise _invalid("the signature is too old")
    except (ValueError, TypeError):
        raise _invalid("its time cannot be read") from None
    return Delivery(id, time, signature, url, algorithm, raw_body)


def check_certificate_url(url: str, api_base: str) -> None:
    """Raises SignatureInvalid unless the address is one that PayPal keeps certificates at.

    An API address other than PayPal's own, a local server's, keeps them itself.
    """
    try:
        parts, base = urlsplit(url), urlsplit(api_base)
    except ValueError:
        raise _invalid("its certificate is kept elsewhere") from None
    theirs = parts.scheme == "https" and parts.netloc in _HOSTS
    local = base.hostname not in _HOSTS and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    if not (theirs or local) or not parts.path.startswith(_PATH) or ".." in parts.path or parts.query:
        raise _invalid("its certificate is kept elsewhere")


def check_signature(sent: Delivery, webhook_id: str, chain: Sequence[x509.Certificate]) -> None:
    """Raises SignatureInvalid unless the first certificate's key signed the delivery for this webhook."""
    signed = f"{sent.id}|{sent.time}|{webhook_id}|{zlib.crc32(sent.raw_body)}".encode()
    key = chain[0].public_key() if chain else None
    try:
        signature = base64.b64decode(sent.signature, validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            raise _invalid("its certificate cannot be used")
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        raise _invalid("the signature is wrong") from None


def trusted(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: datetime) -> bool:
    """Whether the first certificate is PayPal's by name, in its time, and leads to one of the roots."""
    try:
        names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        name = next(one for one in names.get_values_for_type(x509.DNSName) if one.endswith(_NAMES))
        verifier = PolicyBuilder().store(Store(list(roots))).time(now).build_server_verifier(x509.DNSName(name))
        verifier.verify(chain[0], list(chain[1:]))
    except (StopIteration, ValueError, VerificationError, x509.ExtensionNotFound):
        return False
    return True


@cache
def public_roots() -> Sequence[x509.Certificate]:
    """DigiCert's roots of those that browsers trust: PayPal's certificates are DigiCert's."""
    with warnings.catch_warnings():
        # Some authorities' roots are older than today's rules; they are not ours to judge.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        found = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    return [one for one in found if any("DigiCert" in str(name.value) for name in one.subject)]


def _invalid(problem: str) -> SignatureInvalid:
    return SignatureInvalid(provider="paypal", problem=problem)
