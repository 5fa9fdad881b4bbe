"""Disputes as Stripe and PayPal tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def stripe_dispute(intent: str, status: str = "needs_response", amount: int = 1000, due: int = 1_800_000_000) -> Any:
    """A dispute of Stripe's over a PaymentIntent, as in its OpenAPI."""
    evidence: dict[str, Any] = dict.fromkeys(
        [
            "access_activity_log",
            "billing_address",
            "cancellation_policy",
            "cancellation_policy_disclosure",
            "cancellation_rebuttal",
            "customer_communication",
            "customer_email_address",
            "customer_name",
            "customer_purchase_ip",
            "customer_signature",
            "duplicate_charge_documentation",
            "duplicate_charge_explanation",
            "duplicate_charge_id",
            "product_description",
            "receipt",
            "refund_policy",
            "refund_policy_disclosure",
            "refund_refusal_explanation",
            "service_date",
            "service_documentation",
            "shipping_address",
            "shipping_carrier",
            "shipping_date",
            "shipping_documentation",
            "shipping_tracking_number",
            "uncategorized_file",
            "uncategorized_text",
        ]
    )
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": "ch_1",
        "created": 1_790_000_000,
        "currency": "eur",
        "enhanced_eligibility_types": [],
        "evidence": {**evidence, "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": intent,
        "reason": "fraudulent",
        "status": status,
    }


def stripe_event(kind: str, dispute: Any) -> Any:
    return {
        "id": f"evt_{kind}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_001,
        "data": {"object": dispute},
        "livemode": False,
        "pending_webhooks": 1,
        "request": None,
        "type": f"charge.dispute.{kind}",
    }


def stripe_movement(dispute: Any, amount: int) -> Any:
    """What a dispute takes off the balance, or gives back to it."""
    return {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": amount,
        "available_on": 1_790_000_002,
        "balance_type": "payments",
        "created": 1_790_000_002,
        "currency": "eur",
        "description": "Chargeback withdrawal for ch_1",
        "exchange_rate": None,
        "fee": 2000,
        "fee_details": [],
        "net": amount - 2000,
        "reporting_category": "dispute",
        "source": dispute,
        "status": "pending",
        "type": "adjustment",
    }


def paypal_event(kind: str, payment_id: str, at: datetime, **more: Any) -> Any:
    """`CREATED` or `RESOLVED`, of the Customer Disputes API."""
    return {
        "id": f"WH-{kind}",
        "event_type": f"CUSTOMER.DISPUTE.{kind}",
        "resource_type": "dispute",
        "create_time": at.isoformat(),
        "resource": {
            "dispute_id": "PP-D-1",
            "disputed_transactions": [{"seller_transaction_id": "3BC38643YC807283D", "custom": payment_id}],
            "dispute_amount": {"currency_code": "EUR", "value": "10.00"},
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": "OPEN",
            **more,
        },
    }


def paypal_movement(code: str, value: str, payment_id: str, at: datetime) -> Any:
    return {
        "transaction_info": {
            "transaction_id": "9GS80322P28628837",
            "transaction_event_code": code,
            "transaction_amount": {"currency_code": "EUR", "value": value},
            "transaction_initiation_date": at.isoformat(),
            "custom_field": payment_id,
        }
    }


def paypal_dispute(id: str, capture: Any, at: str) -> Any:
    """A dispute over a capture, as the Customer Disputes API shows it."""
    return {
        "dispute_id": id,
        "create_time": at,
        "update_time": at,
        "disputed_transactions": [{"seller_transaction_id": capture["id"], "custom": capture.get("custom_id", "")}],
        "dispute_amount": dict(capture["amount"]),
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_life_cycle_stage": "CHARGEBACK",
        "seller_response_due_date": at,
    }
