import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, useLocation, useRouteError } from "react-router";

import { ApiError, reportId } from "@/api/errors";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Inline, Page } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { useErrorText } from "@/i18n/errorText";
import { paths, realmOf } from "@/routing/paths";

/** In place of everything, where the frame around the pages failed: why in words, the request id, and a way on. */
export function ErrorPage(): ReactNode {
  return (
    <main>
      <PageError />
    </main>
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
    <main>
      <NotFound />
    </main>
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
    <main>
      <WhatFailed error={error} again={again} />
    </main>
  );
}

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
