"""Where payment providers tell what happened."""

from __future__ import annotations

from actors.api.billing.v1 import HandleWebhookRequest, HandleWebhookResponse, WebhookServiceServicer
from actors.billing.store import BooksUnit
from actors.billing.webhooks import Webhooks
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store


class WebhookService(WebhookServiceServicer):
    """Takes events over the bytes as they came."""

    def __init__(self, room: Room, webhooks: Webhooks) -> None:
        self.webhooks = webhooks
        self.store: Store[BooksUnit] = room.books

    async def HandleWebhook(self, request: HandleWebhookRequest, call: Call) -> HandleWebhookResponse:
        await self.webhooks.take(request.provider, call.headers, request.body.data, call)
        return HandleWebhookResponse()
