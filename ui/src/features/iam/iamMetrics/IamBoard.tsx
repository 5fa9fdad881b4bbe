import { RefreshCw } from "lucide-react";
import { useCallback, useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { IamMetricsService } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { IconButton } from "@/design/IconButton/IconButton";
import { Inline, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { SegmentedControl } from "@/design/SegmentedControl/SegmentedControl";
import { Loading, Skeleton } from "@/design/Skeleton/Skeleton";
import { ErrorState, NoPermission } from "@/design/states/states";
import { breakpoints } from "@/design/tokens";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { oneOf, useListState } from "@/routing/listState";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { IamScope } from "../IamLayout";
import { ScopeNote } from "../scope/ScopeNote";
import { ScopePicker } from "../scope/ScopePicker";
import { useScope } from "../scope/ScopeProvider";
import { ActiveUsers, SignIns } from "./DayCharts";
import { Figures } from "./Figures";
import { PermissionUse } from "./PermissionUse";
import { UnusedPermissions } from "./UnusedPermissions";
import { UsersByRole, UsersByStatus } from "./UserCharts";

const PERIODS = ["7", "30", "90", "365"] as const;
const params = { days: oneOf(PERIODS, "30") };
const REFRESH_MILLISECONDS = 60_000;

/** The figures of IAM, of the platform or of a tenant. */
export function IamBoard(): ReactNode {
  return (
    <IamScope>
      <Board />
    </IamScope>
  );
}

function Board(): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const { tenantId } = useScope();
  const format = useFormat();
  const can = useCan();
  const client = useClient(IamMetricsService);
  const list = useListState(params);
  const { days } = list.values;
  const permitted = can(IamMetricsService.method.getIamMetrics);
  const ask = useCallback(
    async (signal: AbortSignal) => ({
      metrics: await client.getIamMetrics({ tenantId, days: Number(days) }, { signal }),
      time: Date.now(),
    }),
    [client, tenantId, days],
  );
  // Another period leaves the one before in place until it is there.
  const { answer, failure, pending, reload } = useAnswer(permitted ? ask : undefined, { keep: true });
  useEvery(REFRESH_MILLISECONDS, reload);
  const metrics = answer?.metrics;
  let content: ReactNode;
  if (!permitted) content = <NoPermission permission="iam-metrics.read" />;
  else if (metrics !== undefined)
    content = (
      <>
        {failure !== undefined && (
          <Notice tone="warning">{t("stale", { time: format.time(answer?.time ?? 0) })}</Notice>
        )}
        <Figures metrics={metrics} />
        <Halves>
          <ActiveUsers metrics={metrics} />
          <SignIns metrics={metrics} />
          <UsersByRole metrics={metrics} />
          <UsersByStatus metrics={metrics} />
        </Halves>
        <PermissionUse metrics={metrics} />
        <UnusedPermissions metrics={metrics} />
      </>
    );
  else if (failure !== undefined) content = <ErrorState failure={failure} onRetry={reload} isRetrying={pending} />;
  else
    content = (
      <Loading label={t("loading")}>
        <Stack>
          <Skeleton $height="7rem" />
          <Halves>
            {[1, 2, 3, 4].map((one) => (
              <Skeleton key={one} $height="18rem" />
            ))}
          </Halves>
        </Stack>
      </Loading>
    );
  return (
    <Page title={t("title")} description={t("lead")} trail={<ScopeNote />} actions={<ScopePicker />}>
      <Inline $justify="space-between" $gap={3}>
        <SegmentedControl
          label={t("period")}
          options={PERIODS.map((id) => ({ id, label: t(`periods.${id}`) }))}
          value={days}
          onChange={(next) => list.set({ days: next })}
        />
        {answer !== undefined && (
          <Inline>
            <Text $size="small" $tone="muted" $numeric>
              {t("asOf", { time: format.time(answer.time) })}
            </Text>
            <IconButton
              size="small"
              label={t("reload")}
              icon={<RefreshCw size={16} aria-hidden />}
              onPress={reload}
              isPending={pending}
            />
          </Inline>
        )}
      </Inline>
      {content}
    </Page>
  );
}

/** Does something every so often while somebody may be looking, and when they come back after that long. */
function useEvery(milliseconds: number, act: () => void): void {
  const last = useRef(0);
  useEffect(() => {
    last.current = Date.now();
    const look = (): void => {
      if (document.visibilityState !== "visible" || Date.now() - last.current < milliseconds) return;
      last.current = Date.now();
      act();
    };
    const timer = setInterval(look, milliseconds / 4);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [milliseconds, act]);
}

const Halves = styled.div`
  display: grid;
  grid-template-columns: repeat(2, minmax(0, 1fr));
  gap: 1rem;
  @media ${breakpoints.medium} {
    grid-template-columns: minmax(0, 1fr);
  }
`;
