"""IAM's card: what the host knows of it."""

from __future__ import annotations

from actors.iam.api_keys import ApiKeys, exchanger
from actors.iam.invitations import Links
from actors.iam.keys import Keys
from actors.iam.passwords import Passwords
from actors.iam.reactions import IamReactions
from actors.iam.roles import Roles
from actors.iam.seals import Seals
from actors.iam.seats import Seats
from actors.iam.seed import seed
from actors.iam.services.api_key_service import ApiKeyService
from actors.iam.services.audit_log_service import AuditLogService
from actors.iam.services.iam_metrics_service import IamMetricsService
from actors.iam.services.mfa_service import MfaService
from actors.iam.services.password_service import PasswordService
from actors.iam.services.permission_service import PermissionService
from actors.iam.services.role_service import RoleService
from actors.iam.services.session_service import SessionService
from actors.iam.services.setup_service import SetupService
from actors.iam.services.user_service import UserService
from actors.iam.sessions import SessionDesk
from actors.iam.settings import IamSettings
from actors.iam.sign_in import SignIn
from actors.iam.store import COLLECTIONS, IamUnit
from actors.kernel.module import Furnished, Module, Room, Worker


def furnish(room: Room) -> Furnished:
    keys, passwords, roles = Keys(room), Passwords(room.settings), Roles(room.policy)
    desk, links, seals = SessionDesk(room, keys), Links(room), Seals(room, keys)
    sign_in, api_keys, seats = SignIn(room, desk, passwords), ApiKeys(room, keys, desk), Seats(room.entitlements)
    return Furnished(
        services=(
            SetupService(room, passwords),
            SessionService(room, keys, desk, sign_in, api_keys),
            PasswordService(room, desk, sign_in, passwords, links, seats),
            MfaService(room, desk, sign_in),
            UserService(room, desk, sign_in, passwords, links, roles, seats),
            RoleService(room, roles),
            PermissionService(room),
            AuditLogService(room, seals),
            IamMetricsService(room),
            ApiKeyService(room, api_keys, roles),
        ),
        reactions=IamReactions(room, links).all(),
        workers=(
            Worker("audit-sealer", seals.run),
            Worker("key-rotation", keys.rotate),
            Worker("keys", keys.follow, leased=False),
        ),
        prepare=keys.prepare,
    )


MODULE = Module(
    name="iam",
    unit=IamUnit,
    collections=COLLECTIONS,
    settings=IamSettings,
    furnish=furnish,
    exchange=exchanger,
    seed=seed,
)
