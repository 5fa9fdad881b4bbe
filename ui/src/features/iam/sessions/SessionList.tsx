import { Bot, Laptop, Smartphone } from "lucide-react";
import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { ApiError } from "@/api/errors";
import type { Session } from "@/api/gen/atrium/iam/v1/session_pb";
import { Session_EndReason as EndReason } from "@/api/gen/atrium/iam/v1/session_pb";
import { SessionService } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { pages } from "@/api/paging";
import { Badge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState } from "@/design/states/states";
import { Switch } from "@/design/Switch/Switch";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { useAnswer } from "@/session/useAnswer";
import { useClient } from "@/session/useClient";

import { deviceOf } from "./device";

interface SessionListProps {
  /** Whose sessions; the person's own when left out. */
  userId?: string;
  /** Whose place they are in; empty for the platform. */
  tenantId: string;
  /** Why none may be ended; undefined when they may. */
  fixed?: string | undefined;
}

const ICONS = { desktop: Laptop, phone: Smartphone, program: Bot };
/** More than anybody signs in from; what is beyond is not shown. */
const MOST = 200;

/** Where somebody is signed in, and a way to end it. */
export function SessionList({ userId = "", tenantId, fixed }: SessionListProps): ReactNode {
  const { t } = useTranslation("sessions");
  const { errorText } = useErrorText();
  const sessions = useClient(SessionService);
  const [showEnded, setShowEnded] = useState(false);
  const [endingAll, setEndingAll] = useState(false);
  const [progress, setProgress] = useState<{ done: number; of: number }>();
  const [failed, setFailed] = useState<ApiError>();
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const found: Session[] = [];
      const list = pages(
        (request: { userId: string; tenantId: string; showEnded: boolean; pageSize: number; pageToken: string }) =>
          sessions.listSessions(request, { signal }),
        { userId, tenantId, showEnded, pageSize: 100 },
      );
      for await (const page of list) {
        found.push(...page.sessions);
        if (found.length >= MOST) break;
      }
      return found;
    },
    [sessions, userId, tenantId, showEnded],
  );
  const { answer, failure, pending, reload, replace } = useAnswer(ask, { keep: true });

  const end = async (session: Session): Promise<void> => {
    const ended = await sessions.revokeSession({ id: session.id, tenantId });
    replace((known) =>
      known.flatMap((one) => (one.id !== session.id ? [one] : showEnded ? [{ ...ended, current: one.current }] : [])),
    );
  };
  const endOne = async (session: Session): Promise<void> => {
    setFailed(undefined);
    try {
      await end(session);
      toast({ tone: "success", title: t("ended") });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(error);
    }
  };
  if (answer === undefined && failure !== undefined)
    return <ErrorState failure={failure} onRetry={reload} isRetrying={pending} />;
  if (answer === undefined)
    return (
      <Loading label={t("loading")}>
        <SkeletonText lines={4} />
      </Loading>
    );
  const others = answer.filter((one) => !one.current && one.endTime === undefined);
  return (
    <Stack $gap={3}>
      <Inline $justify="space-between" $gap={3}>
        <Switch label={t("showEnded")} isSelected={showEnded} onChange={setShowEnded} />
        {others.length > 0 && (
          <Button onPress={() => setEndingAll(true)} disabledReason={fixed}>
            {t(userId === "" ? "endOthers" : "endAll")}
          </Button>
        )}
      </Inline>
      {failed !== undefined && <Notice tone="danger">{errorText(failed)}</Notice>}
      {answer.length === 0 && <EmptyState title={t("none")} />}
      <List aria-label={t("list")}>
        {answer.map((session) => (
          <Line key={session.id} session={session} fixed={fixed} onEnd={() => endOne(session)} />
        ))}
      </List>
      <ConfirmDialog
        isOpen={endingAll}
        onOpenChange={setEndingAll}
        title={t("endAllTitle", { count: others.length })}
        confirmLabel={t(userId === "" ? "endOthers" : "endAll")}
        fields={
          progress !== undefined && (
            <ProgressBar
              label={t("ending")}
              value={progress.done}
              max={progress.of}
              valueText={t("progress", progress)}
            />
          )
        }
        onConfirm={async () => {
          try {
            for (const [done, session] of others.entries()) {
              setProgress({ done, of: others.length });
              await end(session);
            }
            toast({ tone: "success", title: t("endedAll", { count: others.length }) });
          } finally {
            setProgress(undefined);
          }
        }}
      >
        {t("endAllText")}
      </ConfirmDialog>
    </Stack>
  );
}

interface LineProps {
  session: Session;
  fixed: string | undefined;
  onEnd: () => Promise<void>;
}

function Line({ session, fixed, onEnd }: LineProps): ReactNode {
  const { t } = useTranslation("sessions");
  const format = useFormat();
  const [ending, setEnding] = useState(false);
  const device = deviceOf(session.userAgent);
  const Icon = ICONS[device.kind];
  const name =
    device.browser === undefined
      ? session.userAgent === ""
        ? t("unknownDevice")
        : session.userAgent
      : device.system === undefined
        ? device.browser
        : t("device", { browser: device.browser, system: device.system });
  const over = session.endTime !== undefined;
  return (
    <Item $over={over}>
      <Icon size={20} aria-hidden />
      <Words>
        <Inline $gap={2}>
          <Text $weight="medium">{name}</Text>
          {session.current && <Badge tone="accent">{t("current")}</Badge>}
          {session.impersonatorId !== "" && <Badge tone="warning">{t("acting")}</Badge>}
        </Inline>
        <Text $size="small" $tone="muted">
          {session.address}
          {" · "}
          {session.createTime && t("since", { time: format.dateTime(session.createTime) })}
          {!over && session.lastSeenTime && ` · ${t("seen", { time: format.relative(session.lastSeenTime) })}`}
        </Text>
        {over && session.endTime !== undefined && (
          <Text $size="small" $tone="muted">
            {t(`reason.${END_REASONS[session.endReason]}`, { time: format.dateTime(session.endTime) })}
          </Text>
        )}
      </Words>
      {!over && !session.current && (
        <Button
          size="small"
          isPending={ending}
          disabledReason={fixed}
          aria-label={t("endThis", { device: name })}
          onPress={() => {
            setEnding(true);
            void onEnd().finally(() => setEnding(false));
          }}
        >
          {t("end")}
        </Button>
      )}
    </Item>
  );
}

const END_REASONS = {
  [EndReason.UNSPECIFIED]: "other",
  [EndReason.SIGNED_OUT]: "signedOut",
  [EndReason.REVOKED]: "revoked",
  [EndReason.EXPIRED]: "expired",
  [EndReason.TOKEN_REUSED]: "reused",
  [EndReason.USER_SUSPENDED]: "suspended",
  [EndReason.USER_DELETED]: "deleted",
  [EndReason.PASSWORD_CHANGED]: "passwordChanged",
  [EndReason.TENANT_CLOSED]: "tenantClosed",
} as const;

const List = styled.ul`
  display: flex;
  flex-direction: column;
`;

const Item = styled.li<{ $over: boolean }>`
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  padding-block: ${theme.space[3]};
  border-block-start: 1px solid ${theme.color.border};
  & > svg {
    color: ${({ $over }) => ($over ? theme.color.faint : theme.color.muted)};
  }
`;

const Words = styled.div`
  flex: 1;
  min-inline-size: 0;
  overflow-wrap: anywhere;
`;
