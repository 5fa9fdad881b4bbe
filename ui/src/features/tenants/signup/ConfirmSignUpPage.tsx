import { useCallback, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";

import { reportId, type ApiError } from "@/api/errors";
import { SignUpService } from "@/api/gen/atrium/tenants/v1/sign_up_service_pb";
import { createClient } from "@/api/rest";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Spinner } from "@/design/Spinner/Spinner";
import { Code, Overline } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { useAnswer } from "@/session/useAnswer";

import { SignUpFrame } from "./SignUpFrame";
import { SignUpClosed } from "./SignUpPage";
import { useVisitorTransport } from "./visitorTransport";

/** Where the mailed link leads: `#token=…` confirms the address, and the tenant comes into being. */
export function ConfirmSignUpPage(): ReactNode {
  const { t } = useTranslation("signup");
  const { hash } = useLocation();
  const [token] = useState(() => new URLSearchParams(hash.slice(1)).get("token") ?? "");
  return token === "" ? (
    <SignUpFrame title={t("confirm.title")} lead={t("confirm.noToken")}>
      <Inline>
        <ButtonLink href={paths.signUp}>{t("confirm.signUpAgain")}</ButtonLink>
      </Inline>
    </SignUpFrame>
  ) : (
    <Confirmation token={token} />
  );
}

function Confirmation({ token }: { token: string }): ReactNode {
  const { t } = useTranslation("signup");
  const transport = useVisitorTransport();
  const navigate = useNavigate();
  const confirm = useCallback(
    (signal: AbortSignal) => createClient(SignUpService, transport).confirmSignUp({ token }, { signal }),
    [token, transport],
  );
  const { answer, failure, reload } = useAnswer(confirm);
  const done = answer !== undefined;
  // The link has done its work: it is not kept in the browser's history.
  useEffect(() => {
    if (done) void navigate(paths.confirmSignUp, { replace: true });
  }, [done, navigate]);
  if (failure !== undefined) return <Failed failure={failure} onRetry={reload} />;
  if (answer !== undefined) return <Confirmed slug={answer.slug} />;
  return (
    <SignUpFrame title={t("confirm.title")}>
      <Inline role="status">
        <Spinner />
        {t("confirm.running")}
      </Inline>
    </SignUpFrame>
  );
}

function Failed({ failure, onRetry }: { failure: ApiError; onRetry: () => void }): ReactNode {
  const { t } = useTranslation("signup");
  const { errorText } = useErrorText();
  if (failure.reason === "SIGN_UP_CLOSED") return <SignUpClosed />;
  const inVain = failure.reason === "CONFIRMATION_INVALID" || failure.reason === "SLUG_TAKEN";
  return (
    <SignUpFrame title={t("confirm.failed")}>
      <Notice tone="danger" requestId={reportId(failure)}>
        {errorText(failure)}
      </Notice>
      <Inline>
        {!inVain && (
          <Button variant="primary" onPress={onRetry}>
            {t("confirm.again")}
          </Button>
        )}
        <ButtonLink href={paths.signUp}>{t("confirm.signUpAgain")}</ButtonLink>
      </Inline>
    </SignUpFrame>
  );
}

function Confirmed({ slug }: { slug: string }): ReactNode {
  const { t } = useTranslation("signup");
  const address = location.host + paths.area(slug);
  return (
    <SignUpFrame title={t("confirm.done")} lead={t("confirm.doneLead")}>
      <Stack $gap={1}>
        <Overline as="h2">{t("confirm.address")}</Overline>
        <div>
          <Code>{address}</Code>
        </div>
      </Stack>
      <Inline>
        <ButtonLink href={paths.login(slug)}>{t("confirm.signIn")}</ButtonLink>
      </Inline>
    </SignUpFrame>
  );
}
