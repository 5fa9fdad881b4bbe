import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { SegmentedControl } from "@/design/SegmentedControl/SegmentedControl";

import { PERIODS, type Period } from "./periods";

interface PeriodChoiceProps {
  value: Period;
  onChange: (period: Period) => void;
}

/** How many days back one looks. */
export function PeriodChoice({ value, onChange }: PeriodChoiceProps): ReactNode {
  const { t } = useTranslation("tenants");
  return (
    <SegmentedControl
      label={t("activity.period")}
      options={PERIODS.map((id) => ({ id, label: t("activity.days", { count: Number(id) }) }))}
      value={value}
      onChange={onChange}
    />
  );
}
