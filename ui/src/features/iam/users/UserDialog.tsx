import { useState, type ReactNode } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { ApiError, reportId } from "@/api/errors";
import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Grid, Inline, Stack } from "@/design/layout/layout";
import { LocalePicker } from "@/design/LocalePicker/LocalePicker";
import { TimeZonePicker } from "@/design/LocalePicker/TimeZonePicker";
import { Notice } from "@/design/Notice/Notice";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useClient } from "@/session/useClient";

interface Values {
  displayName: string;
  email: string;
  locale: string;
  timeZone: string;
}

interface UserDialogProps {
  user: User;
  isOpen: boolean;
  onClose: () => void;
  onSaved: (user: User) => void;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/user_service_pb")).UpdateUserRequestSchema,
  (values: Values) => ({ id: "user", ...values }),
);
const valuesOf = ({ displayName, email, locale, timeZone }: User): Values => ({ displayName, email, locale, timeZone });

/** Changes somebody's name, e-mail, language and times. */
export function UserDialog({ user, isOpen, onClose, onSaved }: UserDialogProps): ReactNode {
  const { t } = useTranslation("users");
  const { errorText } = useErrorText();
  const users = useClient(UserService);
  const [saved, setSaved] = useState(user);
  const [newest, setNewest] = useState<User>();
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: valuesOf(saved),
    rules: checked,
    send: async (values: Values) => {
      const before = valuesOf(saved);
      const names = Object.keys(before) as (keyof Values)[];
      const changed = Object.fromEntries(
        names.flatMap((one) => (values[one] === before[one] ? [] : [[one, values[one]]])),
      );
      try {
        return await users.updateUser({ id: saved.id, tenantId: saved.tenantId, etag: saved.etag, ...changed });
      } catch (error) {
        if (error instanceof ApiError && error.reason === "ETAG_STALE")
          setNewest(await users.getUser({ id: saved.id, tenantId: saved.tenantId }));
        throw error;
      }
    },
    onDone: (answer) => {
      onSaved(answer);
      onClose();
      toast({ tone: "success", title: t("edit.saved", { name: answer.displayName }) });
    },
  });
  const takeNewest = (): void => {
    if (newest === undefined) return;
    form.reset(valuesOf(newest), { keepDirtyValues: true });
    setSaved(newest);
    setNewest(undefined);
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("edit.title", { name: user.displayName })}
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" onPress={onClose} isDisabled={isSending}>
            {t("cancel")}
          </Button>
          <Button type="submit" variant="primary" isPending={isSending}>
            {t("edit.save")}
          </Button>
        </>
      }
    >
      <Stack>
        {newest !== undefined && (
          <Notice
            tone="warning"
            title={t("edit.conflict")}
            actions={
              <Inline>
                <Button size="small" onPress={takeNewest}>
                  {t("edit.keep")}
                </Button>
              </Inline>
            }
          >
            {t("edit.conflictText")}
          </Notice>
        )}
        {failure !== undefined && newest === undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <FormTextField control={control} name="displayName" label={t("name")} autoComplete="off" />
        <FormTextField
          control={control}
          name="email"
          type="email"
          label={t("email")}
          description={t("edit.emailHint")}
          autoComplete="off"
        />
        <Grid $least="13rem">
          <Controller
            control={control}
            name="locale"
            render={({ field, fieldState }) => (
              <LocalePicker
                label={t("locale")}
                value={field.value}
                onChange={(value) => field.onChange(value ?? "")}
                onBlur={field.onBlur}
                error={fieldState.error && t("chooseOne")}
              />
            )}
          />
          <Controller
            control={control}
            name="timeZone"
            render={({ field, fieldState }) => (
              <TimeZonePicker
                label={t("timeZone")}
                value={field.value}
                onChange={(value) => field.onChange(value ?? "")}
                onBlur={field.onBlur}
                error={fieldState.error && t("chooseOne")}
              />
            )}
          />
        </Grid>
      </Stack>
    </Dialog>
  );
}
