"""Envelopes as NATS messages: the attributes of CloudEvents 1.0 as headers, and what the platform adds to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime

from nats.aio.msg import Msg

from actors.kernel.events.contract import Envelope

ONLY_FOR = "atrium-only-for"
"""On an event that was given back: the one consumer it is meant for."""


def headers_of(envelope: Envelope) -> dict[str, str]:
    headers = {
        "Nats-Msg-Id": envelope.id,
        "ce-specversion": "1.0",
        "ce-id": envelope.id,
        "ce-type": envelope.type,
        "ce-source": f"/atrium/{envelope.module}",
        "ce-time": envelope.time.isoformat(),
        "content-type": "application/protobuf",
    }
    optional = {
        "ce-subject": envelope.key,
        "atrium-tenant": envelope.tenant_id,
        "atrium-actor": envelope.actor_id,
        "atrium-request": envelope.request_id,
    }
    headers |= {name: value for name, value in optional.items() if value}
    if envelope.schedule:
        # The waiting message must outlive the stream's age limit.
        headers |= {"Nats-Schedule": envelope.schedule, "Nats-Schedule-Target": envelope.target, "Nats-TTL": "never"}
    return headers


def envelope_of(message: Msg) -> Envelope:
    """The envelope a message carries, with when it was stored and how often it was delivered."""
    headers = message.headers or {}
    envelope = envelope_from(headers, message.subject, message.data)
    if not message.reply.startswith("$JS.ACK"):
        return envelope
    metadata = message.metadata
    return dataclasses.replace(
        envelope,
        # Each time a schedule is due is an event of its own.
        id=f"{envelope.id}:{metadata.sequence.stream}" if "Nats-Scheduler" in headers else envelope.id,
        stored_ms=int(metadata.timestamp.timestamp() * 1000),
        deliveries=metadata.num_delivered or 1,
    )


def envelope_from(headers: Mapping[str, str], subject: str, payload: bytes) -> Envelope:
    return Envelope(
        id=headers.get("ce-id", ""),
        type=headers.get("ce-type", ""),
        subject=subject,
        payload=payload,
        time=datetime.fromisoformat(headers["ce-time"]) if "ce-time" in headers else datetime.now(UTC),
        key=headers.get("ce-subject", ""),
        tenant_id=headers.get("atrium-tenant", ""),
        actor_id=headers.get("atrium-actor", ""),
        request_id=headers.get("atrium-request", ""),
    )
