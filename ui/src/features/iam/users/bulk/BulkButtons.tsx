import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Button } from "@/design/Button/Button";
import type { MenuAction, MenuEntry } from "@/design/Menu/entries";
import { MenuButton } from "@/design/Menu/MenuButton";
import { useCan } from "@/session/useCan";

import type { BulkKind } from "./BulkDialog";

/** What can be done with the users that are chosen. */
export function BulkButtons({ onChoose }: { onChoose: (kind: BulkKind) => void }): ReactNode {
  const { t } = useTranslation("users");
  const can = useCan();
  const { method } = UserService;
  const assigns = can(method.assignRole) && can("roles.read");
  const more: BulkKind[] = [
    ...(assigns ? (["revoke"] as const) : []),
    ...(can(method.restoreUser) ? (["restore"] as const) : []),
    ...(can(method.inviteUser) ? (["invite"] as const) : []),
    ...(can(method.deleteUser) ? (["delete"] as const) : []),
  ];
  const entryOf = (kind: BulkKind): MenuEntry => {
    const entry: MenuAction = { id: kind, label: t(`bulk.${kind}.do`), onAction: () => onChoose(kind) };
    if (kind === "delete") entry.tone = "danger";
    return entry;
  };
  return (
    <>
      {assigns && (
        <Button size="small" onPress={() => onChoose("assign")}>
          {t("bulk.assign.do")}
        </Button>
      )}
      {can(method.suspendUser) && (
        <Button size="small" onPress={() => onChoose("suspend")}>
          {t("bulk.suspend.do")}
        </Button>
      )}
      {more.length > 0 && (
        <MenuButton size="small" label={t("bulk.more")} entries={more.map(entryOf)}>
          {t("bulk.more")}
        </MenuButton>
      )}
    </>
  );
}
