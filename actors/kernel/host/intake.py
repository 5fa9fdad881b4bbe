"""Taking in a stream of requests: each of its messages is admitted by itself, as a call of its own would be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message

from actors.kernel.access.policy import Method
from actors.kernel.call import Call
from actors.kernel.errors import AtriumError, TokenRevoked

if TYPE_CHECKING:
    from actors.kernel.host.chain import Chain

Next = Callable[[Any, Call], Awaitable[Any]]
Messages = AsyncIterator[tuple[Any, Call]]
"""What the handler of a stream gets: each message with the call as it is for that one, about the tenant it names."""


def intake(chain: Chain, method: Method, admit: Next, run: Next) -> Next:
    """The handler of a stream of requests, which gets only messages that `admit`, the steps of one, let pass.

    The first message about each tenant leaves the method's audit entry in that tenant's log: what was taken in is
    there whatever becomes of the rest of the stream. Nothing is taken once the token that opened it is stale.
    """
    store, revocations, audited = chain.store, chain.verifier.revocations, bool(method.audit_action)

    async def messages(requests: AsyncIterator[Any], call: Call) -> Messages:
        entered: set[str] = set()
        async for request in requests:
            if isinstance(request, AtriumError):
                raise request
            if revocations.stale(call.principal):
                raise TokenRevoked
            one = call.within(call.scope)
            one.request, one.response_headers = request, call.response_headers
            await admit(request, one)
            call.scope = one.scope  # whose log a refusal goes to
            if audited and one.scope not in entered:
                entered.add(one.scope)
                one.store, one.audited = store, False
                async with store.unit(one) as unit:
                    unit.audit()
            one.audited = True
            yield request, one

    async def step(requests: AsyncIterator[Any], call: Call) -> Any:
        return await run(messages(requests, call), call)

    return step


async def admitted(request: Message, call: Call) -> None:
    """The end of the steps of one message: it may be taken."""
