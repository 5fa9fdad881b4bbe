import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Heading, Text } from "@/design/typography/typography";
import { useMe } from "@/session/SessionProvider";

import { SessionList } from "../sessions/SessionList";
import { PasswordForm } from "./PasswordForm";
import { ProfileForm } from "./ProfileForm";
import { SecondFactor } from "./SecondFactor";

/** What somebody decides for themselves: name, language and times, password, second factor, sessions. */
export function AccountPage(): ReactNode {
  const { t } = useTranslation("account");
  const me = useMe();
  const acting = me.impersonatorId !== "";
  return (
    <Page title={t("title")} description={me.user?.email}>
      {acting && <Notice tone="warning">{t("acting")}</Notice>}
      <Part title={t("profile.title")} lead={t("profile.lead")}>
        <ProfileForm />
      </Part>
      {!acting && (
        <>
          <Part title={t("password.title")} lead={t("password.lead")}>
            <PasswordForm />
          </Part>
          <Part title={t("factor.title")} lead={t("factor.lead")}>
            <SecondFactor />
          </Part>
        </>
      )}
      <Part title={t("sessions.title")} lead={t("sessions.lead")}>
        <SessionList tenantId={me.tenant?.id ?? ""} />
      </Part>
    </Page>
  );
}

function Part({ title, lead, children }: { title: string; lead: string; children: ReactNode }): ReactNode {
  return (
    <Card>
      <Stack $gap={5}>
        <Stack $gap="hair">
          <Heading>{title}</Heading>
          <Text $tone="muted">{lead}</Text>
        </Stack>
        {children}
      </Stack>
    </Card>
  );
}
