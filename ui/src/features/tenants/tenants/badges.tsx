/** What a tenant is like, in a word and a colour. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { StatusBadge, type BadgeTone } from "@/design/Badge/Badge";
import { theme } from "@/design/theme";
import { VisuallyHidden } from "@/design/typography/typography";

import { healthWord, paymentWord, stateWord, type HealthWord, type StateWord } from "./words";

const STATE_TONES: Record<StateWord, BadgeTone> = {
  active: "success",
  provisioning: "info",
  suspended: "warning",
  failed: "danger",
  deleting: "danger",
  purged: "neutral",
};

export function StateBadge({ state }: Pick<Tenant, "state">): ReactNode {
  const { t } = useTranslation("tenants");
  const word = stateWord(state);
  return (
    <StatusBadge tone={word === undefined ? "neutral" : STATE_TONES[word]} live={word === "provisioning"}>
      {t(`state.${word ?? "unknown"}`)}
    </StatusBadge>
  );
}

export function PaymentBadge({ paymentStatus }: Pick<Tenant, "paymentStatus">): ReactNode {
  const { t } = useTranslation("tenants");
  const word = paymentWord(paymentStatus);
  return <StatusBadge tone={word === "pastDue" ? "danger" : "success"}>{t(`payment.${word}`)}</StatusBadge>;
}

export const HEALTH_TONES = { good: "success", fair: "warning", poor: "danger" } as const satisfies Record<
  HealthWord,
  BadgeTone
>;

/** The score as a number over a bar of its length. */
export function HealthMeter({ score }: { score: number }): ReactNode {
  const { t } = useTranslation("tenants");
  const word = healthWord(score);
  const said = `${t("health.score", { score })}: ${t(`health.${word}`)}`;
  return (
    <Meter title={t("health.score", { score })}>
      <Number aria-hidden>{score}</Number>
      <Track aria-hidden>
        <Fill $tone={HEALTH_TONES[word]} style={{ inlineSize: `${String(Math.min(Math.max(score, 0), 100))}%` }} />
      </Track>
      <VisuallyHidden>{said}</VisuallyHidden>
    </Meter>
  );
}

const Meter = styled.span`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[2]};
  position: relative;
`;

const Number = styled.span`
  min-inline-size: 1.75em;
  font-variant-numeric: tabular-nums;
`;

const Track = styled.span`
  inline-size: 3rem;
  block-size: 0.375rem;
  border-radius: ${theme.radius.full};
  background: ${theme.color.active};
  overflow: hidden;
`;

const Fill = styled.span<{ $tone: "success" | "warning" | "danger" }>`
  display: block;
  block-size: 100%;
  border-radius: inherit;
  background: ${({ $tone }) => theme.color[$tone].solid};
  @media (forced-colors: active) {
    background: CanvasText;
  }
`;
