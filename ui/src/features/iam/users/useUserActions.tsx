import { Ban, MailPlus, Pencil, RotateCcw, ShieldCheck, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { User_Status as Status, type User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import type { MenuEntry } from "@/design/Menu/entries";
import { toast } from "@/design/Toast/toast";
import { useErrorText } from "@/i18n/errorText";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { useScope } from "../scope/ScopeProvider";
import { DeleteDialog, SuspendDialog } from "./SuspendDialog";
import { UserDialog } from "./UserDialog";

export interface UserActions {
  /** What the person may do with a user, for a menu. */
  actionsOf: (user: User) => MenuEntry[];
  /** Opens the form of a user. */
  edit: (user: User) => void;
  /** The dialogs; render them once. */
  dialogs: ReactNode;
}

/** Edit, invite again, suspend, restore, delete: the same wherever a user is shown. */
export function useUserActions(onSaved: (user: User) => void): UserActions {
  const { t } = useTranslation("users");
  const { errorText } = useErrorText();
  const can = useCan();
  const me = useMe();
  const { to } = useScope();
  const users = useClient(UserService);
  const [asked, setAsked] = useState<{
    what: "edit" | "suspend" | "delete";
    user: User;
    isOpen: boolean;
    count: number;
  }>();

  const perform = async (work: () => Promise<User>, said: string): Promise<void> => {
    try {
      onSaved(await work());
      toast({ tone: "success", title: said });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: errorText(error) });
    }
  };
  const open = (what: "edit" | "suspend" | "delete", user: User) => (): void =>
    setAsked((before) => ({ what, user, isOpen: true, count: (before?.count ?? 0) + 1 }));
  const actionsOf = (user: User): MenuEntry[] => {
    const { id, tenantId, status, displayName: name } = user;
    const { method } = UserService;
    const deleted = status === Status.DELETED;
    const self = id === me.user?.id ? t("actions.self") : undefined;
    const entries: (MenuEntry | false)[] = [
      can(method.updateUser) && {
        id: "edit",
        label: t("actions.edit"),
        icon: <Pencil size={16} aria-hidden />,
        disabledReason: deleted ? t("actions.deleted") : undefined,
        onAction: open("edit", user),
      },
      can("roles.read") && {
        id: "roles",
        label: t("actions.roles"),
        icon: <ShieldCheck size={16} aria-hidden />,
        href: to("user", { id }, { tab: "roles" }),
      },
      status === Status.INVITED &&
        can(method.inviteUser) && {
          id: "invite",
          label: t("actions.invite"),
          icon: <MailPlus size={16} aria-hidden />,
          onAction: () => void perform(() => users.inviteUser({ id, tenantId }), t("actions.invited", { name })),
        },
      status !== Status.SUSPENDED &&
        !deleted &&
        can(method.suspendUser) && {
          id: "suspend",
          label: t("actions.suspend"),
          icon: <Ban size={16} aria-hidden />,
          disabledReason: self,
          onAction: open("suspend", user),
        },
      (status === Status.SUSPENDED || status === Status.ACTIVE) &&
        can(method.restoreUser) && {
          id: "restore",
          label: t(status === Status.SUSPENDED ? "actions.restore" : "actions.unlock"),
          icon: <RotateCcw size={16} aria-hidden />,
          onAction: () =>
            void perform(
              () => users.restoreUser({ id, tenantId }),
              t(status === Status.SUSPENDED ? "actions.restored" : "actions.unlocked", { name }),
            ),
        },
      !deleted &&
        can(method.deleteUser) && {
          id: "destructive",
          items: [
            {
              id: "delete",
              label: t("actions.delete"),
              icon: <Trash2 size={16} aria-hidden />,
              tone: "danger",
              disabledReason: self,
              onAction: open("delete", user),
            },
          ],
        },
    ];
    return entries.filter((one) => one !== false);
  };
  const dialog = asked && {
    user: asked.user,
    isOpen: asked.isOpen,
    // It stays while it closes.
    onClose: () => setAsked({ ...asked, isOpen: false }),
    onSaved,
  };
  return {
    actionsOf,
    edit: (user) => open("edit", user)(),
    dialogs: dialog !== undefined && (
      <>
        {asked?.what === "edit" && <UserDialog key={asked.count} {...dialog} />}
        {asked?.what === "suspend" && <SuspendDialog key={asked.count} {...dialog} />}
        {asked?.what === "delete" && <DeleteDialog key={asked.count} {...dialog} />}
      </>
    ),
  };
}
