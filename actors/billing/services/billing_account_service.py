"""Who is billed, and whether billing goes on."""

from __future__ import annotations

from dataclasses import replace

from actors.api.billing.v1 import BillingAccount as BillingAccountMessage
from actors.api.billing.v1 import (
    BillingAccountServiceServicer,
    GetBillingAccountRequest,
    ListBillingAccountsRequest,
    ListBillingAccountsResponse,
    UnparkBillingAccountRequest,
    UpdateBillingAccountRequest,
)
from actors.billing.countries import must_be_country
from actors.billing.domain.account import BillingAccount, Party
from actors.billing.domain.account import State as AccountState
from actors.billing.domain.invoice import InvoiceDrafted
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.money import CurrencyMismatch, must_be_currency
from actors.billing.issuing import Issuing
from actors.billing.standing import lines_of, rates_of
from actors.billing.store import BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.errors import InvalidFields, Violation
from actors.kernel.module import Room
from actors.kernel.store.contract import Condition, Eq, In, Ne, Order
from actors.kernel.store.unit import Store

MANAGE = "billing-accounts.manage"
MOST_DRAFTS = 500
_PARKED_FIRST = Order("state", descending=True)


class BillingAccountService(BillingAccountServiceServicer):
    """Tenants as they are billed."""

    def __init__(self, room: Room, issuing: Issuing) -> None:
        self.room, self.clock, self.issuing = room, room.clock, issuing
        self.store: Store[BooksUnit] = room.books

    async def GetBillingAccount(self, request: GetBillingAccountRequest, call: Call) -> BillingAccountMessage:
        async with self.store.unit(call) as unit:
            return _message(await unit.accounts.get(request.tenant_id))

    async def ListBillingAccounts(self, request: ListBillingAccountsRequest, call: Call) -> ListBillingAccountsResponse:
        names = tuple(wire.enum_name(BillingAccountMessage.State.DESCRIPTOR, state) for state in request.states)
        where: list[Condition] = [In("state", tuple(name for name in names if name))] if any(names) else []
        async with self.store.unit(call) as unit:
            # By state, which has the parked ones first: PARKED is after OPEN.
            page = await unit.accounts.page(*where, order=_PARKED_FIRST, request=request)
        return ListBillingAccountsResponse(
            accounts=[_message(account) for account in page.items], next_page_token=page.next_page_token
        )

    async def UpdateBillingAccount(self, request: UpdateBillingAccountRequest, call: Call) -> BillingAccountMessage:
        if request.replace_tax_rates or request.tax_rate_ids or request.HasField("tax_exempt"):
            call.require(MANAGE)
        if request.HasField("country"):
            must_be_country(request.country)
        async with self.store.unit(call) as unit:
            account = await unit.accounts.get(request.tenant_id, request.etag)
            currency = request.currency if request.HasField("currency") else None
            if currency is not None and currency != account.currency:
                await self._must_be_free(unit, account, currency)
            rates = None
            if request.replace_tax_rates or request.tax_rate_ids:
                rates = await _known_rates(unit, tuple(request.tax_rate_ids))
            changed = account.updated(
                self.clock.now(),
                party=_party(account.party, request),
                currency=currency,
                locale=(request.locale or None) if request.HasField("locale") else None,
                locale_chosen=bool(request.locale) if request.HasField("locale") else None,
                tax_rate_ids=rates,
                tax_exempt=request.tax_exempt if request.HasField("tax_exempt") else None,
            )
            return _message(unit.accounts.put(changed))

    async def UnparkBillingAccount(self, request: UnparkBillingAccountRequest, call: Call) -> BillingAccountMessage:
        now = self.clock.now()
        async with self.store.unit(call) as unit:
            account = await unit.accounts.get(request.tenant_id)
            if account.state is AccountState.OPEN:
                return _message(account)
            drafts = await unit.invoices.select(Eq("state", InvoiceState.DRAFT.name), limit=MOST_DRAFTS)
            for invoice in drafts:
                # What still waits for its usage is checked once it is complete, as any other.
                if await self.issuing.waits(unit, invoice):
                    continue
                if found := await self.issuing.breaches(unit, invoice, await lines_of(unit, invoice), account):
                    raise found[0].error()
                unit.announce(InvoiceDrafted(tenant_id=account.tenant_id, invoice_id=invoice.id), key=invoice.id)
            unit.note("billing:account:note", account.tenant_id, request.note.strip())
            return _message(unit.accounts.put(account.unparked(now)))

    async def _must_be_free(self, unit: BooksUnit, account: BillingAccount, currency: str) -> None:
        """Raises CurrencyMismatch while a subscription is charged in another currency."""
        must_be_currency(currency)
        live = await unit.subscriptions.one(Ne("live_key", None), Ne("currency", currency))
        if live is not None:
            raise CurrencyMismatch(expected=live.currency, given=currency)


async def _known_rates(unit: BooksUnit, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Raises InvalidFields for a rate that is unknown or archived."""
    known = await rates_of(unit)
    for n, id in enumerate(ids):
        if id not in known or known[id].archived:
            raise InvalidFields(Violation(f"tax_rate_ids[{n}]", f"there is no tax rate {id}", "TAX_RATE_UNKNOWN"))
    return ids


def _party(party: Party, request: UpdateBillingAccountRequest) -> Party:
    names = ("name", "country", "tax_number", "email")
    given = {name: getattr(request, name).strip() for name in names if request.HasField(name)}  # type: ignore[arg-type]
    if request.replace_address or request.address_lines:
        given["address_lines"] = tuple(line for text in request.address_lines if (line := text.strip()))
    return replace(party, **given)


def _message(account: BillingAccount) -> BillingAccountMessage:
    return wire.message(BillingAccountMessage, account)
