import { useMemo, type ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { reportId } from "@/api/errors";
import { BillingAccountService, type BillingAccount } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { TaxRateService } from "@/api/gen/atrium/billing/v1/tax_rate_service_pb";
import { Button } from "@/design/Button/Button";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { MultiSelect } from "@/design/Select/Select";
import { TextArea } from "@/design/TextArea/TextArea";
import { toast } from "@/design/Toast/toast";
import { Heading, Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useFieldError } from "@/forms/useFieldError";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { FormComboBox } from "../fields/FormComboBox";
import { FormSwitch } from "../fields/FormSwitch";
import { share } from "../money/minor";
import { useListTaxRatesQuery } from "../taxRates/api";
import { useUpdateBillingAccountMutation } from "./api";
import { countryOptions, currencyOptions, languageOptions } from "./places";

interface Values {
  name: string;
  addressLines: string;
  country: string;
  taxNumber: string;
  email: string;
  currency: string;
  locale: string;
  taxRateIds: string[];
  taxExempt: boolean;
}

const valuesOf = ({ party, currency, locale, taxRateIds, taxExempt }: BillingAccount): Values => ({
  name: party?.name ?? "",
  addressLines: (party?.addressLines ?? []).join("\n"),
  country: party?.country ?? "",
  taxNumber: party?.taxNumber ?? "",
  email: party?.email ?? "",
  currency,
  locale,
  taxRateIds: [...taxRateIds],
  taxExempt,
});

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** What the tenant itself may change. An e-mail that is empty is taken away: billing contacts still get the bills. */
const ownOf = ({ name, addressLines, country, taxNumber, email, locale }: Values) => ({
  name,
  addressLines: linesOf(addressLines),
  replaceAddress: true,
  country,
  taxNumber,
  email,
  locale,
});

const checked = rules(
  async () =>
    (await import("@/api/rules/atrium/billing/v1/billing_account_service_pb")).UpdateBillingAccountRequestSchema,
  (values: Values) => ({ tenantId: "ten", ...ownOf(values), taxRateIds: values.taxRateIds }),
);

interface AccountFormProps {
  account: BillingAccount;
  /** Taxes and currency, which the provider decides. */
  asProvider: boolean;
  onSaved: (account: BillingAccount) => void;
  onReload: () => void;
}

/** Whom invoices are made out to, and what taxes are on them. */
export function AccountForm({ account, asProvider, onSaved, onReload }: AccountFormProps): ReactNode {
  const { t } = useTranslation("accounts");
  const billing = useTranslation("billing").t;
  const { errorText } = useErrorText();
  const { locale: shownIn } = useFormat();
  const can = useCan();
  const [update] = useUpdateBillingAccountMutation();
  const denied = can(BillingAccountService.method.updateBillingAccount)
    ? undefined
    : billing("denied", { permission: "subscriptions.manage" });
  const mayTax = asProvider && can("billing-accounts.manage");
  const { control, submit, failure, isSending } = useRequestForm<Values, BillingAccount>({
    defaultValues: valuesOf(account),
    rules: checked,
    send: (values) =>
      answered(
        update({
          tenantId: account.tenantId,
          etag: account.etag,
          ...ownOf(values),
          ...(values.currency === account.currency ? {} : { currency: values.currency }),
          ...(mayTax ? { taxRateIds: values.taxRateIds, replaceTaxRates: true, taxExempt: values.taxExempt } : {}),
        }),
      ),
    onDone: (saved) => {
      onSaved(saved);
      toast({ tone: "success", title: billing("do.saved") });
    },
  });
  const countries = useMemo(() => countryOptions(shownIn), [shownIn]);
  const currencies = useMemo(() => currencyOptions(shownIn, account.currency), [shownIn, account.currency]);
  const languages = useMemo(() => languageOptions(shownIn, account.locale), [shownIn, account.locale]);
  const address = useController({ control, name: "addressLines" });
  const addressError = useFieldError(address.fieldState.error);
  const isDisabled = denied !== undefined;
  return (
    <Card
      as="form"
      noValidate
      aria-labelledby="billing-details"
      onSubmit={(event: React.FormEvent) => void submit(event as never)}
    >
      <Stack $gap={5}>
        <Stack $gap="hair">
          <Heading $size="medium" id="billing-details">
            {t("form.title")}
          </Heading>
          <Text $size="small" $tone="muted">
            {t("form.lead")}
          </Text>
        </Stack>
        {failure !== undefined && (
          <Notice
            tone="danger"
            requestId={reportId(failure)}
            actions={
              failure.reason === "ETAG_STALE" && (
                <div>
                  <Button size="small" onPress={onReload}>
                    {billing("do.loadAgain")}
                  </Button>
                </div>
              )
            }
          >
            {errorText(failure)}
          </Notice>
        )}
        <Grid $least="16rem">
          <FormTextField
            control={control}
            name="name"
            label={t("form.name")}
            autoComplete="organization"
            isDisabled={isDisabled}
          />
          <FormTextField
            control={control}
            name="email"
            type="email"
            label={t("form.email")}
            description={t("form.emailHint")}
            autoComplete="email"
            isDisabled={isDisabled}
          />
        </Grid>
        <TextArea
          label={t("form.address")}
          description={t("form.addressHint")}
          rows={3}
          value={address.field.value}
          onChange={address.field.onChange}
          onBlur={address.field.onBlur}
          error={addressError}
          isDisabled={isDisabled}
        />
        <Grid $least="16rem">
          <FormComboBox
            control={control}
            name="country"
            label={t("form.country")}
            options={countries}
            isDisabled={isDisabled}
          />
          <FormTextField
            control={control}
            name="taxNumber"
            label={t("form.taxNumber")}
            description={t("form.taxNumberHint")}
            optional
            maxLength={32}
            isDisabled={isDisabled}
          />
          <FormComboBox
            control={control}
            name="locale"
            label={t("form.locale")}
            options={languages}
            isDisabled={isDisabled}
          />
          {asProvider && (
            <FormComboBox
              control={control}
              name="currency"
              label={t("form.currency")}
              description={t("form.currencyHint")}
              options={currencies}
              isDisabled={isDisabled}
            />
          )}
        </Grid>
        {mayTax && <TaxFields control={control} />}
        <Inline $justify="end">
          <Button type="submit" variant="primary" isPending={isSending} disabledReason={denied}>
            {billing("do.save")}
          </Button>
        </Inline>
      </Stack>
    </Card>
  );
}

function TaxFields({ control }: { control: ReturnType<typeof useRequestForm<Values>>["control"] }): ReactNode {
  const { t } = useTranslation("accounts");
  const format = useFormat();
  const can = useCan();
  const { data } = useListTaxRatesQuery({ pageSize: 500 }, { skip: !can(TaxRateService.method.listTaxRates) });
  const { field, fieldState } = useController({ control, name: "taxRateIds" });
  const error = useFieldError(fieldState.error);
  return (
    <Stack>
      <MultiSelect
        label={t("form.taxRates")}
        description={t("form.taxRatesHint")}
        value={field.value}
        onChange={field.onChange}
        onBlur={field.onBlur}
        error={error}
        options={(data?.taxRates ?? []).map(({ id, displayName, rateMicros, country }) => ({
          id,
          label: [displayName, format.percent(share(rateMicros), 2), country].filter((one) => one !== "").join(" · "),
        }))}
      />
      <FormSwitch
        control={control}
        name="taxExempt"
        label={t("form.taxExempt")}
        description={t("form.taxExemptHint")}
      />
    </Stack>
  );
}
