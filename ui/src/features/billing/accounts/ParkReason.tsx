import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stack } from "@/design/layout/layout";
import { Text } from "@/design/typography/typography";

import { parkChecks, problemsOf } from "./parking";

/** Why nothing is charged: which checks of an invoice failed, in words; below that what the platform said of each. */
export function ParkReason({ reason, brief = false }: { reason: string; brief?: boolean }): ReactNode {
  const { t } = useTranslation("accounts");
  const checks = parkChecks(reason);
  if (checks.length === 0) return <bdi>{reason}</bdi>;
  const words = checks.map((check) => t(`parked.check.${check}`)).join(" ");
  if (brief) return words;
  return (
    <Stack $gap={1}>
      <span>{words}</span>
      <Text as="span" $size="small" $tone="muted">
        {problemsOf(reason).join("; ")}
      </Text>
    </Stack>
  );
}
