"""Invoices as PDF: set once when they are first needed, and kept. So what was sent is what can be fetched, for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from actors.api.iam.v1 import GetSetupRequest, SetupServiceStub
from actors.api.tenants.v1 import GetBrandingRequest, TenantSettingsServiceStub
from actors.billing.documents.composing import Appearance, Circumstances, composed
from actors.billing.documents.invoice import DocumentParty, InvoiceDocument
from actors.billing.documents.invoice_pdf import render
from actors.billing.domain.invoice import Invoice, State
from actors.billing.meters import Meters
from actors.billing.settings import BillingSettings
from actors.billing.standing import lines_of
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel.call import system_call
from actors.kernel.errors import Code, NotFound
from actors.kernel.mesh.dial import Refused, answer
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)
UNNAMED = "Atrium"


class Papers:
    """The documents of invoices and credit notes."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.settings: BillingSettings = room.settings
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books
        self.meters = Meters(room)
        self._seller_name = self.settings.seller_name

    async def kept(self, invoice: Invoice) -> str:
        """The name of the blob, in the books, that is the invoice's PDF. The same bytes from the first time on.

        Raises NotFound for a draft, which is no document, and DependencyUnavailable while the module is not there
        that knows how the tenant's documents look.
        """
        if invoice.state is State.DRAFT or not invoice.number:
            raise NotFound(kind="document of invoice", id=invoice.id)
        name = f"invoices/{invoice.tenant_id}/{invoice.id}.pdf"
        if not await self._exists(name):
            document = await self._document(invoice)
            await self.books.backend.write_blob(name, _once(await asyncio.to_thread(_set, document)))
        return name

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """The pieces of a kept document."""
        async for piece in self.books.backend.read_blob(name):
            yield piece

    async def seller_name(self) -> str:
        """As settings say, else the name that the installation was given when it was set up."""
        if not self._seller_name:
            stub = self.room.mesh.dial("iam", SetupServiceStub)
            self._seller_name = (await answer(stub.GetSetup, GetSetupRequest(), system_call())).organization_name
        return self._seller_name or UNNAMED

    async def _exists(self, name: str) -> bool:
        try:
            async for _ in self.books.backend.read_blob(name):
                return True
        except NotFound:
            return False
        return True

    async def _document(self, invoice: Invoice) -> InvoiceDocument:
        async with self.books.unit(system_call(invoice.tenant_id), aside=True) as unit:
            lines = await lines_of(unit, invoice)
            account = await unit.accounts.get(invoice.tenant_id)
            credited = await unit.invoices.find(invoice.credited_invoice_id) if invoice.credited_invoice_id else None
        async with self.store.unit(system_call(invoice.tenant_id), aside=True) as main:
            tenant = await main.billed_tenants.find(invoice.tenant_id)
        settings, meters = self.settings, await self.meters.all()
        # Who is charged by a provider owes at once; who has some days pays by transfer.
        by_transfer = invoice.due_time != invoice.issue_time
        return composed(
            invoice,
            lines,
            Circumstances(
                seller=DocumentParty(
                    name=await self.seller_name(),
                    address_lines=settings.seller_address,
                    country=settings.seller_country,
                    tax_number=settings.seller_tax_number,
                    email=settings.seller_email,
                    details=settings.seller_details,
                ),
                appearance=await self._appearance(tenant.slug) if tenant is not None else Appearance(),
                locale=account.locale,
                time_zone=account.time_zone,
                credited_number=credited.number if credited else "",
                tax_exempt=account.tax_exempt,
                transfer_details=settings.transfer_details if by_transfer else (),
                byte_meters=frozenset(id for id, meter in meters.items() if meter.unit == "byte"),
            ),
        )

    async def _appearance(self, slug: str) -> Appearance:
        """The tenant's branding, which is no secret; none once the tenant is gone."""
        stub = self.room.mesh.dial("tenants", TenantSettingsServiceStub)
        try:
            branding = await answer(stub.GetBranding, GetBrandingRequest(slug=slug), system_call())
        except NotFound:
            return Appearance()
        except Refused as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
            return Appearance()
        return Appearance(branding.primary_color, branding.logo)


def _set(document: InvoiceDocument) -> bytes:
    """The PDF; without its picture when that cannot be printed, as a bill matters more than a logo."""
    try:
        return render(document)
    except ValueError as error:
        if not document.logo:
            raise
        log.warning("the logo of invoice %s is left out: %s", document.number, error)
        return render(document.without_logo())


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
