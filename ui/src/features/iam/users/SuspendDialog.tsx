import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { TextField } from "@/design/TextField/TextField";
import { toast } from "@/design/Toast/toast";
import { useClient } from "@/session/useClient";

export interface UserQuestionProps {
  user: User;
  isOpen: boolean;
  onClose: () => void;
  onSaved: (user: User) => void;
}

/** Asks before somebody is kept from signing in. */
export function SuspendDialog({ user, isOpen, onClose, onSaved }: UserQuestionProps): ReactNode {
  const { t } = useTranslation("users");
  const users = useClient(UserService);
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("suspend.title", { name: user.displayName })}
      confirmLabel={t("suspend.do")}
      fields={<TextField label={t("suspend.reason")} value={reason} onChange={setReason} maxLength={500} optional />}
      onConfirm={async () => {
        const { id, tenantId, etag } = user;
        onSaved(await users.suspendUser({ id, tenantId, etag, reason }));
        toast({ tone: "success", title: t("suspend.done", { name: user.displayName }) });
      }}
    >
      {t("suspend.text")}
    </ConfirmDialog>
  );
}

/** Asks before somebody is deleted. */
export function DeleteDialog({ user, isOpen, onClose, onSaved }: UserQuestionProps): ReactNode {
  const { t } = useTranslation("users");
  const users = useClient(UserService);
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("delete.title", { name: user.displayName })}
      confirmLabel={t("delete.do")}
      typed={user.displayName}
      onConfirm={async () => {
        const { id, tenantId, etag } = user;
        onSaved(await users.deleteUser({ id, tenantId, etag }));
        toast({ tone: "success", title: t("delete.done", { name: user.displayName }) });
      }}
    >
      {t("delete.text")}
    </ConfirmDialog>
  );
}
