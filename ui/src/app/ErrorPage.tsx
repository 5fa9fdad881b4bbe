import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, useLocation, useRouteError } from "react-router";
import { styled } from "styled-components";

import { ApiError, reportId } from "@/api/errors";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Inline, Page } from "@/design/layout/layout";
import { Logo } from "@/design/Logo/Logo";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { useErrorText } from "@/i18n/errorText";
import { paths, realmOf } from "@/routing/paths";

/** In place of everything, where the frame around the pages failed: why in words, the request id, and a way on. */
export function ErrorPage(): ReactNode {
  return (
    <Alone>
      <PageError />
    </Alone>
  );
}

/** In place of a page that failed; the frame around it stays. */
export function PageError(): ReactNode {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return <WhatFailed error={error} again={() => location.reload()} />;
}

/** At addresses where nothing is. Inside an area the shell is around it, which has the `main`. */
export function NotFoundPage(): ReactNode {
  const inArea = realmOf(useLocation().pathname) !== undefined;
  return inArea ? (
    <NotFound />
  ) : (
    <Alone>
      <NotFound />
    </Alone>
  );
}

function NotFound(): ReactNode {
  const { t } = useTranslation("app");
  return (
    <Page title={t("notFound.title")} description={t("notFound.text")}>
      <Inline>
        <ButtonLink href={paths.home}>{t("error.home")}</ButtonLink>
      </Inline>
    </Page>
  );
}

/** A whole page that says what went wrong. */
export function Failure({ error, again }: { error: unknown; again: () => void }): ReactNode {
  return (
    <Alone>
      <WhatFailed error={error} again={again} />
    </Alone>
  );
}

/** The middle of a page that has no frame. */
function Alone({ children }: { children: ReactNode }): ReactNode {
  return (
    <Middle>
      <Mark>
        <Logo size={36} />
      </Mark>
      {children}
    </Middle>
  );
}

const Middle = styled.main`
  display: flex;
  flex-direction: column;
  justify-content: safe center;
  min-block-size: 100dvb;
  inline-size: min(40rem, 100%);
  margin-inline: auto;
  padding-block: ${theme.space[8]} 12vh;
  @media ${breakpoints.narrow} {
    justify-content: flex-start;
  }
`;

const Mark = styled.div`
  padding-inline: ${theme.space[8]};
  @media ${breakpoints.narrow} {
    padding-inline: ${theme.space[4]};
  }
`;

function WhatFailed({ error, again }: { error: unknown; again: () => void }): ReactNode {
  const { t } = useTranslation("app");
  const { errorText } = useErrorText();
  const known = error instanceof ApiError ? error : undefined;
  const outdated = isOutdated(error);
  const text = known === undefined ? t(outdated ? "error.newVersion" : "error.unexpected") : errorText(known);
  return (
    <Page title={t("error.title")}>
      <Notice tone={outdated ? "info" : "danger"} requestId={known === undefined ? "" : reportId(known)}>
        {text}
      </Notice>
      <Inline>
        <Button variant="primary" onPress={again}>
          {t(known === undefined ? "error.reload" : "error.again")}
        </Button>
        <ButtonLink variant="quiet" href={paths.home}>
          {t("error.home")}
        </ButtonLink>
      </Inline>
    </Page>
  );
}

/** Whether a part of the application is not on the server any more: it has been replaced by a newer one. */
function isOutdated(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
}
