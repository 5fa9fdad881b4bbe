"""The least that answers GetTenant: grpc.aio, one point read through motor, one message. Prints its port."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC
from typing import Any

import grpc.aio
from grpc_health.v1.health import aio as health_aio
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from motor.motor_asyncio import AsyncIOMotorClient

from actors.api.tenants.v1 import Tenant, TenantServiceServicer, add_TenantServiceServicer_to_server

FIELDS = {field.name for field in Tenant.DESCRIPTOR.fields}
ENUMS = {"state": "STATE_", "isolation": "ISOLATION_", "payment_status": "PAYMENT_STATUS_"}


class Bare(TenantServiceServicer):
    def __init__(self, collection: Any) -> None:
        self.collection = collection

    async def GetTenant(self, request: Any, context: Any) -> Tenant:
        document = await self.collection.find_one({"_id": request.id})
        document["id"] = document.pop("_id")
        fields = {name: value for name, value in document.items() if name in FIELDS and name != "purged_parts"}
        for name, prefix in ENUMS.items():
            fields[name] = prefix + fields[name]
        return Tenant(**fields)


# The base class is abstract for type checkers only; the other methods are not called here.
Bare.__abstractmethods__ = frozenset()


async def main() -> None:
    client: Any = AsyncIOMotorClient(os.environ["ATRIUM_MONGODB_URL"], tz_aware=True, tzinfo=UTC)
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    database = client[os.environ.get("ATRIUM_MONGODB_DATABASE", "atrium")]
    add_TenantServiceServicer_to_server(Bare(database["tenants"]), server)
    health = health_aio.HealthServicer()  # Envoy asks for it
    await health.set("", HealthCheckResponse.SERVING)
    add_HealthServicer_to_server(health, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


asyncio.run(main())
