"""What the errors of MongoDB's driver mean to the store's callers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pymongo.errors import OperationFailure, PyMongoError, WTimeoutError

from actors.kernel.errors import Contended, DependencyUnavailable, OutcomeUnknown

DOWN = "MongoDB"
_CONFLICTS = (112, 24, 251)
"""Write conflict, lock time-out, no such transaction."""
_SENSELESS = (2, 9, 14, 51091)
"""Bad value, failed to parse, type mismatch, invalid regular expression: asking again brings the same."""


def translated(error: PyMongoError) -> Exception:
    """What an error of the driver while committing means to the store's callers."""
    if error.has_error_label("TransientTransactionError"):
        return Contended()
    if isinstance(error, OperationFailure) and error.code in _CONFLICTS:
        return Contended()
    if isinstance(error, WTimeoutError) or error.has_error_label("UnknownTransactionCommitResult"):
        return OutcomeUnknown(dependency=DOWN)
    return DependencyUnavailable(dependency=DOWN, problem=f"{type(error).__name__} {getattr(error, 'code', '')}")


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Translates the driver's errors where nothing was being committed. A query that makes no sense is our fault."""
    try:
        yield
    except PyMongoError as error:
        if isinstance(error, OperationFailure) and error.code in _SENSELESS:
            raise
        raise DependencyUnavailable(dependency=DOWN, problem=type(error).__name__) from error
