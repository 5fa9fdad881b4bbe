import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import type { Option } from "@/design/ListBox/options";
import { useMe } from "@/session/SessionProvider";

import { beyond, granterOf, lineage } from "../roles/grants";
import { useRoles } from "../roles/RolesProvider";
import { useScope } from "../scope/ScopeProvider";

export interface Assignable {
  role: Role;
  /** The first permission of the role that the person lacks and therefore cannot give; undefined when they can. */
  lacking: string | undefined;
}

/** The roles as options; those that cannot be given say why. */
export function useRoleOptions(assignable: readonly Assignable[], give = true): Option[] {
  const { t } = useTranslation("users");
  return assignable.map(({ role: { id, displayName, description }, lacking }) => {
    const option: Option = { id, label: displayName };
    if (description !== "") option.description = description;
    if (give && lacking !== undefined) option.disabledReason = t("roles.lacking", { permission: lacking });
    return option;
  });
}

const NONE: readonly Assignable[] = [];

/** The roles of the scope, and which of them the person can give. Empty where they may not see roles. */
export function useAssignable(): readonly Assignable[] {
  const me = useMe();
  const { tenantId } = useScope();
  const { roles, catalogue } = useRoles();
  return useMemo(() => {
    if (roles === undefined || catalogue === undefined) return NONE;
    const granter = granterOf(me, tenantId);
    return roles.map((role) => ({
      role,
      lacking: beyond(
        lineage(role, roles).flatMap(({ permissions }) => permissions),
        [],
        granter,
        catalogue,
      )[0],
    }));
  }, [me, tenantId, roles, catalogue]);
}
