"""The catalogue of permissions, read from the contracts of all modules."""

from __future__ import annotations

from actors.api.iam.v1 import (
    ListPermissionsRequest,
    ListPermissionsResponse,
    PermissionServiceServicer,
)
from actors.api.iam.v1 import (
    Permission as PermissionMessage,
)
from actors.api.options.v1 import REALM_PLATFORM, REALM_TENANT
from actors.iam.domain.role import realm_of
from actors.kernel.access.policy import Permission, method_comments
from actors.kernel.call import PLATFORM, Call
from actors.kernel.module import Room
from actors.kernel.pages import page_request

LARGEST_PAGE = 500


class PermissionService(PermissionServiceServicer):
    """The catalogue of permissions."""

    def __init__(self, room: Room) -> None:
        self.room, self.policy = room, room.policy

    async def ListPermissions(self, request: ListPermissionsRequest, call: Call) -> ListPermissionsResponse:
        asked = page_request(request, call, self.room.sealer.key("pages"))
        size = request.page_size or LARGEST_PAGE
        realm = realm_of(call.scope)
        open_here = [p for p in self.policy.catalogue.values() if realm in p.realms]
        if asked.after is not None:
            open_here = [p for p in open_here if p.id > asked.after[0]]
        shown = open_here[:size]
        token = asked.token((shown[-1].id,)) if len(open_here) > size else ""
        return ListPermissionsResponse(permissions=[_message(p) for p in shown], next_page_token=token)


def _message(permission: Permission) -> PermissionMessage:
    comments = method_comments()
    said = [comments.get(method.full_name, "") for method in permission.methods]
    return PermissionMessage(
        id=permission.id,
        module=permission.module,
        noun=permission.noun,
        verb=permission.verb,
        description=" ".join(text for text in said if text),
        methods=[method.name for method in permission.methods],
        realms=[REALM_PLATFORM if realm == PLATFORM else REALM_TENANT for realm in sorted(permission.realms)],
    )
