"""Checks of the books: the SQL database in which modules keep all that is money."""

import asyncio
from collections.abc import Iterator

from actors import MODULES
from actors.kernel.module import card
from actors.kernel.settings import PlatformSettings, SettingsError
from actors.local.doctor.finding import Finding, fail, ok, warn

SERVER = "Check ATRIUM_SQL_URL and the server; it looks like mysql+asyncmy://user:password@host:3306/atrium."
FILE = "Check that the file and its folder can be written and that the disk is not full; restore it from a backup."


def check(settings: PlatformSettings) -> Iterator[Finding]:
    cards = [card(name) for name in MODULES]
    if settings.sql_url is None and not any(one.books for one in cards):
        yield ok("books: no module has any")
        return
    from actors.kernel.store.sql import examination, file_of, migrations

    try:
        file = file_of(settings.books_url)
        found = asyncio.run(examination.examine(settings.books_url, migrations.histories(cards)))
    except SettingsError as error:
        yield fail(f"books: {error}", "See the line itself.")
        return
    except examination.Unreachable as error:
        yield fail(f"books: {error}", SERVER if file is None else FILE)
        return
    if found is None:
        yield ok(f"books: none yet, `atrium up` makes {file}")
        return
    what = f"books: {found.server}" + ("" if file is None else f" at {file}")
    if found.writable:
        yield ok(f"{what}, takes writes")
    else:
        yield fail(f"{what} takes no writes", "Name the primary in ATRIUM_SQL_URL." if file is None else FILE)
    if found.missing:
        yield warn(f"books: not up to date, lacking {', '.join(found.missing)}", "Run `atrium migrate`.")
