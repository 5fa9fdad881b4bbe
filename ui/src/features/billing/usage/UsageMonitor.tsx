import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { UsageService, type Usage, type Usage_MeterUsage } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { StatusBadge, type BadgeTone } from "@/design/Badge/Badge";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { Asked } from "../parts/Asked";
import { usePeriod } from "../parts/usePeriod";
import { useGetUsageQuery } from "./api";
import { EventTable } from "./EventTable";
import { metersOf, useOwnWords } from "./meters";
import { byUrgency, exceeds, shareOf, standingOf, type Standing } from "./standing";
import { UsageTrend } from "./UsageTrend";

/** A page that stays open shows what is used by then. */
const LOOK_MS = 60_000;

/** What a tenant uses against what its plan allows: the same numbers that refusals and invoices are made of. */
export function UsageMonitor({ tenantId }: { tenantId: string }): ReactNode {
  const can = useCan();
  if (!can(UsageService.method.getUsage)) return <NoPermission permission="usage.read" />;
  return <Monitor tenantId={tenantId} />;
}

function Monitor({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("usage");
  const period = usePeriod();
  const query = useGetUsageQuery({ tenantId }, { refetchOnMountOrArgChange: 5, pollingInterval: LOOK_MS });
  return (
    <Stack $gap={5}>
      <Asked query={query} label={t("loading")} lines={8}>
        {(usage) =>
          usage.meters.length === 0 ? (
            <Card>
              <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
            </Card>
          ) : (
            <Stack>
              <Text $tone="muted">{t("period", { period: period(usage.periodStartTime, usage.periodEndTime) })}</Text>
              <Grid $least="22rem">
                {byUrgency(usage.meters).map((meter) => (
                  <Meter key={meter.meter?.id} usage={usage} meter={meter} />
                ))}
              </Grid>
            </Stack>
          )
        }
      </Asked>
      <EventTable tenantId={tenantId} />
    </Stack>
  );
}

const TONES: Record<Standing, BadgeTone> = {
  unlimited: "neutral",
  fine: "success",
  near: "warning",
  over: "info",
  full: "danger",
};
const BAR = { unlimited: "accent", fine: "accent", near: "warning", over: "accent", full: "danger" } as const;

function Meter({ usage, meter }: { usage: Usage; meter: Usage_MeterUsage }): ReactNode {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const { quantity: read, name } = metersOf(meter.meter === undefined ? [] : [meter.meter], format, useOwnWords());
  const id = meter.meter?.id ?? "";
  const standing = standingOf(meter);
  const limited = meter.most >= 0n;
  const title = `meter-${id}`;
  return (
    <Card aria-labelledby={title}>
      <Stack $gap={3}>
        <Inline $justify="space-between">
          <Heading as="h2" $size="medium" id={title}>
            <bdi>{name(id)}</bdi>
          </Heading>
          <StatusBadge tone={TONES[standing]}>{t(`standing.${standing}`)}</StatusBadge>
        </Inline>
        <Inline $align="baseline" $gap={2}>
          <Text as="span" $size="display" $weight="bold" $numeric>
            {read(id, meter.quantity)}
          </Text>
          <Text as="span" $tone="muted" $numeric>
            {limited ? t("of", { most: read(id, meter.most) }) : t("noLimit")}
          </Text>
        </Inline>
        {limited && (
          <ProgressBar
            label={t("used", { name: name(id) })}
            labelHidden
            value={Math.min(shareOf(meter.quantity, meter.most), 1) * 100}
            valueText={format.percent(shareOf(meter.quantity, meter.most))}
            tone={BAR[standing]}
          />
        )}
        <UsageTrend usage={usage} meter={meter} name={name(id)} read={(value) => read(id, value)} />
        <Text $size="small" $tone={exceeds(meter) ? "warning" : "muted"}>
          {[
            limited && (meter.overageCharged ? t("beyondCharged") : t("left", { left: read(id, meter.left) })),
            meter.forecast >= 0n &&
              t(exceeds(meter) ? "forecastOver" : "forecast", { quantity: read(id, meter.forecast) }),
            meter.amountMinor > 0n && t("amount", { amount: format.money(meter.amountMinor, usage.currency) }),
          ]
            .filter((one) => one !== false)
            .join(" ")}
        </Text>
      </Stack>
    </Card>
  );
}
