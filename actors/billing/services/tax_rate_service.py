"""Taxes that invoices may carry."""

from __future__ import annotations

from actors.api.billing.v1 import (
    ArchiveTaxRateRequest,
    CreateTaxRateRequest,
    ListTaxRatesRequest,
    ListTaxRatesResponse,
    TaxRateServiceServicer,
)
from actors.api.billing.v1 import TaxRate as TaxRateMessage
from actors.billing.countries import must_be_country
from actors.billing.domain.tax import new_tax_rate
from actors.billing.store import BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Condition, Eq
from actors.kernel.store.unit import Store


class TaxRateService(TaxRateServiceServicer):
    """Rates are never changed: archived, and another one made."""

    def __init__(self, room: Room) -> None:
        self.clock = room.clock
        self.store: Store[BooksUnit] = room.books

    async def CreateTaxRate(self, request: CreateTaxRateRequest, call: Call) -> TaxRateMessage:
        must_be_country(request.country)
        async with self.store.unit(call) as unit:
            rate = unit.tax_rates.put(
                new_tax_rate(
                    id=self.clock.new_id("tax"),
                    display_name=request.display_name,
                    rate_micros=request.rate_micros,
                    inclusive=request.inclusive,
                    country=request.country,
                    at=self.clock.now(),
                )
            )
            return unit.answer(wire.message(TaxRateMessage, rate))

    async def ListTaxRates(self, request: ListTaxRatesRequest, call: Call) -> ListTaxRatesResponse:
        where: list[Condition] = [] if request.show_archived else [Eq("archived", False)]
        async with self.store.unit(call) as unit:
            page = await unit.tax_rates.page(*where, request=request)
        return ListTaxRatesResponse(
            tax_rates=[wire.message(TaxRateMessage, rate) for rate in page.items],
            next_page_token=page.next_page_token,
        )

    async def ArchiveTaxRate(self, request: ArchiveTaxRateRequest, call: Call) -> TaxRateMessage:
        async with self.store.unit(call) as unit:
            rate = unit.tax_rates.put((await unit.tax_rates.get(request.id)).taken_off())
            return wire.message(TaxRateMessage, rate)
