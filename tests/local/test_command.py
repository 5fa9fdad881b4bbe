import contextlib
import json
import sqlite3
import subprocess
import sys

from tests.local.conftest import Atrium

SLOW = ("rich", "pydantic", "psutil", "grpc", "pymongo", "nats", "ray")


def test_help_imports_no_command() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from actors.__main__ import main\n"
        "print(CliRunner().invoke(main, ['--help']).output)\n"
        f"assert not set({SLOW!r}) & set(sys.modules), set({SLOW!r}) & set(sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "setup-code" in said.stdout and "doctor" in said.stdout


def test_commands_on_a_folder_without_a_platform_say_what_to_do(atrium: Atrium) -> None:
    assert atrium.run("status").returncode == 3
    assert "Nothing runs here" in atrium.ok("down")
    assert "atrium up" in atrium.run("logs").stdout
    assert "Start it with `atrium up`" in atrium.run("env").stdout
    assert not atrium.folder.exists()


def test_a_misspelled_setting_stops_the_start(atrium: Atrium) -> None:
    atrium.environment["ATRIUM_EDGE_ADRESS"] = "127.0.0.1:1"
    done = atrium.run("up")
    assert done.returncode == 1 and "did you mean ATRIUM_EDGE_ADDRESS" in done.stdout
    told = atrium.run("doctor")
    assert told.returncode == 1 and "did you mean ATRIUM_EDGE_ADDRESS" in told.stdout


def test_a_value_that_cannot_be_used_names_its_variable(atrium: Atrium) -> None:
    atrium.environment["ATRIUM_LOCAL_MONGOD_CACHE_MB"] = "lots"
    for command in ("up", "down", "doctor"):
        done = atrium.run(command)
        assert done.returncode == 1 and "ATRIUM_LOCAL_MONGOD_CACHE_MB" in done.stdout, command


def test_the_doctor_prints_every_setting_with_its_source_and_no_secret(atrium: Atrium) -> None:
    atrium.environment |= {
        "ATRIUM_MONGODB_URL": "mongodb://me:hunter2@127.0.0.1:1/?replicaSet=x",
        "ATRIUM_SECRET_KEY": "f00d" * 16,
        "ATRIUM_SQL_URL": "mysql+asyncmy://me:hunter2@127.0.0.1:1/atrium",
        "ATRIUM_BILLING_STRIPE_API_KEY": "sk_live_hunter2",
        "ATRIUM_BILLING_STRIPE_WEBHOOK_SECRET": "whsec_hunter2",
        "ATRIUM_BILLING_PAYPAL_CLIENT_ID": "client",
        "ATRIUM_BILLING_PAYPAL_CLIENT_SECRET": "hunter2",
        "ATRIUM_BILLING_PAYPAL_WEBHOOK_ID": "webhook",
    }
    said = atrium.run("doctor").stdout
    for secret in ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "PAYPAL_CLIENT_SECRET"):
        assert f"ATRIUM_BILLING_{secret}=********  (environment)" in said
    assert "ATRIUM_MONGODB_URL=mongodb://********@127.0.0.1:1/?replicaSet=x  (environment)" in said
    assert "ATRIUM_SECRET_KEY=********  (environment)" in said
    assert "ATRIUM_SQL_URL=********  (environment)" in said
    assert "ATRIUM_LOCAL_LOG_MB=16  (default)" in said
    assert "hunter2" not in said and "f00d" not in said


def test_the_doctor_looks_at_the_books_and_says_how_to_mend_them(atrium: Atrium) -> None:
    def said(url: str) -> str:
        atrium.environment["ATRIUM_SQL_URL"] = url
        found = json.loads(atrium.run("doctor", "--json").stdout)["findings"]
        lines = [f"{one['level']} {one['what']} → {one['mend']}" for one in found if one["what"].startswith("books")]
        return "\n".join(lines)

    folder = atrium.folder.parent
    assert said("").startswith("ok books: none yet")
    assert said(f"sqlite+aiosqlite:///{folder}/none/atrium.db").startswith("ok books: none yet")
    with contextlib.closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.execute("CREATE TABLE t (x)")
    url = f"sqlite+aiosqlite:///{folder}/a.db"
    works, lacks = said(url).splitlines()
    assert works == f"ok books: SQLite {sqlite3.sqlite_version} at {folder}/a.db, takes writes → "
    assert lacks.startswith("warn books: not up to date, lacking billing 0001") and lacks.endswith("`atrium migrate`.")
    (folder / "b.db").write_text("this is no database " * 100)
    assert "file is not a database → Check that the file" in said(f"sqlite+aiosqlite:///{folder}/b.db")
    unreachable = said("mysql+asyncmy://me:hunter2@127.0.0.1:1/atrium")
    assert unreachable.startswith("fail books: ") and "127.0.0.1" in unreachable and "ATRIUM_SQL_URL" in unreachable
    assert "hunter2" not in unreachable
    assert "must begin with mysql+asyncmy:// or sqlite+aiosqlite://, not with postgresql://" in said("postgresql://x/y")
    assert "must name a file" in said("sqlite+aiosqlite://")
    assert "must name a database" in said("mysql+asyncmy://me@host")
    assert "is not an address" in said("nonsense")


def test_a_draft_needs_no_platform(atrium: Atrium) -> None:
    assert "The revisions lead to the collections as they are." in atrium.ok("migrate", "--draft", "first")
    assert not atrium.folder.exists()
