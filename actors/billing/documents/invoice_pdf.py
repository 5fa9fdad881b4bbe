"""Invoices as PDF, set by typst from `templates/invoice.typ` with the fonts of this package.

The same document gives the same bytes: nothing of the machine, the moment or the process gets in. The file is PDF/A-3a
(ISO 19005-3): fonts inside, text extractable, structure for screen readers, fit for archives.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from pathlib import Path

import orjson
import typst

from actors.billing.documents.invoice import InvoiceDocument
from actors.billing.documents.wording import Wording

HERE = Path(__file__).parent
MOST_LOGO_BYTES = 256 * 1024
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_DRAWING = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)
_COSTLY = re.compile(rb"<!(DOCTYPE|ENTITY)|<(\w+:)?(filter|image|pattern|foreignObject)[\s>]", re.IGNORECASE)
"""What makes a small drawing large, or reaches out of it."""
_setting = threading.Lock()


def render(document: InvoiceDocument) -> bytes:
    """The document as PDF. Raises ValueError for a logo or colour that cannot be printed, and for an unknown time zone.

    Text of people is printed as it is, whatever it holds; characters without a shape in the shipped fonts are printed
    as □. May be called from any thread; one document is set at a time.
    """
    if not _COLOR.fullmatch(document.brand_color):
        raise ValueError("the brand colour must look like #2f5bd8")
    if document.logo and (len(document.logo) > MOST_LOGO_BYTES or not _is_picture(document.logo)):
        raise ValueError(f"the logo must be a PNG, JPEG, WebP or plain SVG of at most {MOST_LOGO_BYTES} bytes")
    try:
        words = Wording(document).words()
    except KeyError as error:
        raise ValueError(f"there is no time zone {document.time_zone}") from error
    data = orjson.dumps(words).decode()
    with _setting:
        try:
            made = _compiler().compile(
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards="a-3a",
                timestamp=int(document.issue_time.timestamp()),
            )
        except typst.TypstError as error:
            if document.logo:
                raise ValueError("the logo cannot be read") from error
            raise
    assert isinstance(made, bytes)
    return made


def _is_picture(data: bytes) -> bool:
    if data.startswith(_PICTURES) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return True
    return _DRAWING.match(data.removeprefix(b"\xef\xbb\xbf")) is not None and _COSTLY.search(data) is None


@cache
def _compiler() -> typst.Compiler:
    """Made once: it keeps the fonts and what it has read."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"])
    if not fonts.families():
        # Typst would print nothing, and say nothing.
        raise RuntimeError("the fonts of invoices are not where they should be")
    folder = HERE / "templates"
    return typst.Compiler(folder / "invoice.typ", root=folder, font_paths=fonts)
