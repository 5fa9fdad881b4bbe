"""The bus on NATS JetStream: a stream for each module, shared durable pull consumers, one stream of dead letters."""

from actors.kernel.events.jetstream.bus import DEAD, KEEP, JetStreamBus, stream_name
from actors.kernel.events.jetstream.connection import connect

__all__ = ["DEAD", "KEEP", "JetStreamBus", "connect", "stream_name"]
