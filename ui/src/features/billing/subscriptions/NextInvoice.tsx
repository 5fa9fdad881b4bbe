import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { Card, Stack } from "@/design/layout/layout";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { Asked } from "../parts/Asked";
import { usePreviewInvoiceQuery } from "./api";
import { Preview } from "./Preview";

/** What the present period will come to, as of now. */
export function NextInvoice({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const query = usePreviewInvoiceQuery({ subscriptionId: subscription.id }, { refetchOnMountOrArgChange: true });
  const { cancelAtPeriodEnd, periodEndTime } = subscription;
  return (
    <Card aria-labelledby="next-invoice">
      <Stack>
        <Stack $gap="hair">
          <Heading $size="medium" id="next-invoice">
            {t(cancelAtPeriodEnd ? "next.lastTitle" : "next.title")}
          </Heading>
          <Text $size="small" $tone="muted">
            {t(cancelAtPeriodEnd ? "next.lastLead" : "next.lead", {
              time: periodEndTime === undefined ? "" : format.date(periodEndTime),
            })}
          </Text>
        </Stack>
        <Asked query={query} label={t("next.loading")}>
          {(preview) => (
            <Preview preview={preview} interval={subscription.pendingChange?.interval ?? subscription.interval} />
          )}
        </Asked>
      </Stack>
    </Card>
  );
}

/** Whether another invoice comes by itself. */
export function bills({ state }: Subscription): boolean {
  return [Subscription_State.ACTIVE, Subscription_State.TRIALING, Subscription_State.PAST_DUE].includes(state);
}
