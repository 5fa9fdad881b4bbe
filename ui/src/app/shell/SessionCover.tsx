import type { ReactNode } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { styled } from "styled-components";

import type { Me } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { DocumentTitle } from "@/design/layout/DocumentTitle";
import { Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { SignInFlow } from "@/features/iam/login/SignInFlow";
import { VisitorCard } from "@/features/iam/login/VisitorPage";
import { useErrorText } from "@/i18n/errorText";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

/**
 * Over a page whose session was ended by the platform. The page stays below, unseen and out of reach, with all that
 * was typed into it, and is shown again to the same person; somebody else begins anew.
 */
export function SessionCover({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation("app");
  const { errorText } = useErrorText();
  const { state, realm } = useSession();
  const reason = state.status === "signed-out" ? (state.reason ?? "") : "";
  return (
    <Cover isOpen isKeyboardDismissDisabled>
      <Modal>
        <Box aria-label={t("over.title")}>
          <DocumentTitle>{t("over.title")}</DocumentTitle>
          <VisitorCard>
            {me.impersonatorId === "" ? (
              <Stack $gap={6}>
                <Stack $gap="hair">
                  <Heading $size="title">{t("over.title")}</Heading>
                  <Text $tone="muted">{errorText({ reason, message: reason, metadata: {} })}</Text>
                  <Text $tone="muted">{t("over.kept")}</Text>
                </Stack>
                <SignInFlow email={me.user?.email ?? ""} />
                <ButtonLink variant="quiet" href={paths.login(realm)}>
                  {t("over.leave")}
                </ButtonLink>
              </Stack>
            ) : (
              <StoppedActing name={me.user?.displayName ?? ""} />
            )}
          </VisitorCard>
        </Box>
      </Modal>
    </Cover>
  );
}

function StoppedActing({ name }: { name: string }): ReactNode {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  return (
    <Stack $gap={6}>
      <Stack $gap="hair">
        <Heading $size="title">{t("over.acting")}</Heading>
        <Text $tone="muted">{t("over.actingText", { name })}</Text>
      </Stack>
      <Button variant="primary" size="large" onPress={() => void navigate(paths.area(PLATFORM))}>
        {t("over.back")}
      </Button>
    </Stack>
  );
}

const Cover = styled(ModalOverlay)`
  position: fixed;
  inset: 0;
  z-index: ${theme.layer.tooltip};
  display: grid;
  place-items: center;
  padding: ${theme.space[4]};
  overflow-y: auto;
  background: ${theme.color.canvas};
`;

const Box = styled(Dialog)`
  outline: none;
`;
