import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Dispute_State, type Dispute, type Payment } from "@/api/gen/atrium/billing/v1/payment_pb";
import { Inline, Stack } from "@/design/layout/layout";
import { Code, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { DisputeBadge } from "../parts/badges";

/** That payers have asked their bank to take a payment back: how that stands, how much, why, and until when to answer. */
export function Disputes({ disputes }: Pick<Payment, "disputes">): ReactNode {
  const { t } = useTranslation("payments");
  const format = useFormat();
  return (
    <Stack as="ul" $gap={2} aria-label={t("disputes.title")}>
      {disputes.map((dispute) => (
        <li key={dispute.id}>
          <Stack $gap="hair">
            <Inline $gap={2}>
              <DisputeBadge state={dispute.state} />
              <span>{t("disputes.of", { amount: format.money(dispute.amountMinor, dispute.currency) })}</span>
              {dispute.reason !== "" && <Code>{dispute.reason}</Code>}
            </Inline>
            <DisputeStanding dispute={dispute} />
          </Stack>
        </li>
      ))}
    </Stack>
  );
}

/** What can be done about a dispute until when, or when it was decided; and whether the money is gone meanwhile. */
export function DisputeStanding({ dispute }: { dispute: Dispute }): ReactNode {
  const { t } = useTranslation("payments");
  const format = useFormat();
  const { state, respondTime, closeTime, takenMinor, currency } = dispute;
  const sentences = [
    state === Dispute_State.OPEN && respondTime !== undefined
      ? t("disputes.answer", { time: format.dateTime(respondTime) })
      : "",
    closeTime === undefined ? "" : t("disputes.decided", { time: format.date(closeTime) }),
    takenMinor > 0n
      ? t(state === Dispute_State.LOST ? "disputes.lost" : "disputes.held", {
          amount: format.money(takenMinor, currency),
        })
      : "",
  ].filter((one) => one !== "");
  return (
    sentences.length > 0 && (
      <Text as="span" $size="small" $tone="muted">
        {sentences.join(" ")}
      </Text>
    )
  );
}
