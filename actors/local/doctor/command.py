"""The command itself: one line a finding; ends with 1 when anything failed."""

import itertools
import json
import sys
from dataclasses import asdict

import click
from rich.console import Console

from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local.doctor import books, configuration, machine, running
from actors.local.doctor.finding import Finding, fail
from actors.local.settings import LocalSettings

STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Check everything and say how to mend what is wrong (exit code 1 when anything failed)."""
    try:
        platform, local = load(PlatformSettings), load(LocalSettings)
    except SettingsError as error:
        found: list[Finding] = [fail(f"settings: {error}", "Correct the value.")]
    else:
        checks = (
            machine.check(platform, local),
            configuration.check(platform),
            books.check(platform),
            running.check(platform),
        )
        found = list(itertools.chain(*checks))
    effective = configuration.effective()
    if as_json:
        body = {"findings": [asdict(one) for one in found], "settings": [asdict(one) for one in effective]}
        click.echo(json.dumps(body, indent=1))
    else:
        console = Console(highlight=False)
        for one in found:
            console.print(f"[{STYLES[one.level]}]{one.level:<4}[/] ", end="")
            console.print(one.what, markup=False, soft_wrap=True)
            if one.mend:
                console.print(f"     → {one.mend}", markup=False, soft_wrap=True)
        console.print("\nSettings in force:")
        for setting in effective:
            line = f"{setting.variable}={setting.value}  ({setting.source})"
            console.print(line, markup=False, soft_wrap=True)
    sys.exit(1 if any(one.level == "fail" for one in found) else 0)
