import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { ApiError, reportId } from "@/api/errors";
import type { Interval, Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import {
  EffectiveAt,
  SubscriptionService,
  type InvoicePreview,
  type SubscriptionChange,
} from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { Submission } from "@/api/idempotency";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { Checkbox } from "@/design/Checkbox/Checkbox";
import { Dialog } from "@/design/Dialog/Dialog";
import { Grid, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { NumberField } from "@/design/NumberField/NumberField";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";
import { TextField } from "@/design/TextField/TextField";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { SandboxNotice } from "../paymentMethods/SandboxNotice";
import { useDecline } from "../payments/useDecline";
import { bookOf, seatPrice } from "../plans/prices";
import { useChangeSubscriptionMutation, useCreateSubscriptionMutation, usePreviewInvoiceQuery } from "./api";
import { Preview } from "./Preview";

interface ChangeDialogProps {
  tenantId: string;
  /** The one that is changed; left out for a new one. */
  subscription: Subscription | undefined;
  /** A tenant has a trial once: it is not offered again. Default: false. */
  hadTrial?: boolean;
  /** The plan to move to; the present one for a change of seats or interval. */
  plan: Plan;
  interval: Interval;
  currency: string;
  /** Only the seats are to be changed: the version of the plan stays. */
  seatsOnly?: boolean;
  onClose: () => void;
  onDone: (change: SubscriptionChange) => void;
}

const WHEN = {
  default: EffectiveAt.UNSPECIFIED,
  now: EffectiveAt.NOW,
  end: EffectiveAt.PERIOD_END,
} as const;
type When = keyof typeof WHEN;
/** A preview is good for ten minutes. */
const FRESH_MS = 9 * 60_000;

/** Shows exactly what a change costs, then makes it for that moment. */
export function ChangeDialog({
  tenantId,
  subscription,
  hadTrial = false,
  plan,
  interval,
  currency,
  seatsOnly = false,
  onClose,
  onDone,
}: ChangeDialogProps): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const { failureText } = useDecline();
  const [submission] = useState(() => new Submission());
  const [create, creating] = useCreateSubscriptionMutation();
  const [change, changing] = useChangeSubscriptionMutation();
  const [now] = useState(() => Date.now());
  const [seats, setSeats] = useState<bigint>(
    subscription === undefined || subscription.seats < 1n ? 1n : subscription.seats,
  );
  const [code, setCode] = useState("");
  const [coupon, setCoupon] = useState("");
  const [when, setWhen] = useState<When>("default");
  const [skipTrial, setSkipTrial] = useState(false);
  const [failure, setFailure] = useState<ApiError>();
  const { terms } = plan;
  const name = terms?.displayName ?? plan.id;
  const bySeat = terms !== undefined && seatPrice(bookOf(terms, currency, interval) ?? { prices: [] }) !== undefined;
  const isNew = subscription === undefined;
  const mayTry = isNew && !hadTrial && terms !== undefined && terms.trialDays > 0;
  const trial = mayTry && !skipTrial;
  const isSending = creating.isLoading || changing.isLoading;
  // The plan's id moves to its newest version, so it is only named where that is meant.
  const planId = seatsOnly ? "" : plan.id;
  const asked = {
    ...(isNew ? { tenantId, currency } : { subscriptionId: subscription.id, effectiveAt: WHEN[when] }),
    planId,
    interval,
    ...(bySeat ? { seats } : {}),
    couponCode: coupon,
  };
  const query = usePreviewInvoiceQuery(asked, { refetchOnMountOrArgChange: true, pollingInterval: FRESH_MS });
  const preview = query.isFetching ? undefined : query.data;
  const send = async (): Promise<void> => {
    if (preview === undefined || isSending) return;
    setFailure(undefined);
    try {
      onDone(await (isNew ? subscribe() : move(subscription, preview)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
      if (error.reason === "PREVIEW_STALE") void query.refetch();
    }
  };
  const subscribe = (): Promise<SubscriptionChange> =>
    submission.run(
      SubscriptionService.method.createSubscription,
      { tenantId, planId: plan.id, interval, currency, seats: bySeat ? seats : 1n, couponCode: coupon, skipTrial },
      (request, options) => answered(create({ ...request, ...options })),
    );
  const move = (present: Subscription, seen: InvoicePreview): Promise<SubscriptionChange> =>
    submission.run(
      SubscriptionService.method.changeSubscription,
      {
        id: present.id,
        etag: present.etag,
        ...(planId === "" ? {} : { planId }),
        ...(interval === present.interval ? {} : { interval }),
        ...(bySeat && seats !== present.seats ? { seats } : {}),
        ...(coupon === "" ? {} : { couponCode: coupon }),
        effectiveAt: WHEN[when],
        ...(seen.previewTime === undefined ? {} : { previewTime: seen.previewTime }),
      },
      (request, options) => answered(change({ ...request, ...options })),
    );
  const due = preview?.totals?.dueMinor ?? 0n;
  const later = preview?.effectiveTime !== undefined && Number(preview.effectiveTime.seconds) * 1000 > now + 60_000;
  const idle =
    seatsOnly && seats === subscription?.seats && coupon === ""
      ? t("change.sameSeats")
      : preview === undefined
        ? t("change.waits")
        : undefined;
  const words = trial
    ? t("change.startTrial")
    : later && preview.effectiveTime !== undefined
      ? t("change.confirmLater", { time: format.date(preview.effectiveTime) })
      : due > 0n
        ? t("change.confirmPay", { amount: format.money(due, preview?.totals?.currency ?? currency) })
        : t(isNew ? "change.subscribe" : "change.confirm");
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={seatsOnly ? t("change.seatsTitle") : t(isNew ? "change.newTitle" : "change.title", { plan: name })}
      description={t("change.lead")}
      size="large"
      isBusy={isSending}
      onSubmit={(event) => {
        event.preventDefault();
        if (idle === undefined) void send();
      }}
      footer={
        <>
          <Button variant="quiet" isDisabled={isSending} onPress={onClose}>
            {t("change.cancel")}
          </Button>
          <Button type="submit" variant="primary" isPending={isSending} disabledReason={idle}>
            {words}
          </Button>
        </>
      }
    >
      <Stack $gap={5}>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {failureText(failure)}
          </Notice>
        )}
        <SandboxNotice />
        <Grid $least="14rem">
          {bySeat && (
            <NumberField
              label={t("change.seats")}
              description={t("change.seatsHint")}
              value={Number(seats)}
              min={1}
              max={1_000_000}
              onChange={(value) => setSeats(BigInt(Math.max(1, Math.round(value ?? 1))))}
              format={{ maximumFractionDigits: 0 }}
            />
          )}
          <Inline $align="end" $nowrap>
            <TextField
              label={t("change.coupon")}
              optional
              value={code}
              onChange={setCode}
              maxLength={40}
              autoComplete="off"
              error={couponFault(query.error, failureText)}
              onKeyDown={(event) => {
                // Enter looks what it gives; it does not send.
                if (event.key !== "Enter") return;
                event.preventDefault();
                setCoupon(code.trim());
              }}
            />
            <Button onPress={() => setCoupon(code.trim())} isDisabled={code.trim() === coupon}>
              {t("change.apply")}
            </Button>
          </Inline>
        </Grid>
        {mayTry && (
          <Checkbox
            label={t("change.skipTrial")}
            description={t("change.trialHint", { count: terms.trialDays })}
            isSelected={skipTrial}
            onChange={setSkipTrial}
          />
        )}
        {!isNew && subscription.state !== Subscription_State.TRIALING && (
          <RadioGroup
            label={t("change.when")}
            value={when}
            onChange={(id) => setWhen(id as When)}
            options={(Object.keys(WHEN) as When[]).map((id) => ({
              id,
              label: t(`change.at.${id}`),
              description: t(`change.atHint.${id}`, {
                time: subscription.periodEndTime === undefined ? "" : format.date(subscription.periodEndTime),
              }),
            }))}
          />
        )}
        {preview !== undefined ? (
          <Stack $gap={3}>
            {later && preview.effectiveTime !== undefined && (
              <Notice tone="info">{t("change.later", { time: format.date(preview.effectiveTime) })}</Notice>
            )}
            {(preview.totals?.totalMinor ?? 0n) < 0n && (
              <Notice tone="success">
                {t("change.credit", {
                  amount: format.money(-(preview.totals?.totalMinor ?? 0n), preview.totals?.currency ?? currency),
                })}
              </Notice>
            )}
            <Preview preview={preview} interval={interval} />
          </Stack>
        ) : query.isFetching ? (
          <Loading label={t("change.waits")}>
            <SkeletonText lines={5} />
          </Loading>
        ) : couponFault(query.error, failureText) === undefined ? (
          <ErrorState
            failure={query.error}
            requestId={isFailure(query.error) ? reportId(query.error) : undefined}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <Text $tone="muted">{t("change.couponFirst")}</Text>
        )}
      </Stack>
    </Dialog>
  );
}

/** The refusal of a coupon is about its field. */
function couponFault(error: unknown, textOf: (failure: ApiError) => string): string | undefined {
  return isFailure(error) && error.reason === "COUPON_INVALID" ? textOf(new ApiError(error)) : undefined;
}
