import { useState, type ReactNode } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Submission } from "@/api/idempotency";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { KeptMails } from "@/design/Notice/KeptMails";
import { Notice } from "@/design/Notice/Notice";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { MultiSelect } from "@/design/Select/Select";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useArea } from "@/session/AreaProvider";
import { useClient } from "@/session/useClient";

import { NewPasswordField } from "../password/NewPasswordField";
import { useScope } from "../scope/ScopeProvider";
import { useAssignable, useRoleOptions } from "./useAssignable";

interface Values {
  displayName: string;
  email: string;
  roleIds: string[];
  entry: "invite" | "password";
  password: string;
}

interface AddUserDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onAdded: (user: User) => void;
}

const requestOf = ({ entry, password, displayName, email, roleIds }: Values) => ({
  displayName,
  email,
  roleIds,
  ...(entry === "password" ? { password } : {}),
});
const checked = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/user_service_pb")).CreateUserRequestSchema,
  requestOf,
);

/** Adds somebody: invited by mail, or with a password at once. */
export function AddUserDialog({ isOpen, onClose, onAdded }: AddUserDialogProps): ReactNode {
  const { t } = useTranslation("users");
  const { errorText } = useErrorText();
  const { tenantId } = useScope();
  const { mailKept } = useArea();
  const users = useClient(UserService);
  const roles = useRoleOptions(useAssignable());
  const [submission] = useState(() => new Submission());
  const { form, control, submit, failure, isSending } = useRequestForm<Values, User>({
    defaultValues: { displayName: "", email: "", roleIds: [], entry: "invite", password: "" },
    rules: checked,
    send: (values) =>
      submission.run(UserService.method.createUser, { ...requestOf(values), tenantId }, users.createUser),
    onDone: (answer, { entry }) => {
      form.reset();
      onAdded(answer);
      onClose();
      toast({
        tone: "success",
        title: t(entry === "invite" ? "add.invited" : "add.added", { name: answer.displayName }),
      });
    },
  });
  const entry = form.watch("entry");
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("add.title")}
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" onPress={onClose} isDisabled={isSending}>
            {t("cancel")}
          </Button>
          <Button type="submit" variant="primary" isPending={isSending}>
            {t(entry === "invite" ? "add.invite" : "add.create")}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <FormTextField control={control} name="displayName" label={t("name")} autoComplete="off" />
        <FormTextField control={control} name="email" type="email" label={t("email")} autoComplete="off" />
        {roles.length > 0 && (
          <Controller
            control={control}
            name="roleIds"
            render={({ field }) => (
              <MultiSelect
                label={t("rolesLabel")}
                description={t(tenantId === "" ? "add.rolesHint" : "add.rolesHintTenant")}
                value={field.value}
                onChange={field.onChange}
                onBlur={field.onBlur}
                options={roles}
              />
            )}
          />
        )}
        <Controller
          control={control}
          name="entry"
          render={({ field }) => (
            <RadioGroup
              label={t("add.entry")}
              value={field.value}
              onChange={field.onChange}
              options={[
                { id: "invite", label: t("add.byMail"), description: t("add.byMailHint") },
                { id: "password", label: t("add.byPassword"), description: t("add.byPasswordHint") },
              ]}
            />
          )}
        />
        {entry === "invite" && mailKept && <KeptMails />}
        {entry === "password" && (
          <NewPasswordField
            control={control}
            name="password"
            label={t("add.password")}
            known={[form.getValues("email"), form.getValues("displayName")]}
          />
        )}
      </Stack>
    </Dialog>
  );
}
