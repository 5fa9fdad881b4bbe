"""Every route of the contract, used by a person through the edge; prints a table of what each answered."""

import json
import uuid
from typing import Any

import httpx
import pyotp
import pytest

from actors import MODULES
from edge import routes
from tests.journeys.billing_routes import walk_billing
from tests.journeys.platform import PASSWORD, Platform, eventually, link_token, ok, reason

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


class Walk:
    """Calls routes by their RPC's name and notes what they answered."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        found = routes.read(routes.load_descriptors(), MODULES)
        self.routes = {f"{r.service}.{r.method}": r.bindings[0] for r in found if r.bindings}
        self.seen: dict[str, tuple[int, str]] = {}

    def call(
        self, name: str, token: str = "", /, expect: int = 200, headers: Any = None, **fields: Any
    ) -> httpx.Response:
        route = self.routes[name]
        path = route.template
        for field in list(fields):
            if f"{{{field}}}" in path:
                path = path.replace(f"{{{field}}}", str(fields.pop(field)))
        with self.platform.client(token, **(headers or {})) as client:
            verb = route.verb
            if verb == "GET" or (verb == "DELETE" and not fields.get("password")):
                answer = client.request(verb, path, params=fields)
            else:
                answer = client.request(verb, path, json=fields)
        said = reason(answer) if answer.status_code >= 400 else ""
        assert answer.status_code == expect, f"{name}: {answer.status_code} {answer.text}"
        self.seen.setdefault(name, (answer.status_code, said))
        return answer

    def stream(self, name: str, token: str, items: int, **fields: Any) -> list[dict[str, Any]]:
        """The first items of a server stream, as the browser gets them."""
        path = self.routes[name].template
        for field in list(fields):
            if f"{{{field}}}" in path:
                path = path.replace(f"{{{field}}}", str(fields.pop(field)))
        found: list[dict[str, Any]] = []
        with self.platform.client(token) as client, client.stream("GET", path, params=fields) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line.removeprefix("data: ")))
                    if len(found) >= items:
                        break
        self.seen.setdefault(name, (200, f"{len(found)} events"))
        return found

    def table(self) -> str:
        lines = ["| rpc | route | status | note |", "|---|---|---|---|"]
        for name, route in sorted(self.routes.items()):
            status, note = self.seen.get(name, (0, "NOT CALLED"))
            lines.append(f"| {name} | {route.verb} {route.template} | {status} | {note} |")
        return "\n".join(lines)


def test_every_route_answers_through_the_edge(platform: Platform, admin: str) -> None:
    walk = Walk(platform)
    call = walk.call
    slug = f"t-{uuid.uuid4().hex[:10]}"

    assert not call("SetupService.GetSetup").json()["open"]
    body = {"code": "x", "organizationName": "E", "email": "e@example.com", "displayName": "E", "password": PASSWORD}
    assert reason(call("SetupService.CompleteSetup", expect=403, **body)) == "SETUP_CLOSED"
    assert call("SessionService.GetJwks").json()["keys"]

    # tenants
    plans = call("TenantService.ListTenantPlans", admin).json()["plans"]
    assert {p["id"] for p in plans} >= {"standard", "enterprise"}
    made = call(
        "TenantService.CreateTenant", admin, slug=slug, displayName="Walk", plan="standard",
        adminEmail=f"admin@{slug}.example", adminDisplayName="Ada",
    ).json()  # fmt: skip
    tenant_id = made["id"]
    told = walk.stream("ProvisioningService.WatchProvisioning", admin, 50, tenant_id=tenant_id)
    assert told[-1].get("end") or told[-1]["provisioning"]["state"] == "STATE_SUCCEEDED"
    saga = call("ProvisioningService.GetProvisioning", admin, tenant_id=tenant_id).json()
    assert saga["state"] == "STATE_SUCCEEDED"
    nothing = call("ProvisioningService.RetryProvisioning", admin, expect=400, tenant_id=tenant_id)
    assert reason(nothing) == "NOTHING_TO_RETRY"
    mail = eventually(lambda: platform.mails(f"admin@{slug}.example"), bool)[-1]
    with platform.client() as anyone:
        shown = ok(anyone.post("/api/v1/auth/invitation", json={"token": link_token(mail)}))
    walk.seen["PasswordService.GetInvitation"] = (200, shown["email"])
    with platform.client() as anyone:
        accepted = ok(
            anyone.post("/api/v1/auth/invitation/accept", json={"token": link_token(mail), "password": PASSWORD})
        )
    walk.seen["PasswordService.AcceptInvitation"] = (200, "signed in")
    ada = accepted["accessToken"]
    assert call("TenantService.GetTenant", ada, id=tenant_id).json()["slug"] == slug
    assert len(call("TenantService.ListTenants", admin, query=slug).json()["tenants"]) == 1
    renamed = call("TenantService.UpdateTenant", admin, id=tenant_id, displayName="Walked").json()
    assert renamed["displayName"] == "Walked"
    settings = call("TenantSettingsService.GetTenantSettings", ada, tenant_id=tenant_id).json()
    call("TenantSettingsService.UpdateTenantSettings", ada, tenant_id=tenant_id, primaryColor="#123456",
         etag=settings["etag"])  # fmt: skip
    assert call("TenantSettingsService.GetBranding", slug=slug).json()["primaryColor"] == "#123456"
    call("TenantMetricsService.GetTenantMetrics", admin)
    health = call("TenantMetricsService.GetTenantHealth", admin, tenant_id=tenant_id).json()
    assert health["score"] == sum(part["points"] for part in health["parts"])
    call("TenantMetricsService.ListTenantActivity", ada, tenant_id=tenant_id)
    acting = call("TenantService.ImpersonateTenant", admin, id=tenant_id, reason="a customer asked for help").json()
    assert call("SessionService.GetMe", acting["accessToken"]).json()["impersonatorId"]
    archive = call("TenantExportService.ExportTenant", admin, tenant_id=tenant_id).json()
    eventually(
        lambda: call("TenantExportService.GetTenantExport", admin, tenant_id=tenant_id, id=archive["id"]).json(),
        lambda found: found["state"] == "STATE_COMPLETE",
    )
    zipped = call("TenantExportService.DownloadTenantExport", admin, tenant_id=tenant_id, id=archive["id"])
    assert zipped.content.startswith(b"PK")
    call("SignUpService.SignUp", company="New", slug=f"{slug}-n", email=f"new@{slug}.example", displayName="Neo")
    confirm = eventually(lambda: platform.mails(f"new@{slug}.example"), bool)[-1]
    with platform.client() as anyone:
        confirmed = ok(anyone.post("/api/v1/signup/confirm", json={"token": link_token(confirm)}))
    walk.seen["SignUpService.ConfirmSignUp"] = (200, confirmed["slug"])

    # users and roles of the tenant, by its own admin
    role = call("RoleService.CreateRole", ada, displayName="Lead", permissions=["users.read"]).json()
    assert len(call("RoleService.ListRoles", ada).json()["roles"]) == 6
    role = call("RoleService.UpdateRole", ada, id=role["id"], description="Leads", etag=role["etag"]).json()
    call("RoleService.BatchUpdateRoles", ada, updates=[{"id": role["id"], "displayName": "Leader"}])
    assert call("RoleService.GetRole", ada, id=role["id"]).json()["displayName"] == "Leader"
    assert call("PermissionService.ListPermissions", ada).json()["permissions"]
    bob = call("UserService.CreateUser", ada, email=f"bob@{slug}.example", displayName="Bob").json()
    call("UserService.InviteUser", ada, id=bob["id"])
    assert call("UserService.GetUser", ada, id=bob["id"]).json()["status"] == "STATUS_INVITED"
    assert len(call("UserService.ListUsers", ada).json()["users"]) == 2
    bob = call("UserService.UpdateUser", ada, id=bob["id"], displayName="Robert").json()
    call("UserService.AssignRole", ada, id=bob["id"], roleId=role["id"])
    call("UserService.RevokeRole", ada, id=bob["id"], roleId=role["id"])
    call("UserService.SuspendUser", ada, id=bob["id"], reason="away")
    call("UserService.RestoreUser", ada, id=bob["id"])
    call("UserService.DeleteUser", ada, id=bob["id"])
    call("RoleService.DeleteRole", ada, id=role["id"])
    key = call("ApiKeyService.CreateApiKey", ada, displayName="robot", permissions=["users.read"]).json()
    assert call("ApiKeyService.ListApiKeys", ada).json()["apiKeys"]
    call("ApiKeyService.GetApiKey", ada, id=key["apiKey"]["id"])
    assert call("SessionService.ExchangeApiKey", apiKey=key["secret"]).json()["accessToken"]
    call("ApiKeyService.DeleteApiKey", ada, id=key["apiKey"]["id"])

    walk_billing(call, admin, ada, tenant_id)

    # Ada's own account
    call("SessionService.Login", realm="REALM_TENANT", tenant=slug, email=f"admin@{slug}.example", password=PASSWORD)
    pair = platform.sign_in(f"admin@{slug}.example", slug)
    pair = call("SessionService.Refresh", refreshToken=pair["refreshToken"]).json()
    listed = call("SessionService.ListSessions", pair["accessToken"]).json()["sessions"]
    other = next(s for s in listed if not s["current"])
    call("SessionService.RevokeSession", pair["accessToken"], id=other["id"])
    secret = call("MfaService.StartTotp", pair["accessToken"]).json()["secret"]
    codes = call("MfaService.ConfirmTotp", pair["accessToken"], code=pyotp.TOTP(secret).now()).json()["recoveryCodes"]
    half = platform.sign_in(f"admin@{slug}.example", slug)["mfaToken"]
    full = call("SessionService.CompleteMfa", half, recoveryCode=codes[0]).json()["accessToken"]
    call("MfaService.DisableTotp", full, password=PASSWORD)
    call("PasswordService.ChangePassword", full, currentPassword=PASSWORD, newPassword=PASSWORD + " 2")
    call("PasswordService.ForgotPassword", realm="REALM_TENANT", tenant=slug, email=f"admin@{slug}.example")
    link = eventually(lambda: [m for m in platform.mails(f"admin@{slug}.example") if "reset-password" in m], bool)[-1]
    with platform.client() as anyone:
        ok(anyone.post("/api/v1/auth/password/reset", json={"token": link_token(link), "password": PASSWORD}))
    walk.seen["PasswordService.ResetPassword"] = (200, "")
    again = platform.sign_in(f"admin@{slug}.example", slug)["accessToken"]
    call("SessionService.Logout", again)

    # the audit log
    assert call("AuditLogService.ListAuditLogs", admin, tenant_id=tenant_id).json()["auditLogs"]
    assert call("AuditLogService.ExportAuditLogs", admin, tenant_id=tenant_id).text.startswith("id,occur_time")
    assert walk.stream("AuditLogService.WatchAuditLogs", admin, 1)
    assert call("AuditLogService.VerifyAuditLog", admin, tenant_id=tenant_id).json()["intact"]
    assert call("IamMetricsService.GetIamMetrics", admin).json()["days"]

    # and the end of the tenant
    call("TenantService.SuspendTenant", admin, id=tenant_id, reason="over")
    call("TenantService.RestoreTenant", admin, id=tenant_id)
    assert call("TenantService.DeleteTenant", admin, id=tenant_id).json()["state"] == "STATE_DELETING"

    print("\n" + walk.table())
    assert not walk.routes.keys() - walk.seen.keys(), sorted(walk.routes.keys() - walk.seen.keys())
