import importlib
import pkgutil
import re
import string

import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

import actors
from actors.kernel.errors import (
    AtriumError,
    Code,
    Contended,
    EtagStale,
    InvalidArgument,
    InvalidFields,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Violation,
    to_status,
)
from actors.kernel.mesh.dial import Refused


def every_error() -> list[type[AtriumError]]:
    for found in pkgutil.walk_packages(actors.__path__, "actors."):
        if not found.name.startswith(("actors.api", "actors.local", "actors.__main__")):
            importlib.import_module(found.name)

    def below(kind: type[AtriumError]) -> list[type[AtriumError]]:
        return [kind, *(deeper for one in kind.__subclasses__() for deeper in below(one))]

    return [kind for kind in below(AtriumError)[1:] if kind.__module__.startswith("actors.")]


ERRORS = [kind for kind in every_error() if kind is not Refused]


def detail(status: status_pb2.Status, kind: type) -> object:
    for one in status.details:
        found = kind()
        if one.Unpack(found):
            return found
    return None


def info_of(error: AtriumError) -> error_details_pb2.ErrorInfo:
    found = detail(to_status(error), error_details_pb2.ErrorInfo)
    assert isinstance(found, error_details_pb2.ErrorInfo)
    return found


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_of_the_standard_and_a_message_to_a_person(kind: type[AtriumError]) -> None:
    assert code_pb2.Code.Name(int(kind.code)) == kind.code.name
    assert re.fullmatch("[A-Z][A-Z0-9_]*", kind.reason())  # type: ignore[arg-type]
    if kind not in AtriumError.__subclasses__():
        assert kind.message and not kind.message.endswith("."), kind


@pytest.mark.parametrize("kind", [k for k in ERRORS if k is not InvalidFields], ids=lambda k: k.__name__)
def test_every_value_in_a_message_travels_as_metadata(kind: type[AtriumError]) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(kind.message) if name}
    names.discard("retry_after_seconds")
    values = {name: f"<{name}>" for name in names}
    more = {"retry_after_seconds": 7} if "retry_after_seconds" in kind.message else {}
    try:
        error = kind(**values, **more)
    except TypeError:
        pytest.skip("makes its metadata from arguments of its own; tested where it is raised")
    for name, value in values.items():
        assert value in str(error)
        assert info_of(error).metadata[name] == value


def test_a_status_names_reason_domain_and_what_it_is_about() -> None:
    error = NotFound(kind="user", id="usr_1")
    status = to_status(error, {"request_id": "req_1"})
    assert (status.code, status.message) == (code_pb2.NOT_FOUND, "no user usr_1 here")
    info = detail(status, error_details_pb2.ErrorInfo)
    assert info == error_details_pb2.ErrorInfo(
        reason="NOT_FOUND", domain="atrium.kernel", metadata={"kind": "user", "id": "usr_1", "request_id": "req_1"}
    )


def test_violated_fields_are_told_one_by_one() -> None:
    error = InvalidFields(Violation("email", "is no address", "string.email"), Violation("roles[2]", "is unknown"))
    bad = detail(to_status(error), error_details_pb2.BadRequest)
    assert isinstance(bad, error_details_pb2.BadRequest)
    assert [(v.field, v.description, v.reason) for v in bad.field_violations] == [
        ("email", "is no address", "string.email"),
        ("roles[2]", "is unknown", ""),
    ]
    assert "email: is no address; roles[2]: is unknown" in str(error)


def test_a_limit_says_when_to_come_again() -> None:
    retry = detail(to_status(RateLimited(retry_after_seconds=1.5)), error_details_pb2.RetryInfo)
    assert isinstance(retry, error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToMilliseconds() == 1500
    assert detail(to_status(NotFound(kind="x", id="y")), error_details_pb2.RetryInfo) is None


def test_a_branch_of_the_tree_has_no_reason_but_its_code() -> None:
    assert info_of(InvalidArgument(problem="x")).reason == "INVALID_ARGUMENT"
    assert info_of(EtagStale(kind="user", id="1")).reason == "ETAG_STALE"


def test_what_another_module_refused_keeps_its_reason_domain_and_values() -> None:
    error = Refused(Code.FAILED_PRECONDITION, "in words", "LAST_ADMIN_STAYS", "atrium.iam", {"self": "a", "id": "b"})
    status = to_status(error)
    info = detail(status, error_details_pb2.ErrorInfo)
    assert (status.code, status.message) == (9, "in words")
    assert info == error_details_pb2.ErrorInfo(
        reason="LAST_ADMIN_STAYS", domain="atrium.iam", metadata={"self": "a", "id": "b"}
    )


def test_only_what_changed_nothing_is_tried_again() -> None:
    assert Contended.again and not OutcomeUnknown.again
    assert OutcomeUnknown.reason() == "DEPENDENCY_UNAVAILABLE"
    assert not any(kind.again for kind in ERRORS if int(kind.code) not in (10, 14))


def test_a_value_that_is_missing_leaves_a_gap_instead_of_a_fault() -> None:
    assert str(NotFound(kind="user")) == "no user  here"


def test_of_very_many_invalid_fields_the_first_are_told_and_the_others_counted() -> None:
    violations = [Violation(f"events[{n}].id", "must be at least 1 characters", "string.min_len") for n in range(1000)]
    error = InvalidFields(*violations)
    assert error.violations == tuple(violations[: len(error.violations)]) and 10 < len(error.violations) < 40
    assert str(error).endswith(f"; and {1000 - len(error.violations)} more")
    assert to_status(error).ByteSize() < 5000
    long = InvalidFields(Violation("a" * 5000, "\U0001f600" * 5000))
    assert to_status(long).ByteSize() < 5000
