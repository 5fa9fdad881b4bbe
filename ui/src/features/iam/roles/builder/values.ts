import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";

import { difference, type Difference } from "../grants";

/** What is edited of a role. */
export interface RoleValues {
  displayName: string;
  description: string;
  /** Empty for none. */
  parentId: string;
  permissions: string[];
}

export function valuesOf(role: Role | undefined): RoleValues {
  return {
    displayName: role?.displayName ?? "",
    description: role?.description ?? "",
    parentId: role?.parentId ?? "",
    permissions: (role?.permissions ?? []).toSorted(),
  };
}

export interface RoleChanges {
  /** What goes into an update: the fields that differ. */
  fields: Partial<Omit<RoleValues, "permissions">> & { permissions?: { names: string[] } };
  permissions: Difference;
  any: boolean;
}

/** What an update has to say for `saved` to become `values`. */
export function changesOf(saved: RoleValues, values: RoleValues): RoleChanges {
  const permissions = difference(saved.permissions, values.permissions);
  const fields: RoleChanges["fields"] = {};
  if (values.displayName.trim() !== saved.displayName) fields.displayName = values.displayName;
  if (values.description !== saved.description) fields.description = values.description;
  if (values.parentId !== saved.parentId) fields.parentId = values.parentId;
  if (permissions.added.length + permissions.removed.length > 0)
    fields.permissions = { names: values.permissions.toSorted() };
  return { fields, permissions, any: Object.keys(fields).length > 0 };
}
