"""`make bench`: runs all cases, prints a table, and keeps it as JSON beside this file.

Arguments name the cases to run, which take the place of what is kept of them. With `--quick` nothing is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform as machine
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench import servers
from bench.books import books
from bench.cases import Bench, many_tenants
from bench.invoice_run import InvoiceRun
from bench.usage import UsageBench

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    quick = "--quick" in sys.argv
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    console = Console(width=120)
    rows: list[dict[str, Any]] = []
    profile: list[str] = []

    def run(case: str) -> bool:
        if wanted and case not in wanted:
            return False
        console.print(f"measuring ({case}) …", style="dim")
        return True

    with servers.platform() if not wanted or set(wanted) - {"g", "h"} else contextlib.nullcontext() as started:
        bench = Bench(started, quick)
        if run("a"):
            reads, hops = bench.read()
            rows += reads
            rows += hops
        if run("f"):
            rows += bench.steps()
            profile = bench.profile()
        for case, measured in (("b", bench.create), ("c", bench.announce), ("d", bench.sign_in), ("e", bench.start)):
            if run(case):
                rows += measured()
        if not wanted or set(wanted) & {"i", "j", "k"}:
            usage = UsageBench(started, quick)
            for case, measured in (("i", usage.ingest), ("j", usage.latency), ("k", usage.rating)):
                if run(case):
                    rows += measured()
        if run("l"):
            rows += InvoiceRun(started, quick).measured()
    if run("g"):
        rows += many_tenants(quick)
    if run("h"):
        rows += books(quick)
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    host = f"{os.cpu_count()} cores {cpu}, {psutil.virtual_memory().total / 2**30:.0f} GiB, {machine.platform()}"
    table = Table("case", "what", "Atrium", "bare", "ratio", "goal", "met", title=host)
    for row in sorted(rows, key=lambda r: r["case"]):
        met = "" if not row["goal"] else "yes" if row["met"] else "NO"
        table.add_row(row["case"], row["what"], row["atrium"], row["bare"], str(row["ratio"]), row["goal"], met)
    console.print(table)
    if profile:
        console.print("Where the tenants process spends its time during GETs:")
        console.print("\n".join(profile), highlight=False)
    if not quick:
        _keep(host, rows, profile)
    return 0 if all(row["met"] for row in rows) else 1


def _keep(host: str, rows: list[dict[str, Any]], profile: list[str]) -> None:
    """Puts the rows in place of those that are kept of the same cases; those of other machines are dropped."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured = {row["case"] for row in rows}
    others = [row for row in before.get("rows", ()) if row["case"] not in measured and before["machine"] == host]
    kept = {
        "machine": host,
        "rows": sorted([*others, *({**row, "time": now} for row in rows)], key=lambda row: row["case"]),
        "profile": profile or before.get("profile", []),
    }
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


sys.exit(main())
