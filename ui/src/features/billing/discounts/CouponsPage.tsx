import { Plus, TicketPercent } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { DiscountService, type Coupon } from "@/api/gen/atrium/billing/v1/discount_service_pb";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Page, Stack } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { Code, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { oneOf, useListState } from "@/routing/listState";
import { useCan } from "@/session/useCan";

import { share } from "../money/minor";
import { tableOf } from "../parts/tableOf";
import { useDeleteCouponMutation, useListCouponsQuery } from "./api";
import { CouponDialog } from "./CouponDialog";

const PAGE_SIZE = 50;
const params = { show: oneOf(["live", "all"], "live") };

/** Codes that make plans cheaper. */
export function CouponsPage(): ReactNode {
  const { t } = useTranslation("discounts");
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  if (!can(DiscountService.method.listCoupons))
    return (
      <Page title={t("list.title")}>
        <NoPermission permission="coupons.manage" />
      </Page>
    );
  const create = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onPress={() => setOpen(true)}>
      {t("create.ask")}
    </Button>
  );
  return (
    <Page title={t("list.title")} description={t("list.lead")} actions={create}>
      <List create={create} />
      {isOpen && <CouponDialog onClose={() => setOpen(false)} />}
    </Page>
  );
}

function List({ create }: { create: ReactNode }): ReactNode {
  const { t } = useTranslation("discounts");
  const columns = useColumns();
  const list = useListState(params);
  const query = useListCouponsQuery(
    { showDeleted: list.values.show === "all", pageSize: PAGE_SIZE, pageToken: list.page.token },
    { refetchOnMountOrArgChange: 5 },
  );
  const [remove] = useDeleteCouponMutation();
  const [ended, setEnded] = useState<Coupon>();
  return (
    <>
      <DataTable
        {...tableOf(query, list.page)}
        name="billing.coupons"
        label={t("list.title")}
        columns={columns}
        rows={query.data?.coupons}
        rowId={({ id }) => id}
        rowName={({ code }) => code}
        rowMuted={({ deleted }) => deleted}
        rowActions={(coupon) => [
          {
            id: "end",
            label: t("end.do"),
            tone: "danger",
            disabledReason: coupon.deleted ? t("end.already") : undefined,
            onAction: () => setEnded(coupon),
          },
        ]}
        filtered={list.filtered}
        onClearFilters={list.clear}
        filters={
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={t("list.show")}
              options={[{ id: "all", label: t("list.withEnded") }]}
              value={list.values.show === "all" ? ["all"] : []}
              onChange={(chosen) => list.set({ show: chosen.length > 0 ? "all" : "live" })}
              one
            />
          </Filters>
        }
        empty={
          <EmptyState icon={<TicketPercent size={20} />} title={t("list.empty")} actions={create}>
            {t("list.emptyHint")}
          </EmptyState>
        }
      />
      <ConfirmDialog
        isOpen={ended !== undefined}
        onOpenChange={() => setEnded(undefined)}
        title={t("end.title", { code: ended?.code ?? "" })}
        confirmLabel={t("end.do")}
        typed={ended?.code}
        onConfirm={async () => {
          if (ended === undefined) return;
          await answered(remove({ id: ended.id }));
          toast({ tone: "success", title: t("end.done", { code: ended.code }) });
        }}
      >
        {t("end.lead")}
      </ConfirmDialog>
    </>
  );
}

function useColumns(): readonly Column<Coupon>[] {
  const { t } = useTranslation("discounts");
  const format = useFormat();
  return useMemo<Column<Coupon>[]>(
    () => [
      {
        id: "code",
        header: t("coupon.code"),
        cell: ({ code, displayName }) => (
          <Stack as="span" $gap="hair">
            <span>
              <Code>{code}</Code>
            </span>
            <Text as="span" $size="small" $tone="muted">
              <bdi>{displayName}</bdi>
            </Text>
          </Stack>
        ),
        rowHeader: true,
      },
      {
        id: "off",
        header: t("coupon.off"),
        cell: ({ percentMicros, amountOff }) =>
          amountOff === undefined
            ? format.percent(share(percentMicros), 2)
            : format.money(amountOff.minor, amountOff.currency),
        align: "end",
        width: 120,
      },
      {
        id: "lasts",
        header: t("coupon.lasts"),
        cell: ({ once, months }) =>
          once ? t("coupon.once") : months === 0 ? t("coupon.forever") : t("coupon.months", { count: months }),
        width: 160,
      },
      {
        id: "redeemed",
        header: t("coupon.redeemed"),
        cell: ({ redemptions, mostRedemptions }) =>
          mostRedemptions === 0n
            ? format.number(redemptions)
            : t("coupon.of", { used: format.number(redemptions), most: format.number(mostRedemptions) }),
        align: "end",
        width: 130,
      },
      {
        id: "expires",
        header: t("coupon.expires"),
        cell: ({ expireTime }) => (expireTime === undefined ? t("coupon.never") : format.date(expireTime)),
        width: 140,
      },
      {
        id: "state",
        header: t("coupon.state"),
        cell: (coupon) => {
          const word = standingOf(coupon, Date.now());
          return (
            <StatusBadge tone={word === "live" ? "success" : "neutral"}>{t(`coupon.standing.${word}`)}</StatusBadge>
          );
        },
        width: 130,
      },
    ],
    [t, format],
  );
}

/** Whether a coupon can be redeemed, and why not. */
export function standingOf(
  { deleted, expireTime, redemptions, mostRedemptions }: Coupon,
  now: number,
): "live" | "ended" | "expired" | "usedUp" {
  if (deleted) return "ended";
  if (expireTime !== undefined && Number(expireTime.seconds) * 1000 <= now) return "expired";
  return mostRedemptions > 0n && redemptions >= mostRedemptions ? "usedUp" : "live";
}
