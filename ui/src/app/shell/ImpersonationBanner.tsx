import { VenetianMask } from "lucide-react";
import { use, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { styled } from "styled-components";

import { ApiError } from "@/api/errors";
import type { Me } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { PLATFORM, sessionCalls } from "@/api/session";
import { Button } from "@/design/Button/Button";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { SessionsContext, useSession } from "@/session/SessionProvider";

/** Over everything while somebody of the provider acts for a person of a tenant: who, for whom, until when. */
export function ImpersonationBanner({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation("app");
  const { errorText } = useErrorText();
  const format = useFormat();
  const navigate = useNavigate();
  const { session, state, reload } = useSession();
  const actor = useActor(me.impersonatorId);
  const [ending, setEnding] = useState(false);
  const ends = state.status === "signed-in" ? state.ends : undefined;

  // At the end the platform is asked once more, and says that it is over.
  useEffect(() => {
    if (ends === undefined) return;
    const timer = setTimeout(() => void reload(), Math.max(ends - Date.now(), 0) + 1000);
    return () => clearTimeout(timer);
  }, [ends, reload]);

  const stop = async (): Promise<void> => {
    setEnding(true);
    // First away from here: a page whose session has ended leads to the tenant's sign-in page.
    await navigate(paths.area(PLATFORM));
    try {
      await session.signOut();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: errorText(error) });
    }
  };
  return (
    <Bar role="region" aria-label={t("acting.label")}>
      <VenetianMask size={18} aria-hidden />
      <p>
        <span>{t("acting.who", { actor: actor ?? t("acting.somebody"), user: me.user?.displayName ?? "" })}</span>
        {ends !== undefined && <span>{t("acting.until", { time: format.time(ends) })}</span>}
        <span>{t(me.impersonatorMayWrite ? "acting.mayWrite" : "acting.readOnly")}</span>
      </p>
      <Button size="small" onPress={() => void stop()} isPending={ending}>
        {t("acting.stop")}
      </Button>
    </Bar>
  );
}

/** The name of the one who acts, where this browser knows them: they signed in to the platform in it. */
function useActor(id: string): string | undefined {
  const platform = use(SessionsContext)(PLATFORM);
  const [name, setName] = useState<string>();
  useEffect(() => {
    const ask = async (): Promise<void> => {
      if ((await platform.start()).status !== "signed-in") return;
      const { user } = await (await sessionCalls()).getMe(platform.transport);
      if (user?.id === id) setName(user.displayName);
    };
    // Without an answer the banner says "somebody of the provider", which is true as well.
    ask().catch(() => undefined);
  }, [platform, id]);
  return name;
}

const Bar = styled.div`
  position: sticky;
  inset-block-start: 0;
  z-index: calc(${theme.layer.sticky} + 1);
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  min-block-size: 2.5rem;
  padding: ${theme.space[1]} ${theme.space[4]};
  border-block-end: 1px solid ${theme.color.warning.line};
  background: ${theme.color.warning.soft};
  color: ${theme.color.warning.text};
  font-size: ${theme.text.size.small};
  & > p {
    display: flex;
    flex-wrap: wrap;
    gap: 0 ${theme.space[1]};
    flex: 1;
    min-inline-size: 0;
    color: ${theme.color.text};
    overflow-wrap: anywhere;
  }
`;
