import { memo, useMemo, type ReactNode } from "react";
import { useController, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { reportId } from "@/api/errors";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { Grid, Inline, Stack } from "@/design/layout/layout";
import { Loading, Skeleton } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState } from "@/design/states/states";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { FormComboBox } from "@/forms/FormComboBox";
import { FormTextField } from "@/forms/FormTextField";
import { useFieldError } from "@/forms/useFieldError";
import { useFormat } from "@/i18n/Locale";

import { localeOptions, timeZoneOptions } from "../settings/places";
import { useListTenantPlansQuery } from "./api";
import { STEPS, type CreationValues, type Step } from "./creation";
import { FormSlugField } from "./FormSlugField";
import { PlanCards } from "./PlanCards";

interface StepProps {
  form: UseFormReturn<CreationValues>;
}

export function CompanyStep({ form }: StepProps): ReactNode {
  const { t } = useTranslation("tenants");
  return (
    <Stack>
      <FormTextField
        control={form.control}
        name="displayName"
        label={t("create.company.name")}
        autoComplete="off"
        maxLength={120}
      />
      <FormSlugField
        form={form}
        name="slug"
        nameField="displayName"
        label={t("create.company.slug")}
        description={t("create.company.slugHint")}
        faultText={(fault) => t(`create.slugFault.${fault}`)}
      />
      <Places form={form} />
    </Stack>
  );
}

/** Hundreds of options, which need not be drawn anew with every letter of the name. */
const Places = memo(function Places({ form }: StepProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { locale } = useFormat();
  const languages = useMemo(() => localeOptions(locale, form.getValues("locale")), [locale, form]);
  const zones = useMemo(() => timeZoneOptions(locale, form.getValues("timeZone")), [locale, form]);
  return (
    <Grid $least="14rem">
      <FormComboBox
        control={form.control}
        name="locale"
        label={t("create.company.locale")}
        description={t("create.company.localeHint")}
        options={languages}
      />
      <FormComboBox control={form.control} name="timeZone" label={t("create.company.timeZone")} options={zones} />
    </Grid>
  );
});

export function PlanStep({ form }: StepProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { data, error, isFetching, refetch } = useListTenantPlansQuery({});
  const { field, fieldState } = useController({ control: form.control, name: "plan" });
  const said = useFieldError(fieldState.error);
  if (data === undefined)
    return error === undefined ? (
      <Loading label={t("create.plan.title")}>
        <Skeleton $height="8rem" />
      </Loading>
    ) : (
      <ErrorState
        failure={error}
        requestId={isFailure(error) ? reportId(error) : undefined}
        onRetry={() => void refetch()}
        isRetrying={isFetching}
      />
    );
  if (data.plans.length === 0) return <EmptyState title={t("create.plan.none")} />;
  return (
    <PlanCards
      label={t("create.plan.title")}
      plans={data.plans}
      value={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      error={fieldState.error?.type === "string.min_len" ? t("create.plan.missing") : said}
    />
  );
}

export function AdminStep({ form }: StepProps): ReactNode {
  const { t } = useTranslation("tenants");
  return (
    <Stack>
      <FormTextField
        control={form.control}
        name="adminDisplayName"
        label={t("create.admin.name")}
        autoComplete="off"
        maxLength={120}
      />
      <FormTextField
        control={form.control}
        name="adminEmail"
        type="email"
        label={t("create.admin.email")}
        autoComplete="off"
        maxLength={254}
      />
    </Stack>
  );
}

interface ReviewStepProps {
  values: CreationValues;
  onEdit: (step: Step) => void;
}

/** All that was said, once more, each part with the way back to it. */
export function ReviewStep({ values, onEdit }: ReviewStepProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { locale } = useFormat();
  const { data } = useListTenantPlansQuery({});
  const plan = data?.plans.find(({ id }) => id === values.plan)?.displayName ?? values.plan;
  const language = localeOptions(locale, values.locale).find(({ id }) => id === values.locale)?.label;
  const parts: Record<Exclude<Step, "review">, readonly (string | undefined)[]> = {
    company: [values.displayName, `${location.host}/t/${values.slug}`, language, values.timeZone],
    plan: [plan],
    admin: [values.adminDisplayName, values.adminEmail],
  };
  return (
    <Parts>
      {STEPS.filter((step) => step !== "review").map((step) => (
        <li key={step}>
          <Inline $justify="space-between">
            <Heading as="h3" $size="medium">
              {t(`create.step.${step}`)}
            </Heading>
            <Button
              size="small"
              variant="quiet"
              aria-label={t("create.review.editStep", { step: t(`create.step.${step}`) })}
              onPress={() => onEdit(step)}
            >
              {t("create.review.edit")}
            </Button>
          </Inline>
          {parts[step].map((line, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines of a fixed order, which may be equal
            <Text key={at} $tone={at === 0 ? "text" : "muted"} dir="auto">
              {line}
            </Text>
          ))}
        </li>
      ))}
    </Parts>
  );
}

const Parts = styled.ul`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[4]};
  overflow-wrap: anywhere;
  li {
    display: flex;
    flex-direction: column;
    gap: ${theme.space[1]};
  }
  li + li {
    padding-block-start: ${theme.space[4]};
    border-block-start: 1px solid ${theme.color.border};
  }
`;
