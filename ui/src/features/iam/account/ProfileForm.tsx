import type { ReactNode } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Button } from "@/design/Button/Button";
import { Grid, Inline, Stack } from "@/design/layout/layout";
import { LocalePicker } from "@/design/LocalePicker/LocalePicker";
import { TimeZonePicker } from "@/design/LocalePicker/TimeZonePicker";
import { Notice } from "@/design/Notice/Notice";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useMe, useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

interface Values {
  displayName: string;
  locale: string;
  timeZone: string;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/iam/v1/user_service_pb")).UpdateUserRequestSchema,
  (values: Values) => ({ id: "me", ...values }),
);

/** The person's name, language and times. */
export function ProfileForm(): ReactNode {
  const { user } = useMe();
  // Another saved profile is another form.
  return user === undefined ? null : <Profile key={user.etag} user={user} />;
}

function Profile({ user }: { user: User }): ReactNode {
  const { t } = useTranslation("account");
  const { errorText } = useErrorText();
  const { reload } = useSession();
  const can = useCan();
  const users = useClient(UserService);
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: { displayName: user.displayName, locale: user.locale, timeZone: user.timeZone },
    rules: checked,
    send: (values: Values) => users.updateUser({ id: user.id, tenantId: user.tenantId, etag: user.etag, ...values }),
    onDone: async () => {
      await reload();
      toast({ tone: "success", title: t("profile.saved") });
    },
  });
  const fixed = !can(UserService.method.updateUser);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {fixed && <Notice tone="info">{t("profile.fixed")}</Notice>}
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <Grid $least="15rem">
          <FormTextField
            control={control}
            name="displayName"
            label={t("profile.name")}
            autoComplete="name"
            isReadOnly={fixed}
          />
          <Controller
            control={control}
            name="locale"
            render={({ field, fieldState }) => (
              <LocalePicker
                label={t("profile.locale")}
                value={field.value}
                onChange={(value) => field.onChange(value ?? "")}
                onBlur={field.onBlur}
                error={fieldState.error && t("profile.chooseOne")}
                isDisabled={fixed}
              />
            )}
          />
          <Controller
            control={control}
            name="timeZone"
            render={({ field, fieldState }) => (
              <TimeZonePicker
                label={t("profile.timeZone")}
                value={field.value}
                onChange={(value) => field.onChange(value ?? "")}
                onBlur={field.onBlur}
                error={fieldState.error && t("profile.chooseOne")}
                isDisabled={fixed}
              />
            )}
          />
        </Grid>
        {!fixed && (
          <Inline $justify="end">
            <Button type="submit" variant="primary" isPending={isSending} isDisabled={!form.formState.isDirty}>
              {t("profile.save")}
            </Button>
          </Inline>
        )}
      </Stack>
    </form>
  );
}
