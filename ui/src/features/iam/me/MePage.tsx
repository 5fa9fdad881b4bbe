import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { Button } from "@/design/Button/Button";
import { Card, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Overline, Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useMe, useSession } from "@/session/SessionProvider";

/** Who is signed in, and the way out. */
export function MePage(): ReactNode {
  const { t } = useTranslation("iam");
  const { errorText } = useErrorText();
  const { session } = useSession();
  const me = useMe();
  const [failure, setFailure] = useState<ApiError>();
  const [leaving, setLeaving] = useState(false);
  const leave = async (): Promise<void> => {
    setLeaving(true);
    try {
      await session.signOut();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
      setLeaving(false);
    }
  };
  return (
      <Page
        title={t("me.title")}
        description={t("me.lead", { name: me.user?.displayName ?? "" })}
        actions={
          <Button onPress={() => void leave()} isPending={leaving}>
            {t("me.signOut")}
          </Button>
        }
      >
        {failure !== undefined && <Notice tone="danger">{errorText(failure)}</Notice>}
        <Card>
          <Stack $gap={3}>
            <div>
              <Overline as="h2">{t("me.email")}</Overline>
              <Text>{me.user?.email}</Text>
            </div>
            <div>
              <Overline as="h2">{t("me.roles")}</Overline>
              <Text>{me.roles.map((role) => role.displayName).join(", ")}</Text>
              <Text $size="small" $tone="muted">
                {t("me.permissions", { count: me.permissions.length })}
              </Text>
            </div>
          </Stack>
        </Card>
      </Page>
  );
}
