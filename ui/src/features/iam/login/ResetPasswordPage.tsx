import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { reportId } from "@/api/errors";
import { visitorCalls } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { NewPasswordField } from "../password/NewPasswordField";
import { useLinkToken } from "./useLinkToken";
import { VisitorPage } from "./VisitorPage";

/** Where a mailed link leads: a new password, after which everything that was signed in is signed out. */
export function ResetPasswordPage(): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session, realm } = useSession();
  const navigate = useNavigate();
  const token = useLinkToken();
  const { control, submit, failure, isSending } = useRequestForm({
    defaultValues: { password: "" },
    send: async ({ password }: { password: string }) =>
      (await visitorCalls()).resetPassword(session.transport, token, password),
    onDone: () => navigate(paths.login(realm), { replace: true, state: { done: "reset" } }),
  });
  const useless = token === "" || failure?.reason === "LINK_INVALID";
  return (
    <VisitorPage title={t("reset.title")} lead={useless ? undefined : t("reset.lead")}>
      {useless && (
        <Notice
          tone="danger"
          actions={<ButtonLink href={paths.to(realm, "forgotPassword")}>{t("reset.newLink")}</ButtonLink>}
        >
          {t("linkInvalid")}
        </Notice>
      )}
      {failure !== undefined && !useless && (
        <Notice tone="danger" requestId={reportId(failure)}>
          {errorText(failure)}
        </Notice>
      )}
      {!useless && (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack>
            <NewPasswordField control={control} name="password" label={t("reset.password")} known={[]} />
            <Button type="submit" variant="primary" size="large" wide isPending={isSending}>
              {t("reset.submit")}
            </Button>
          </Stack>
        </form>
      )}
    </VisitorPage>
  );
}
