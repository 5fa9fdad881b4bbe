"""Numbers for the dashboards."""

from __future__ import annotations

from datetime import timedelta

from actors.api.iam.v1 import GetIamMetricsRequest, IamMetrics, IamMetricsServiceServicer
from actors.iam.domain.user import Status
from actors.iam.store import IamUnit, in_days
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq, Ne
from actors.kernel.store.unit import Store

DEFAULT_DAYS = 30


class IamMetricsService(IamMetricsServiceServicer):
    """Numbers of the platform or of one tenant, from what was recorded as it happened."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.store: Store[IamUnit] = room.store

    async def GetIamMetrics(self, request: GetIamMetricsRequest, call: Call) -> IamMetrics:
        today = self.room.clock.now().date()
        days = [(today - timedelta(days=n)).isoformat() for n in range((request.days or DEFAULT_DAYS) - 1, -1, -1)]
        async with self.store.unit(call) as unit:
            active = await unit.active_days.group(in_days(days[0], days[-1]), by=["day"])
            sign_ins = await unit.sign_in_days.select(
                Eq("tenant_id", call.scope), in_days(days[0], days[-1]), limit=len(days)
            )
            uses = await unit.permission_days.select(
                Eq("tenant_id", call.scope), in_days(days[0], days[-1]), limit=20_000
            )
            known = await unit.roles.known()
            held = await unit.user_roles.group(by=["role_id"])
            statuses = await unit.users.group(by=["status"])
            with_factor = await unit.users.count(Eq("mfa_enabled", True), Ne("status", Status.DELETED.name))
            distinct = [await self._distinct(unit, span) for span in (1, 7, 30)]
        active_by_day = {row["day"]: row["count"] for row in active}
        sign_in_by_day = {one.day: one for one in sign_ins}
        by_status = {row["status"]: row["count"] for row in statuses}
        holders = {row["role_id"]: row["count"] for row in held}
        return IamMetrics(
            daily_active_users=distinct[0],
            weekly_active_users=distinct[1],
            monthly_active_users=distinct[2],
            days=[
                IamMetrics.Day(
                    day=day,
                    active_users=active_by_day.get(day, 0),
                    failed_sign_ins=sign_in_by_day[day].failed if day in sign_in_by_day else 0,
                    sign_ins=sign_in_by_day[day].succeeded if day in sign_in_by_day else 0,
                )
                for day in days
            ],
            roles=[
                IamMetrics.RoleCount(role_id=role.id, display_name=role.display_name, users=holders.get(role.id, 0))
                for role in known.values()
            ],
            statuses=[IamMetrics.StatusCount(status=s.name, users=by_status.get(s.name, 0)) for s in Status],
            permission_uses=[
                IamMetrics.PermissionUse(permission=u.permission, day=u.day, allowed=u.allowed, denied=u.denied)
                for u in uses
            ],
            users_with_second_factor=with_factor,
            active_accounts=by_status.get(Status.ACTIVE.name, 0),
        )

    async def _distinct(self, unit: IamUnit, days: int) -> int:
        today = self.room.clock.now().date()
        first = (today - timedelta(days=days - 1)).isoformat()
        return len(await unit.active_days.group(in_days(first, today.isoformat()), by=["user_id"]))
