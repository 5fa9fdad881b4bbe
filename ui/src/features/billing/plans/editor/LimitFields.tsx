import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useFieldArray, useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Limit_Beyond } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Button } from "@/design/Button/Button";
import { IconButton } from "@/design/IconButton/IconButton";
import { Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";

import { FormChoice } from "../../fields/FormChoice";
import { FormCount } from "../../fields/FormCount";
import { useMeters } from "../../usage/meters";
import { beyonds } from "../../words/words";
import type { PlanValues } from "./terms";

/** What subscribers may use, and what happens beyond it. */
export function LimitFields({ form: { control } }: { form: UseFormReturn<PlanValues> }): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const meters = useMeters();
  const { fields, append, remove } = useFieldArray({ control, name: "terms.limits", keyName: "key" });
  const limits = useWatch({ control, name: "terms.limits" });
  const known = meters.all.map(({ id, displayName }) => ({ id, label: displayName, description: id }));
  const optionsFor = (meter: string) => [
    ...known.filter(({ id }) => id === meter || !limits.some((limit) => limit.meter === id)),
    ...(meter === "" || known.some(({ id }) => id === meter) ? [] : [{ id: meter, label: meter }]),
  ];
  const next = known.find(({ id }) => !limits.some(({ meter }) => meter === id));
  return (
    <Stack $gap={3}>
      {fields.length === 0 && <Text $tone="muted">{t("terms.noLimits")}</Text>}
      {fields.map(({ key }, at) => {
        const limit = limits[at];
        if (limit === undefined) return null;
        const name = meters.name(limit.meter);
        return (
          <Row key={key}>
            <FormChoice
              control={control}
              name={`terms.limits.${at}.meter`}
              label={t("terms.meter")}
              options={optionsFor(limit.meter)}
            />
            <FormCount
              control={control}
              name={`terms.limits.${at}.most`}
              big
              label={t("terms.most")}
              {...(meters.inBytes(limit.meter) ? { description: meters.quantity(limit.meter, limit.most) } : {})}
            />
            <FormChoice
              control={control}
              name={`terms.limits.${at}.beyond`}
              number
              label={t("terms.beyond")}
              options={beyonds.all.map((word) => ({ id: String(beyonds.of(word)), label: billing(`beyond.${word}`) }))}
            />
            <IconButton
              size="small"
              label={t("editor.removeLimit", { name })}
              icon={<Trash2 size={16} aria-hidden />}
              onPress={() => remove(at)}
            />
          </Row>
        );
      })}
      <div>
        <Button
          size="small"
          icon={<Plus size={14} aria-hidden />}
          disabledReason={next === undefined ? t("editor.allLimited") : undefined}
          onPress={() => next !== undefined && append({ meter: next.id, most: 0n, beyond: Limit_Beyond.REFUSE })}
        >
          {t("editor.addLimit")}
        </Button>
      </div>
    </Stack>
  );
}

const Row = styled.div`
  display: grid;
  grid-template-columns: repeat(3, minmax(0, 1fr)) auto;
  gap: ${theme.space[3]};
  /* Labels and fields stand on one line whatever is said below a field; what has no label stands beside the fields. */
  align-items: start;
  & > :last-child {
    margin-block-start: 1.625rem;
  }
  @media (max-width: 639px) {
    grid-template-columns: minmax(0, 1fr) auto;
    padding-block-end: ${theme.space[3]};
    border-block-end: 1px solid ${theme.color.border};
    & > * {
      grid-column: 1;
    }
    & > :last-child {
      grid-area: 1 / 2;
      margin-block-start: 0;
    }
  }
`;
