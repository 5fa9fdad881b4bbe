import { ShieldCheck } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { Avatar } from "@/design/Avatar/Avatar";
import { Badge } from "@/design/Badge/Badge";
import type { Column } from "@/design/DataTable/columns";
import { Inline } from "@/design/layout/layout";
import { VisuallyHidden } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { useRoles } from "../roles/RolesProvider";
import { UserStatusBadge } from "./status";

/** What a list of users shows of each. */
export function useUserColumns(): Column<User>[] {
  const { t } = useTranslation("users");
  const format = useFormat();
  const { roles } = useRoles();
  return useMemo(() => {
    const roleName = (id: string): string => roles?.find((role) => role.id === id)?.displayName ?? id;
    return [
      {
        id: "name",
        header: t("name"),
        sortable: true,
        rowHeader: true,
        cell: (user) => (
          <Inline $nowrap>
            <Avatar name={user.displayName} seed={user.id} />
            <bdi>{user.displayName}</bdi>
          </Inline>
        ),
      },
      { id: "email", header: t("email"), sortable: true, cell: ({ email }) => <bdi>{email}</bdi> },
      { id: "status", header: t("statusLabel"), width: 120, cell: (user) => <UserStatusBadge user={user} /> },
      {
        id: "roles",
        header: t("rolesLabel"),
        width: 180,
        cell: ({ roleIds }) => (
          <Inline $gap={1}>
            {roleIds.map((id) => (
              <Badge key={id}>{roleName(id)}</Badge>
            ))}
          </Inline>
        ),
      },
      {
        id: "factor",
        header: t("factor"),
        width: 115,
        cell: ({ mfaEnabled }) =>
          mfaEnabled ? (
            <>
              <ShieldCheck size={16} aria-hidden />
              <VisuallyHidden>{t("on")}</VisuallyHidden>
            </>
          ) : (
            "–"
          ),
      },
      {
        id: "seen",
        header: t("seen"),
        width: 130,
        sortable: true,
        cell: ({ lastSignInTime }) => (lastSignInTime === undefined ? "–" : format.relative(lastSignInTime)),
      },
      {
        id: "created",
        header: t("created"),
        width: 140,
        sortable: true,
        hidden: true,
        cell: ({ createTime }) => (createTime === undefined ? "–" : format.date(createTime)),
      },
    ];
  }, [t, format, roles]);
}
