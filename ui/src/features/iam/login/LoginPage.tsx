import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useSearchParams } from "react-router";

import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Inline } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { useErrorText } from "@/i18n/errorText";
import { paths, safeNext } from "@/routing/paths";
import { useArea } from "@/session/AreaProvider";
import { useSession } from "@/session/SessionProvider";

import { SignInFlow } from "./SignInFlow";
import { VisitorPage } from "./VisitorPage";

/** Signs in to the area of the address, and goes to where the person wanted to be. */
export function LoginPage(): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { realm, state } = useSession();
  const { name, missing, open } = useArea();
  const [search] = useSearchParams();
  const given = useLocation().state as { reason?: string; email?: string; done?: "reset" } | null;
  if (state.status === "signed-in") return <Navigate replace to={safeNext(search.get("next"), realm)} />;
  if (missing)
    return (
      <VisitorPage title={t("missing.title")} lead={t("missing.text", { slug: realm })}>
        <ButtonLink href={paths.home}>{t("missing.home")}</ButtonLink>
      </VisitorPage>
    );
  return (
    <VisitorPage
      title={t("signIn")}
      lead={realm === PLATFORM ? t("platform") : t("tenant", { tenant: name ?? realm })}
      footer={
        <ButtonLink variant="quiet" href={paths.to(realm, "forgotPassword")}>
          {t("forgot.link")}
        </ButtonLink>
      }
    >
      {open && (
        <Notice
          tone="info"
          actions={
            <Inline>
              <ButtonLink size="small" href={paths.setup}>
                {t("open.go")}
              </ButtonLink>
            </Inline>
          }
        >
          {t("open.text")}
        </Notice>
      )}
      {given?.done === "reset" && <Notice tone="success">{t("reset.done")}</Notice>}
      {given?.reason !== undefined && (
        <Notice tone="info">{errorText({ reason: given.reason, message: given.reason, metadata: {} })}</Notice>
      )}
      <SignInFlow email={given?.email ?? ""} />
    </VisitorPage>
  );
}
