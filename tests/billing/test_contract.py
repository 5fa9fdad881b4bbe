"""The rules speak the words of the contract: reasons, codes, events, enums and fields."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import pkgutil
import typing
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor

import actors.billing.domain as domain
from actors.api.billing import v1
from actors.billing.domain import (
    account,
    coupon,
    credit,
    dispute,
    entitlement,
    invoice,
    ledger,
    line,
    meter,
    metrics,
    payment,
    payment_method,
    period,
    plan,
    pricing,
    proof,
    refund,
    subscription,
    subscription_state,
    tax,
    terms,
    totals,
    usage,
)
from actors.kernel import wire
from actors.kernel.errors import AtriumError
from actors.kernel.events.contract import announcement_message
from actors.kernel.records import Announcement, Record
from tests.protos.test_events import events, reason_comments, reasons, sample

OF_PROVIDERS = {"PROVIDER_MISSING", "PROVIDER_UNAVAILABLE", "SIGNATURE_INVALID"}
"""Reasons that the payment providers give, not the rules."""


def found(base: type) -> Iterator[type]:
    for one in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        module = importlib.import_module(one.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, base) and kind.__module__ == one.name:
                yield kind


ERRORS = list(found(AtriumError))
ANNOUNCEMENTS = list(found(Announcement))


def test_every_reason_of_the_contract_has_one_rule_that_gives_it() -> None:
    names = [typing.cast("type[AtriumError]", one).reason() for one in ERRORS]
    assert sorted(names) == sorted(set(names))
    assert set(names) == reasons("billing") - OF_PROVIDERS


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_has_the_code_that_is_documented(kind: type[AtriumError]) -> None:
    assert kind.domain() == "atrium.billing"
    assert reason_comments("billing")[kind.reason()].partition(":")[0] == kind.code.name


def test_every_event_is_announced_by_a_rule() -> None:
    assert {kind.__name__ for kind in ANNOUNCEMENTS} == events("billing").keys()


@pytest.mark.parametrize("kind", ANNOUNCEMENTS, ids=lambda kind: kind.__name__)
def test_an_announcement_is_written_as_its_event(kind: type[Announcement]) -> None:
    message = events("billing")[kind.__name__]
    assert [f.name for f in dataclasses.fields(kind)] == [f.name for f in message.fields]
    hints = typing.get_type_hints(kind)
    written = announcement_message("billing", kind(**{name: sample(hint) for name, hint in hints.items()}))
    assert type(written).FromString(written.SerializeToString()) == written
    for field in message.fields:
        assert getattr(written, field.name), f"{field.name} was lost"


ENUMS: list[tuple[type[enum.Enum], Any]] = [
    (account.State, v1.BillingAccount.State),
    (dispute.State, v1.Dispute.State),
    (invoice.Kind, v1.Invoice.Kind),
    (invoice.Reason, v1.Invoice.Reason),
    (invoice.State, v1.Invoice.State),
    (ledger.AccountType, v1.LedgerAccountType),
    (line.Kind, v1.InvoiceLine.Kind),
    (meter.Aggregation, v1.Meter.Aggregation),
    (payment.DeclineReason, v1.DeclineReason),
    (payment.State, v1.Payment.State),
    (payment_method.Provider, v1.Provider),
    (payment_method.State, v1.PaymentMethod.State),
    (period.Interval, v1.Interval),
    (plan.State, v1.Plan.State),
    (refund.State, v1.Refund.State),
    (subscription_state.EffectiveAt, v1.EffectiveAt),
    (subscription_state.State, v1.Subscription.State),
    (terms.Beyond, v1.Limit.Beyond),
    (terms.Kind, v1.Price.Kind),
    (terms.Model, v1.Price.Model),
]


@pytest.mark.parametrize(("kind", "wrapper"), ENUMS, ids=lambda one: getattr(one, "__module__", ""))
def test_an_enum_has_the_values_of_the_contract(kind: type[enum.Enum], wrapper: Any) -> None:
    descriptor: EnumDescriptor = wrapper.DESCRIPTOR
    assert [wire.enum_name(descriptor, value.number) for value in descriptor.values][1:] == [one.name for one in kind]


FILLED: dict[str, set[str]] = {
    "Plan": {"subscription_count"},
    "PlanVersion": {"subscription_count"},
    "Invoice": {"lines"},
    "Payment": {"disputes"},
    "PaymentMethod": {"default"},
}
"""Fields that services fill in from elsewhere."""
RECORDS: list[tuple[type, Any]] = [
    (account.BillingAccount, v1.BillingAccount),
    (account.Party, v1.Party),
    (coupon.Coupon, v1.Coupon),
    (credit.CreditGrant, v1.CreditGrant),
    (dispute.Dispute, v1.Dispute),
    (entitlement.Entitlements, v1.Entitlements),
    (invoice.Invoice, v1.Invoice),
    (ledger.LedgerEntry, v1.LedgerEntry),
    (line.InvoiceLine, v1.InvoiceLine),
    (meter.Meter, v1.Meter),
    (metrics.Conversion, v1.BillingMetrics.Conversion),
    (metrics.PlanShare, v1.BillingMetrics.PlanShare),
    (payment.Payment, v1.Payment),
    (payment_method.PaymentMethod, v1.PaymentMethod),
    (plan.Plan, v1.Plan),
    (plan.PlanVersion, v1.PlanVersion),
    (pricing.TierShare, v1.InvoiceLine.TierShare),
    (proof.LedgerProof, v1.LedgerProof),
    (refund.Refund, v1.Refund),
    (subscription.PendingChange, v1.Subscription.PendingChange),
    (subscription.Subscription, v1.Subscription),
    (tax.TaxRate, v1.TaxRate),
    (tax.TaxTotal, v1.TaxTotal),
    (terms.Limit, v1.Limit),
    (terms.Price, v1.Price),
    (terms.PriceBook, v1.PriceBook),
    (terms.Terms, v1.PlanTerms),
    (terms.Tier, v1.Tier),
    (totals.InvoiceTotals, v1.InvoiceTotals),
    (usage.UsageEvent, v1.UsageEvent),
]


@pytest.mark.parametrize(("kind", "message"), RECORDS, ids=lambda one: one.__name__)
def test_a_record_has_every_field_of_its_message(kind: type, message: Any) -> None:
    descriptor: Descriptor = message.DESCRIPTOR
    own = {f.name for f in dataclasses.fields(kind)} | {  # type: ignore[arg-type]
        name for name in dir(kind) if isinstance(getattr(kind, name, None), property)
    }
    missing = {field.name for field in descriptor.fields} - own - FILLED.get(message.__name__, set())
    assert missing == set()
    assert not (issubclass(kind, Record) and "version" in descriptor.fields_by_name), "that is how often it was written"


@pytest.mark.parametrize(("kind", "message"), RECORDS, ids=lambda one: one.__name__)
def test_a_record_goes_to_the_wire_and_to_a_store_and_back(kind: type, message: Any) -> None:
    made = an_instance(kind)
    written = wire.message(message, made)
    assert type(written).FromString(written.SerializeToString()) == written
    assert wire.from_document(kind, wire.document(made)) == made


def an_instance(kind: Any) -> Any:
    """One with something in every field."""
    hints = typing.get_type_hints(kind)
    fields = [f for f in dataclasses.fields(kind) if f.name != "announcements"]
    return kind(**{f.name: a_value(hints[f.name], f.name) for f in fields})


def a_value(hint: Any, name: str) -> Any:
    if typing.get_origin(hint) is tuple:
        return (a_value(typing.get_args(hint)[0], name),)
    options = [one for one in typing.get_args(hint) if one is not type(None)]
    if options:
        return a_value(options[0], name)
    if dataclasses.is_dataclass(hint):
        return an_instance(hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return list(hint)[-1]
    if hint is datetime:
        return datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    return {str: "EUR" if name == "currency" else "x", int: 7, bool: True}[hint]


def test_nothing_waits_and_nothing_reads_a_clock_or_a_file() -> None:
    import ast
    from pathlib import Path

    for path in Path(str(domain.__file__)).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
        assert not [node for node in ast.walk(tree) if isinstance(node, kinds)], path.name
        called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert not called & {"open", "datetime.now", "datetime.utcnow", "time.time", "random.random", "float"}, (
            path.name
        )
        floats = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
        divisions = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
        assert not floats, f"{path.name} has a float"
        # Taxes divide fractions, which stay exact.
        assert not divisions or path.name == "tax.py", f"{path.name} divides"
