"""What is ended is refused on every replica within a second, though tokens are stateless."""

import time
import uuid
from collections.abc import Callable

import grpc
import pytest

from actors import MODULES
from actors.api.billing.v1 import EntitlementServiceStub, GetEntitlementsRequest
from actors.api.iam.v1 import GetMeRequest, SessionServiceStub
from actors.api.tenants.v1 import GetTenantRequest, TenantServiceStub
from tests.journeys.platform import Platform, eventually, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


def every_replica(platform: Platform) -> list[tuple[str, str]]:
    """Module and address of each replica, asked directly and not through the edge."""
    modules = eventually(lambda: platform.status()["modules"], lambda m: all(len(m.get(n, ())) == 2 for n in MODULES))
    return [(name, f"{one['host']}:{one['port']}") for name, replicas in modules.items() for one in replicas]


def refused_after(platform: Platform, token: str, tenant_id: str, act: Callable[[], object]) -> float:
    """Does something, and returns the seconds until the last replica refuses the token."""
    metadata = (("authorization", f"Bearer {token}"),)
    channels = [(module, grpc.insecure_channel(address)) for module, address in every_replica(platform)]
    try:
        asks: list[Callable[[], object]] = []
        for module, channel in channels:
            if module == "iam":
                stub = SessionServiceStub(channel)
                asks.append(lambda stub=stub: stub.GetMe(GetMeRequest(), metadata=metadata, timeout=5))
            elif module == "billing":
                plans, wanted = EntitlementServiceStub(channel), GetEntitlementsRequest(tenant_id=tenant_id)
                asks.append(
                    lambda plans=plans, wanted=wanted: plans.GetEntitlements(wanted, metadata=metadata, timeout=5)
                )
            else:
                other = TenantServiceStub(channel)
                asks.append(
                    lambda other=other: other.GetTenant(GetTenantRequest(id=tenant_id), metadata=metadata, timeout=5)
                )
        for ask in asks:
            ask()  # each has verified and remembered the token
        act()
        started = time.monotonic()
        for ask in asks:
            while True:
                try:
                    ask()
                except grpc.RpcError as error:
                    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
                    break
                assert time.monotonic() - started < 5, "still accepted after 5 s"
        return time.monotonic() - started
    finally:
        for _, channel in channels:
            channel.close()


@pytest.mark.parametrize("what", ["session ended", "user suspended", "role changed", "tenant suspended"])
def test_it_is_refused_on_every_replica_within_a_second(platform: Platform, admin: str, what: str) -> None:
    name = f"t-{uuid.uuid4().hex[:10]}"
    tenant, token = platform.tenant_admin(admin, name)
    with platform.client(token) as ada, platform.client(admin) as root:
        me = ok(ada.get("/api/v1/auth/me"))
        role = ok(root.post("/api/v1/roles", json={"tenantId": tenant["id"], "displayName": "R", "permissions": []}))
        body = {"tenantId": tenant["id"], "email": f"bob@{name}.example", "displayName": "Bob"}
        ok(root.post("/api/v1/users", json={**body, "roleIds": [role["id"]]}))
        bob = platform.accept(f"bob@{name}.example") if what in ("user suspended", "role changed") else None
        if what == "session ended":
            seconds = refused_after(
                platform, token, tenant["id"], lambda: ok(ada.delete(f"/api/v1/sessions/{me['sessionId']}"))
            )
        elif what == "tenant suspended":
            seconds = refused_after(
                platform, token, tenant["id"], lambda: ok(root.post(f"/api/v1/tenants/{tenant['id']}/suspend", json={}))
            )
        elif what == "user suspended":
            assert bob is not None
            path = f"/api/v1/users/{bob['user']['id']}/suspend"
            seconds = refused_after(
                platform,
                bob["accessToken"],
                tenant["id"],
                lambda: ok(root.post(path, json={"tenantId": tenant["id"], "reason": "left"})),
            )
        else:
            assert bob is not None
            change = {"tenantId": tenant["id"], "permissions": {"names": ["users.read"]}}
            seconds = refused_after(
                platform,
                bob["accessToken"],
                tenant["id"],
                lambda: ok(root.patch(f"/api/v1/roles/{role['id']}", json=change)),
            )
            with platform.client() as anyone:
                renewed = ok(anyone.post("/api/v1/auth/refresh", json={"refreshToken": bob["refreshToken"]}))
            with platform.client(renewed["accessToken"]) as again:
                assert again.get("/api/v1/users").status_code == 200
    print(f"{what}: refused everywhere after {seconds * 1000:.0f} ms")
    assert seconds <= 1.0
