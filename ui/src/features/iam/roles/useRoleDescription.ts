import { useTranslation } from "react-i18next";

import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";

const BUILT_IN = [
  "role_super_admin",
  "role_admin",
  "role_billing_admin",
  "role_support_agent",
  "role_analyst",
  "role_auditor",
  "role_tenant_admin",
  "role_member",
  "role_billing_contact",
  "role_tenant_analyst",
  "role_viewer",
] as const;

/** What a role is for: of those that come with the platform in the person's language. */
export function useRoleDescription(): (role: Pick<Role, "id" | "builtIn" | "description">) => string {
  const { t } = useTranslation("roles");
  return ({ id, builtIn, description }) => {
    const known = builtIn ? BUILT_IN.find((one) => one === id) : undefined;
    return known === undefined ? description : t(`builtInDescription.${known}`);
  };
}
