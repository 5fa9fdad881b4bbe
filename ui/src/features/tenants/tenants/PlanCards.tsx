import { Database, Gauge } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { TenantPlan } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { theme } from "@/design/theme";
import { useFormat } from "@/i18n/Locale";

import { isolationWord } from "./words";

interface PlanCardsProps {
  label: string;
  plans: readonly TenantPlan[];
  /** A plan's id; empty for none. */
  value: string;
  onChange: (plan: string) => void;
  onBlur?: () => void;
  error?: string | undefined;
}

/** A choice of one plan, each with what it means for a tenant. The least comes first. */
export function PlanCards({ label, plans, value, onChange, onBlur, error }: PlanCardsProps): ReactNode {
  return (
    <RadioGroup
      label={label}
      labelHidden
      look="cards"
      value={value === "" ? null : value}
      onChange={onChange}
      error={error}
      {...(onBlur === undefined ? {} : { onBlur })}
      options={ordered(plans).map((plan) => ({
        id: plan.id,
        label: plan.displayName,
        description: <Meaning plan={plan} />,
      }))}
    />
  );
}

function Meaning({ plan }: { plan: TenantPlan }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  return (
    <Lines>
      <Line>
        <Gauge size={14} aria-hidden />
        {t("create.plan.calls", { calls: format.number(plan.callsPerMinute) })}
      </Line>
      <Line>
        <Database size={14} aria-hidden />
        {t(`isolation.${isolationWord(plan.isolation)}`)}
      </Line>
    </Lines>
  );
}

function ordered(plans: readonly TenantPlan[]): TenantPlan[] {
  return plans.toSorted((a, b) => a.callsPerMinute - b.callsPerMinute || a.isolation - b.isolation);
}

const Lines = styled.span`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[1]};
`;

const Line = styled.span`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
`;
