import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { visitorCalls } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { KeptMails } from "@/design/Notice/KeptMails";
import { Notice } from "@/design/Notice/Notice";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { useArea } from "@/session/AreaProvider";
import { useSession } from "@/session/SessionProvider";

import { VisitorPage } from "./VisitorPage";

/** Has a link mailed that sets a new password. It never says whether there is such an account. */
export function ForgotPasswordPage(): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session, realm } = useSession();
  const { mailKept } = useArea();
  const [sentTo, setSentTo] = useState("");
  const { control, submit, failure, isSending } = useRequestForm({
    defaultValues: { email: "" },
    send: async ({ email }: { email: string }) =>
      (await visitorCalls()).forgotPassword(session.transport, realm, email),
    onDone: (_, { email }) => setSentTo(email),
  });
  return (
    <VisitorPage
      title={t("forgot.title")}
      lead={t("forgot.lead")}
      footer={
        <ButtonLink variant="quiet" href={paths.login(realm)}>
          {t("backToSignIn")}
        </ButtonLink>
      }
    >
      {sentTo !== "" && <Notice tone="success">{t("forgot.sent", { email: sentTo })}</Notice>}
      {sentTo !== "" && mailKept && <KeptMails />}
      {failure !== undefined && (
        <Notice tone="danger" requestId={reportId(failure)}>
          {errorText(failure)}
        </Notice>
      )}
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack>
          <FormTextField
            control={control}
            name="email"
            type="email"
            label={t("email")}
            autoComplete="username"
            isRequired
          />
          <Button
            type="submit"
            variant={sentTo === "" ? "primary" : "secondary"}
            size="large"
            wide
            isPending={isSending}
          >
            {t(sentTo === "" ? "forgot.submit" : "forgot.again")}
          </Button>
        </Stack>
      </form>
    </VisitorPage>
  );
}
