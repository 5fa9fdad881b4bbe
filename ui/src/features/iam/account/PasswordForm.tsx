import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { reportId } from "@/api/errors";
import { PasswordService } from "@/api/gen/atrium/iam/v1/password_service_pb";
import { Button } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useMe } from "@/session/SessionProvider";
import { useClient } from "@/session/useClient";

import { NewPasswordField } from "../password/NewPasswordField";

interface Values {
  currentPassword: string;
  newPassword: string;
}

/** Another password; the person's other sessions are ended. */
export function PasswordForm(): ReactNode {
  const { t } = useTranslation("account");
  const { errorText } = useErrorText();
  const { user } = useMe();
  const passwords = useClient(PasswordService);
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: { currentPassword: "", newPassword: "" },
    send: (values: Values) => passwords.changePassword(values),
    onDone: () => {
      form.reset();
      toast({ tone: "success", title: t("password.changed"), description: t("password.others") });
    },
  });
  return (
    <Form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {failure.reason === "CREDENTIALS_WRONG" ? t("password.wrong") : errorText(failure)}
          </Notice>
        )}
        <input type="hidden" name="username" autoComplete="username" value={user?.email ?? ""} readOnly />
        <FormTextField
          control={control}
          name="currentPassword"
          type="password"
          label={t("password.current")}
          autoComplete="current-password"
          isRequired
        />
        <NewPasswordField
          control={control}
          name="newPassword"
          label={t("password.new")}
          known={[user?.email ?? "", user?.displayName ?? ""]}
        />
        <Inline $justify="end">
          <Button type="submit" variant="primary" isPending={isSending}>
            {t("password.change")}
          </Button>
        </Inline>
      </Stack>
    </Form>
  );
}

const Form = styled.form`
  max-inline-size: ${theme.width.form};
`;
