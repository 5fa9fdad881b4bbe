"""Billing's part of the walk over every route: a plan is made and sold, paid, refunded and ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import httpx

from tests.journeys.platform import eventually, reason

Ask = Callable[..., httpx.Response]


def walk_billing(call: Ask, admin: str, ada: str, tenant_id: str) -> None:
    """`ada` administers the tenant, which is on a trial; afterwards its subscription has ended."""
    plan = f"walk-{uuid.uuid4().hex[:10]}"
    _catalogue(call, admin, plan)
    first = _methods_and_account(call, admin, ada, tenant_id)
    _subscription(call, admin, ada, tenant_id, plan, first)
    _money(call, admin, ada, tenant_id)
    _usage(call, admin, ada, tenant_id)
    call("PlanService.ArchivePlan", admin, id=plan)
    call("SubscriptionService.CancelSubscription", ada, id=_live(call, ada)["id"], reason="the walk is over")


def _terms(minor: int) -> dict[str, Any]:
    price = {"id": "flat", "displayName": "Platform", "kind": "KIND_FLAT", "model": "MODEL_PER_UNIT"}
    book = {"currency": "EUR", "interval": "INTERVAL_MONTH", "prices": [{**price, "tiers": [_unit(minor)]}]}
    return {"displayName": "Walk", "tier": "standard", "priceBooks": [book]}


def _unit(minor: int) -> dict[str, Any]:
    return {"unitMicros": str(minor * 1_000_000)}


def _catalogue(call: Ask, admin: str, plan: str) -> None:
    assert {one["id"] for one in call("PlanService.ListPlans").json()["plans"]} >= {"free", "standard"}
    terms = _terms(1000)
    assert call("PlanService.CreatePlan", admin, id=plan, terms=terms).json()["state"] == "STATE_DRAFT"
    call("PlanService.UpdatePlan", admin, id=plan, terms=_terms(2000))
    assert call("PlanService.PublishPlan", admin, id=plan).json()["planVersion"] == 1
    assert call("PlanService.GetPlan", id=plan).json()["terms"]["displayName"] == "Walk"
    assert len(call("PlanService.ListPlanVersions", admin, id=plan).json()["versions"]) == 1
    simulated = call(
        "PlanService.SimulatePlan", admin, terms=terms, currency="EUR", interval="INTERVAL_MONTH", seats=1
    ).json()
    assert simulated
    rate = call("TaxRateService.CreateTaxRate", admin, displayName="Walked", rateMicros=70_000).json()
    assert rate["id"] in {one["id"] for one in call("TaxRateService.ListTaxRates", admin).json()["taxRates"]}
    assert call("TaxRateService.ArchiveTaxRate", admin, id=rate["id"]).json()["archived"]
    coupon = call(
        "DiscountService.CreateCoupon", admin, code=plan, displayName="Walked", percentMicros=100_000, months=1
    ).json()
    assert coupon["id"] in {one["id"] for one in call("DiscountService.ListCoupons", admin).json()["coupons"]}
    call("DiscountService.DeleteCoupon", admin, id=coupon["id"])
    call("BillingMetricsService.GetBillingMetrics", admin)


def _methods_and_account(call: Ask, admin: str, ada: str, tenant_id: str) -> str:
    assert call("PaymentMethodService.ListPaymentProviders", ada).json()["providers"][0]["sandbox"]
    card = {"provider": "PROVIDER_SANDBOX", "providerToken": "tok_visa"}
    first = call("PaymentMethodService.CreatePaymentMethod", ada, **card, default=True).json()
    assert call("PaymentMethodService.ConfirmPaymentMethod", ada, id=first["id"]).json()["state"] == "STATE_ACTIVE"
    second = call("PaymentMethodService.CreatePaymentMethod", ada, **card).json()
    assert call("PaymentMethodService.SetDefaultPaymentMethod", ada, id=first["id"]).json()["default"]
    call("PaymentMethodService.DeletePaymentMethod", ada, id=second["id"])
    assert len(call("PaymentMethodService.ListPaymentMethods", ada).json()["paymentMethods"]) == 1
    account = call("BillingAccountService.GetBillingAccount", ada, tenant_id=tenant_id).json()
    changed = {"tenant_id": tenant_id, "name": "Walkers Ltd", "etag": account["etag"]}
    assert call("BillingAccountService.UpdateBillingAccount", ada, **changed).json()["party"]["name"] == "Walkers Ltd"
    call("BillingAccountService.ListBillingAccounts", admin)
    open_already = call("BillingAccountService.UnparkBillingAccount", admin, tenant_id=tenant_id, note="looked at it")
    assert open_already.json()["state"] == "STATE_OPEN"
    return str(first["id"])


def _live(call: Ask, ada: str) -> dict[str, Any]:
    listed = call("SubscriptionService.ListSubscriptions", ada).json()["subscriptions"]
    found: dict[str, Any] = next(one for one in listed if one["state"] != "STATE_CANCELLED")
    return found


def _subscription(call: Ask, admin: str, ada: str, tenant_id: str, plan: str, method: str) -> None:
    trial = eventually(lambda: _live(call, ada), lambda one: one["state"] == "STATE_TRIALING")
    call("SubscriptionService.CancelSubscription", ada, id=trial["id"], now=True)
    wanted = {"planId": plan, "interval": "INTERVAL_MONTH", "skipTrial": True, "paymentMethodId": method}
    made = call("SubscriptionService.CreateSubscription", ada, **wanted).json()
    assert made["subscription"]["state"] == "STATE_ACTIVE" and made["payment"]["state"] == "STATE_SUCCEEDED"
    id = made["subscription"]["id"]
    assert call("SubscriptionService.GetSubscription", ada, id=id).json()["planId"] == plan
    preview = call("SubscriptionService.PreviewInvoice", ada, subscriptionId=id).json()
    assert preview["totals"]["totalMinor"] == "2000"
    call("SubscriptionService.ChangeSubscription", ada, id=id, planId="premium", effectiveAt="EFFECTIVE_AT_PERIOD_END")
    assert call("SubscriptionService.PauseSubscription", admin, id=id).json()["pauseAtPeriodEnd"]
    assert not call("SubscriptionService.ResumeSubscription", ada, id=id).json()["pauseAtPeriodEnd"]
    assert call("EntitlementService.GetEntitlements", ada, tenant_id=tenant_id).json()["usable"]


def _money(call: Ask, admin: str, ada: str, tenant_id: str) -> None:
    invoice = call("InvoiceService.ListInvoices", ada).json()["invoices"][0]
    id = invoice["id"]
    lines = call("InvoiceService.GetInvoice", ada, id=id).json()["lines"]
    call("InvoiceService.ListInvoiceLineUsage", ada, id=id, line_id=lines[0]["id"])
    assert call("InvoiceService.VerifyInvoice", admin, id=id).json()["identical"]
    pdf = call("InvoiceService.DownloadInvoice", ada, id=id)
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"] == f'attachment; filename="{invoice["number"]}.pdf"'
    for name, fields in (
        ("InvoiceService.VoidInvoice", {"id": id, "reason": "paid already"}),
        ("InvoiceService.WriteOffInvoice", {"id": id, "reason": "paid already"}),
        ("PaymentService.RecordTransfer", {"invoiceId": id, "amountMinor": 100}),
        ("PaymentService.CreatePayment", {"invoiceId": id}),
    ):
        assert reason(call(name, admin, expect=400, **fields)) == "INVOICE_STATE", name
    payment = call("PaymentService.ListPayments", ada).json()["payments"][0]
    assert call("PaymentService.GetPayment", ada, id=payment["id"]).json()["state"] == "STATE_SUCCEEDED"
    call("PaymentService.ConfirmPayment", ada, id=payment["id"])
    refund = call("PaymentService.RefundPayment", admin, id=payment["id"], amountMinor=500, reason="as a favour").json()
    assert refund["id"] in {one["id"] for one in call("PaymentService.ListRefunds", ada).json()["refunds"]}
    assert call("PaymentService.ListDisputes", ada, payment_id=payment["id"]).json()["disputes"] == []
    credit = {"tenantId": tenant_id, "amount": {"minor": 100, "currency": "EUR"}, "reason": "as a favour"}
    assert call("DiscountService.GrantCredit", admin, **credit).json()["balance"]["minor"] == "100"
    assert call("LedgerService.ListLedgerEntries", admin, tenant_id=tenant_id).json()["entries"]
    call("LedgerService.GetLedgerBalance", ada, tenant_id=tenant_id)
    assert call("LedgerService.ProveLedger", admin).json()["proven"]
    assert call("LedgerService.GetLedgerProof", admin).json()["proven"]
    forged = call("WebhookService.HandleWebhook", provider="sandbox", expect=401, type="charge.succeeded")
    assert reason(forged) == "SIGNATURE_INVALID"


def _usage(call: Ask, admin: str, ada: str, tenant_id: str) -> None:
    meter = {"displayName": "Steps", "unit": "step", "aggregation": "AGGREGATION_SUM"}
    call("UsageService.UpdateMeter", admin, id="walked_steps", **meter)
    assert "walked_steps" in {one["id"] for one in call("UsageService.ListMeters", ada).json()["meters"]}
    events = [{"id": f"step-{n}", "meter": "walked_steps", "quantity": 2} for n in range(3)]
    recorded = call("UsageService.RecordUsage", ada, events=events).json()
    assert recorded["accepted"] == "3"
    found = call("UsageService.GetUsage", ada, tenant_id=tenant_id).json()["meters"]
    assert next(one["quantity"] for one in found if one["meter"]["id"] == "walked_steps") == "6"
    assert len(call("UsageService.ListUsageEvents", ada, tenant_id=tenant_id).json()["events"]) == 3
