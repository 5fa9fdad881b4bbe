"""The API against its own description: whatever a generator thinks of, no 5xx and no answer the document rules out."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.journeys.platform import running

SECONDS = int(os.environ.get("ATRIUM_TEST_SCHEMA_SECONDS", "20"))
"""How long each caller's calls go on; the acceptance run uses 300."""

pytestmark = [pytest.mark.live, pytest.mark.timeout(2 * SECONDS + 180)]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)


def test_the_api_keeps_to_its_description(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder,
        running(Path(folder), ATRIUM_IAM_ACCESS_TOKEN_SECONDS="3600") as platform,
    ):
        admin = platform.set_up()
        _, token = platform.tenant_admin(admin, "acme")
        # The administrator of the platform comes last, who may do away with the tenant.
        for caller, bearer in (("tenant", token), ("platform", admin)):
            done = subprocess.run(
                [
                    str(Path(sys.executable).parent / "schemathesis"),
                    "run",
                    f"{platform.url}/openapi.json",
                    *("--url", platform.url),
                    *("--header", f"Authorization: Bearer {bearer}"),
                    *("--checks", ",".join(CHECKS)),
                    # Streams do not end by themselves, and signing out would end the caller's session.
                    *("--exclude-path-regex", "watch|auth/logout"),
                    *("--phases", "examples,coverage,fuzzing,stateful"),
                    *("--max-time", str(SECONDS)),
                    *("--request-timeout", "20"),
                    *("--warnings", "off"),
                    *("--workers", "1"),
                    *("--seed", "1"),
                    "--continue-on-failure",
                    "--no-color",
                ],
                capture_output=True,
                text=True,
                cwd=tmp_path,
                check=False,
            )
            print(f"{caller}:", done.stdout[done.stdout.rfind("= SUMMARY") :])
            faults = platform.faults()
            assert not faults, "\n".join(faults)
            assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
