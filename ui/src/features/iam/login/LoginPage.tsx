import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useSearchParams } from "react-router";
import { styled } from "styled-components";

import { reportId } from "@/api/errors";
import { PLATFORM, sessionCalls } from "@/api/session";
import { Button } from "@/design/Button/Button";
import { DocumentTitle } from "@/design/layout/DocumentTitle";
import { Card, Stack } from "@/design/layout/layout";
import { Logo } from "@/design/Logo/Logo";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { safeNext } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

interface Values {
  email: string;
  password: string;
}

/** Signs in to the area of the address, and goes to where the person wanted to be. */
export function LoginPage(): ReactNode {
  const { t } = useTranslation("iam");
  const { errorText } = useErrorText();
  const { session, realm, state } = useSession();
  const [search] = useSearchParams();
  const ended = (useLocation().state as { reason?: string } | null)?.reason;
  const [owes, setOwes] = useState(false);
  const { control, submit, failure, isSending } = useRequestForm({
    defaultValues: { email: "", password: "" },
    send: async (values: Values) => (await sessionCalls()).login(session.transport, realm, values),
    onDone: (answer) => (answer.mfaToken === "" ? session.adopt(answer) : setOwes(true)),
  });
  if (state.status === "signed-in") return <Navigate replace to={safeNext(search.get("next"), realm)} />;
  return (
    <Main>
      <DocumentTitle>{t("login.title")}</DocumentTitle>
      <Box>
        <Stack $gap={6}>
          <Stack $gap={3}>
            <Logo size={32} />
            <Stack $gap="hair">
              <Title>{t("login.title")}</Title>
              <Text $tone="muted">
                {realm === PLATFORM ? t("login.platform") : t("login.tenant", { tenant: realm })}
              </Text>
            </Stack>
          </Stack>
          {failure !== undefined && (
            <Notice tone="danger" requestId={reportId(failure)}>
              {errorText(failure)}
            </Notice>
          )}
          {failure === undefined && ended !== undefined && (
            <Notice tone="info">{errorText({ reason: ended, message: ended, metadata: {} })}</Notice>
          )}
          {owes && <Notice tone="warning">{t("login.secondFactor")}</Notice>}
          <form onSubmit={(event) => void submit(event)} noValidate>
            <Stack>
              <FormTextField
                control={control}
                name="email"
                type="email"
                label={t("login.email")}
                autoComplete="username"
                isRequired
              />
              <FormTextField
                control={control}
                name="password"
                type="password"
                label={t("login.password")}
                autoComplete="current-password"
                isRequired
              />
              <Button type="submit" variant="primary" size="large" wide isPending={isSending}>
                {t("login.submit")}
              </Button>
            </Stack>
          </form>
        </Stack>
      </Box>
    </Main>
  );
}

const Main = styled.main`
  display: grid;
  place-items: center;
  min-block-size: 100dvb;
  padding: ${theme.space[4]};
`;

const Box = styled(Card)`
  inline-size: 100%;
  max-inline-size: 25rem;
  padding: ${theme.space[8]};
`;

const Title = styled.h1`
  font-size: ${theme.text.size.title};
  font-weight: ${theme.text.weight.bold};
  letter-spacing: -0.012em;
`;
