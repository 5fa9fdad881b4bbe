import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { TenantHealth, TenantHealth_Part } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { HEALTH_TONES } from "../tenants/badges";
import { healthWord } from "../tenants/words";

const PARTS = ["sign_ins", "call_trend", "tickets", "payments"] as const;

/** What a health score is made of: each part's points, what was measured, and what would have been full points. */
export function HealthParts({ health }: { health: TenantHealth }): ReactNode {
  return (
    <List>
      {health.parts.map((part) => (
        <Part key={part.name} part={part} />
      ))}
    </List>
  );
}

function Part({ part }: { part: TenantHealth_Part }): ReactNode {
  const { t } = useTranslation("tenants");
  const measured = useMeasured();
  const known = PARTS.find((name) => name === part.name);
  const share = part.mostPoints === 0 ? 100 : (100 * part.points) / part.mostPoints;
  return (
    <li>
      <ProgressBar
        label={known === undefined ? part.name : t(`health.part.${known}`)}
        value={part.points}
        max={part.mostPoints}
        valueText={t("health.points", { points: part.points, most: part.mostPoints })}
        tone={HEALTH_TONES[healthWord(share)]}
      />
      <Text $size="small" $tone="muted">
        {measured(part)}
        {known !== undefined && ` ${t(`health.rule.${known}`)}`}
      </Text>
    </li>
  );
}

/** The platform says what it measured in English; its numbers are put into the language shown. */
function useMeasured(): (part: TenantHealth_Part) => string {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  return ({ name, points, explanation }) => {
    const [a, b, c] = (explanation.match(/\d+/g) ?? []).map((digits) => format.number(BigInt(digits)));
    switch (name) {
      case "sign_ins":
        return a === undefined || b === undefined || c === undefined
          ? explanation
          : t("health.measured.sign_ins", { a, b, c });
      case "call_trend":
        return a === undefined || b === undefined ? explanation : t("health.measured.call_trend", { a, b });
      case "tickets":
        return a === undefined ? explanation : t("health.measured.tickets", { a });
      case "payments":
        return t(points > 0 ? "health.measured.paid" : "health.measured.pastDue");
      default:
        return explanation;
    }
  };
}

const List = styled.ul`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[4]};
  li {
    display: flex;
    flex-direction: column;
    gap: ${theme.space[1]};
  }
`;
