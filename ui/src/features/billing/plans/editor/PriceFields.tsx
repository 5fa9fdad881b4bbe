import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Price_Kind, Price_Model } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Button } from "@/design/Button/Button";
import { IconButton } from "@/design/IconButton/IconButton";
import { Grid, Inline, Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { Heading, Overline, Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";

import { FormChoice } from "../../fields/FormChoice";
import { FormCount } from "../../fields/FormCount";
import { FormMoney } from "../../fields/FormMoney";
import { useMeters } from "../../usage/meters";
import { priceKinds, priceModels } from "../../words/words";
import { fitting, withoutTier, withTier, type PlanValues } from "./terms";

interface PriceFieldsProps {
  form: UseFormReturn<PlanValues>;
  name: `terms.priceBooks.${number}.prices.${number}`;
  currency: string;
  onRemove: () => void;
}

/** One price: for what, how a quantity becomes an amount, and how much. */
export function PriceFields({ form, name, currency, onRemove }: PriceFieldsProps): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const meters = useMeters();
  const { control, setValue, getValues } = form;
  const price = useWatch({ control, name });
  // What another kind or model cannot have goes with the choice.
  const refit = (): void => setValue(name, fitting(getValues(name)), { shouldDirty: true });
  const title = price.displayName === "" ? t("editor.price") : price.displayName;
  const isFlat = price.kind === Price_Kind.FLAT;
  const known = meters.all.map(({ id, displayName }) => ({ id, label: displayName, description: id }));
  const options =
    price.meter === "" || known.some(({ id }) => id === price.meter)
      ? known
      : [...known, { id: price.meter, label: price.meter }];
  const unit =
    price.kind === Price_Kind.SEAT ? t("price.seat") : price.kind === Price_Kind.METER ? meters.unit(price.meter) : "";
  return (
    <Box aria-label={title}>
      <Stack>
        <Inline $justify="space-between">
          <Heading as="h3" $size="medium">
            <bdi>{title}</bdi>
          </Heading>
          <IconButton
            size="small"
            label={t("editor.removePrice", { name: title })}
            icon={<Trash2 size={16} aria-hidden />}
            onPress={onRemove}
          />
        </Inline>
        <Grid $least="12rem">
          <FormTextField
            control={control}
            name={`${name}.displayName`}
            label={t("editor.priceName")}
            description={t("editor.priceNameHint")}
            autoComplete="off"
          />
          <FormTextField
            control={control}
            name={`${name}.id`}
            label={t("editor.priceId")}
            description={t("editor.priceIdHint")}
            autoComplete="off"
          />
          <FormChoice
            control={control}
            name={`${name}.kind`}
            number
            label={t("terms.kind")}
            onChosen={refit}
            options={priceKinds.all.map((word) => ({
              id: String(priceKinds.of(word)),
              label: billing(`priceKind.${word}`),
              description: t(`editor.kindHint.${word}`),
            }))}
          />
          {price.kind === Price_Kind.METER && (
            <FormChoice control={control} name={`${name}.meter`} label={t("terms.meter")} options={options} />
          )}
          {!isFlat && (
            <FormChoice
              control={control}
              name={`${name}.model`}
              number
              label={t("editor.model")}
              onChosen={refit}
              options={priceModels.all.map((word) => ({
                id: String(priceModels.of(word)),
                label: billing(`priceModel.${word}`),
                description: t(`editor.modelHint.${word}`),
              }))}
            />
          )}
          {price.model === Price_Model.PACKAGE && (
            <FormCount
              control={control}
              name={`${name}.packageUnits`}
              big
              label={t("editor.packageUnits")}
              {...(meters.inBytes(price.meter)
                ? { description: meters.quantity(price.meter, price.packageUnits) }
                : {})}
            />
          )}
        </Grid>
        <Tiers form={form} name={name} currency={currency} unit={unit} />
        {!isFlat && (
          <Grid $least="12rem">
            <FormCount
              control={control}
              name={`${name}.freeUnits`}
              big
              label={t("editor.freeUnits")}
              description={
                meters.inBytes(price.meter) ? meters.quantity(price.meter, price.freeUnits) : t("editor.freeUnitsHint")
              }
            />
            <FormMoney
              control={control}
              name={`${name}.minimumMinor`}
              currency={currency}
              empty={0n}
              label={t("editor.minimum")}
              description={t("editor.minimumHint")}
            />
          </Grid>
        )}
      </Stack>
    </Box>
  );
}

interface TiersProps {
  form: UseFormReturn<PlanValues>;
  name: PriceFieldsProps["name"];
  currency: string;
  unit: string;
}

function Tiers({ form, name, currency, unit }: TiersProps): ReactNode {
  const { t } = useTranslation("plans");
  const meters = useMeters();
  const { control, setValue, getValues } = form;
  const price = useWatch({ control, name });
  const tiered = price.model === Price_Model.GRADUATED || price.model === Price_Model.VOLUME;
  const put = (tiers: typeof price.tiers): void => setValue(`${name}.tiers`, tiers, { shouldDirty: true });
  const unitLabel =
    price.kind === Price_Kind.FLAT
      ? t("editor.amount")
      : price.model === Price_Model.PACKAGE
        ? t("editor.packagePrice")
        : unit === ""
          ? t("editor.unitPrice")
          : t("editor.unitPriceOf", { unit });
  if (!tiered)
    return (
      <Grid $least="12rem">
        <FormMoney
          control={control}
          name={`${name}.tiers.0.unitMicros`}
          currency={currency}
          micros
          empty={0n}
          label={unitLabel}
        />
      </Grid>
    );
  return (
    <Stack $gap={3}>
      <Overline>{t("editor.tiers")}</Overline>
      {price.tiers.map((tier, at) => {
        const isLast = at === price.tiers.length - 1;
        return (
          // A tier has no name of its own: its place is what it is.
          // oxlint-disable-next-line react/no-array-index-key
          <TierRow key={at}>
            {isLast ? (
              <Text as="div" $tone="muted">
                {t("editor.andMore")}
              </Text>
            ) : (
              <FormCount
                control={control}
                name={`${name}.tiers.${at}.upTo`}
                big
                label={t("editor.upTo")}
                {...(meters.inBytes(price.meter) ? { description: meters.quantity(price.meter, tier.upTo) } : {})}
              />
            )}
            <FormMoney
              control={control}
              name={`${name}.tiers.${at}.unitMicros`}
              currency={currency}
              micros
              empty={0n}
              label={unitLabel}
            />
            <FormMoney
              control={control}
              name={`${name}.tiers.${at}.flatMinor`}
              currency={currency}
              empty={0n}
              label={t("editor.tierFlat")}
            />
            <IconButton
              size="small"
              label={t("editor.removeTier", { number: at + 1 })}
              icon={<Trash2 size={16} aria-hidden />}
              isDisabled={price.tiers.length === 1}
              onPress={() => put(withoutTier(getValues(`${name}.tiers`), at))}
            />
          </TierRow>
        );
      })}
      <div>
        <Button
          size="small"
          icon={<Plus size={14} aria-hidden />}
          isDisabled={price.tiers.length >= 20}
          onPress={() => put(withTier(getValues(`${name}.tiers`)))}
        >
          {t("editor.addTier")}
        </Button>
      </div>
    </Stack>
  );
}

const Box = styled.section`
  padding: ${theme.space[4]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
`;

const TierRow = styled.div`
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
