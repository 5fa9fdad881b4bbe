"""Why a call is refused: one tree of errors and its one translation to `google.rpc.Status`.

    AtriumError
    ├── InvalidArgument      400   the request can never succeed as it is
    ├── Unauthenticated      401   who asks is not known
    ├── PermissionDenied     403   who asks may not
    ├── NotFound             404   no such thing in the caller's tenant
    ├── AlreadyExists        409   something of this name or key is there
    ├── Aborted              409   somebody else was faster: read again, then try again
    ├── FailedPrecondition   400   the thing is not in a state that allows it
    ├── ResourceExhausted    429   a limit is reached; metadata `retry_after_seconds`
    ├── DeadlineExceeded     504   the caller's deadline passed
    ├── Unavailable          503   something the platform needs does not answer: try again
    └── Internal             500   a fault of ours

A module declares its errors beside the rules that raise them. The class name is the reason (`LastAdminStays` →
`LAST_ADMIN_STAYS`, a value of the module's `ErrorReason`), the class's package the domain (`atrium.iam`), and
`message` a format over the metadata, so that every value in a message is also there for programs.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2


class Code(enum.IntEnum):
    """Status codes, as google.rpc.Code numbers them."""

    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


@dataclass(frozen=True)
class Violation:
    """One field of a request that cannot be accepted, by its path in the request."""

    field: str
    description: str
    reason: str = ""


class AtriumError(Exception):
    """A refusal that the caller is told. Metadata fill the message and travel with it."""

    code: ClassVar[Code] = Code.INTERNAL
    message: ClassVar[str] = "{problem}"
    again: ClassVar[bool] = False
    """Nothing was changed and the same call may succeed: the host tries it again before giving up."""
    counted: ClassVar[bool] = True
    """Whether a machine's call that ends so is use of the API. Not when the platform failed, or refused to serve."""

    def __init__(self, *, violations: tuple[Violation, ...] = (), **metadata: object) -> None:
        self.metadata = {key: str(value) for key, value in metadata.items()}
        self.violations = violations
        super().__init__(self.message.format_map(_Blank(self.metadata)))

    @classmethod
    def reason(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).upper()

    @classmethod
    def domain(cls) -> str:
        return "atrium." + cls.__module__.split(".")[1]


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


class InvalidArgument(AtriumError):
    code = Code.INVALID_ARGUMENT


class Unauthenticated(AtriumError):
    code = Code.UNAUTHENTICATED


class PermissionDenied(AtriumError):
    code = Code.PERMISSION_DENIED


class NotFound(AtriumError):
    """No such thing in the caller's tenant; says the same of another tenant's things."""

    code = Code.NOT_FOUND
    message = "no {kind} {id} here"


class AlreadyExists(AtriumError):
    code = Code.ALREADY_EXISTS


class Aborted(AtriumError):
    code = Code.ABORTED


class FailedPrecondition(AtriumError):
    code = Code.FAILED_PRECONDITION


class ResourceExhausted(AtriumError):
    code = Code.RESOURCE_EXHAUSTED
    counted = False


class DeadlineExceeded(AtriumError):
    code = Code.DEADLINE_EXCEEDED
    counted = False


class Unavailable(AtriumError):
    code = Code.UNAVAILABLE
    counted = False


class Internal(AtriumError):
    code = Code.INTERNAL
    counted = False
    message = "an internal fault; quote request {request_id} when you report it"


class TokenMissing(Unauthenticated):
    message = "this method needs a token: authorization: Bearer …"


class TokenInvalid(Unauthenticated):
    message = "the token is not valid: {problem}"


class TokenExpired(Unauthenticated):
    message = "the token has expired; refresh it"


class TokenRevoked(Unauthenticated):
    message = "the session, user, role or tenant of the token has changed; refresh it"


class SecondFactorOwed(Unauthenticated):
    message = "the second factor is still owed; complete the sign-in first"


class PermissionMissing(PermissionDenied):
    message = "this needs the permission {permission}"


class RealmRefused(PermissionDenied):
    message = "this is not for {realm} callers"


class ImpersonationReadOnly(PermissionDenied):
    message = "this session acts for somebody else and may only read"


class SubscriptionInactive(PermissionDenied):
    message = (
        "the tenant's subscription is not active, so {what}; an administrator or billing contact can sign in, pay what "
        "is due or subscribe again"
    )
    counted = False


class FeatureMissing(PermissionDenied):
    message = "the tenant's plan does not include {feature}; change to a plan that does"
    counted = False


class InvalidFields(InvalidArgument):
    """Fields that break rules: the first of them, for trailers of gRPC hold 8 KiB and have each text three times."""

    message = "the request has invalid fields: {fields}"

    def __init__(self, *violations: Violation) -> None:
        kept: list[Violation] = []
        room = _MOST_OF_FIELDS
        for violation in violations:
            cut = Violation(violation.field[:_LONGEST_TEXT], violation.description[:_LONGEST_TEXT], violation.reason)
            room -= sum(len(text.encode()) for text in (cut.field, cut.description, cut.reason))
            if kept and room < 0:
                break
            kept.append(cut)
        texts = [f"{violation.field}: {violation.description}" for violation in kept]
        if more := len(violations) - len(kept):
            texts.append(f"and {more} more")
        super().__init__(violations=tuple(kept), fields="; ".join(texts))


class Malformed(InvalidArgument):
    message = "the request cannot be read: {problem}"


class PageTokenInvalid(InvalidArgument):
    message = "the page token does not belong to this query; start from the first page"


class IdempotencyKeyReused(InvalidArgument):
    message = "the idempotency key {problem}"


class EtagStale(Aborted):
    message = "{kind} {id} was changed by somebody else; read it again"


class Contended(Aborted):
    """Others changed the same records between reading and committing."""

    message = "others are changing the same thing; try again"
    again = True


class DependencyUnavailable(Unavailable):
    """A store, the bus or another module did not answer. Nothing was changed when `again` is kept."""

    message = "{dependency} does not answer; try again"
    again = True


class OutcomeUnknown(DependencyUnavailable):
    """The connection broke while a change was being committed: it may or may not have happened."""

    message = "{dependency} broke off while the change was being committed; read before you try again"
    again = False

    @classmethod
    def reason(cls) -> str:
        return DependencyUnavailable.reason()


class RateLimited(ResourceExhausted):
    message = "too many calls; try again in {retry_after_seconds} s"


class LimitReached(ResourceExhausted):
    message = "the plan allows {most} of {meter}; {remedy}"


class Deadline(DeadlineExceeded):
    message = "the deadline passed before the answer was ready"


def to_status(error: AtriumError, extra: Mapping[str, str] | None = None) -> status_pb2.Status:
    """The error as a status with ErrorInfo, BadRequest for fields, and RetryInfo when a retry time is known."""
    reason = error.code.name if type(error) in _UNNAMED else error.reason()
    details = []
    info = error_details_pb2.ErrorInfo(
        reason=reason, domain=error.domain(), metadata={**error.metadata, **(extra or {})}
    )
    details.append(_packed(info))
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(field=violation.field, description=violation.description, reason=violation.reason)
        details.append(_packed(bad))
    if (seconds := error.metadata.get("retry_after_seconds")) is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(int(float(seconds) * 1000))
        details.append(_packed(retry))
    return status_pb2.Status(code=int(error.code), message=str(error), details=details)


_MOST_OF_FIELDS, _LONGEST_TEXT = 1200, 200
_UNNAMED = frozenset(AtriumError.__subclasses__()) - {NotFound, Internal}
"""The branches of the tree, which have no reason of their own."""


def _packed(
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
