import { createContext, use, useCallback, useMemo, type ReactNode } from "react";

import type { ApiError } from "@/api/errors";
import { PermissionService, type Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { everything } from "@/api/paging";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { useScope } from "../scope/ScopeProvider";

export interface Roles {
  /** All roles of the scope, built-in ones first; undefined until they are known. */
  roles: readonly Role[] | undefined;
  /** All permissions that roles of the scope may hold. */
  catalogue: readonly Permission[] | undefined;
  /** Whether the person may see roles at all. */
  permitted: boolean;
  failure: ApiError | undefined;
  pending: boolean;
  reload: () => void;
  /** Puts roles that were changed or made in the place of what was known. */
  put: (...changed: Role[]) => void;
  remove: (id: string) => void;
}

const RolesContext = createContext<Roles | undefined>(undefined);

/** The roles and the catalogue of permissions of the scope, asked for once for all pages of IAM. */
export function RolesProvider({ children }: { children: ReactNode }): ReactNode {
  const { tenantId } = useScope();
  const can = useCan();
  const roleService = useClient(RoleService);
  const permissionService = useClient(PermissionService);
  const permitted = can(RoleService.method.listRoles);
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const page = { tenantId, pageSize: 500 };
      const [roles, catalogue] = await Promise.all([
        everything(
          (request) => roleService.listRoles(request, { signal }),
          page,
          (answer) => answer.roles,
        ),
        everything(
          (request) => permissionService.listPermissions(request, { signal }),
          page,
          (answer) => answer.permissions,
        ),
      ]);
      return { roles, catalogue };
    },
    [roleService, permissionService, tenantId],
  );
  const { answer, failure, pending, reload, replace } = useAnswer(permitted ? ask : undefined);
  const value = useMemo<Roles>(
    () => ({
      roles: answer?.roles,
      catalogue: answer?.catalogue,
      permitted,
      failure,
      pending,
      reload,
      put: (...changed) =>
        replace((known) => {
          const ids = new Map(changed.map((role) => [role.id, role]));
          const kept = known.roles.map((role) => ids.get(role.id) ?? role);
          const added = changed.filter(({ id }) => !known.roles.some((role) => role.id === id));
          return { ...known, roles: [...kept, ...added] };
        }),
      remove: (id) => replace((known) => ({ ...known, roles: known.roles.filter((role) => role.id !== id) })),
    }),
    [answer, permitted, failure, pending, reload, replace],
  );
  return <RolesContext value={value}>{children}</RolesContext>;
}

export function useRoles(): Roles {
  const value = use(RolesContext);
  if (value === undefined) throw new Error("there is no RolesProvider around this component");
  return value;
}
