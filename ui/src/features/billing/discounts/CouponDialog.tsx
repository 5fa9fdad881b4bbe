import { useState, type ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { DiscountService, type Coupon } from "@/api/gen/atrium/billing/v1/discount_service_pb";
import { Submission } from "@/api/idempotency";
import { DatePicker } from "@/design/DatePicker/DatePicker";
import { Grid } from "@/design/layout/layout";
import { NumberField } from "@/design/NumberField/NumberField";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { toast } from "@/design/Toast/toast";
import { useAtField } from "@/forms/fieldFaults";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useFieldError } from "@/forms/useFieldError";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";

import { currencyOptions } from "../accounts/places";
import { FormComboBox } from "../fields/FormComboBox";
import { FormCount } from "../fields/FormCount";
import { FormMoney } from "../fields/FormMoney";
import { decimal, whole } from "../money/minor";
import { beginningOf } from "../parts/days";
import { FormDialog } from "../parts/FormDialog";
import { useCreateCouponMutation } from "./api";

interface Values {
  code: string;
  displayName: string;
  kind: "percent" | "amount";
  percentMicros: bigint;
  amountMinor: bigint;
  currency: string;
  lasts: "once" | "months" | "forever";
  months: number;
  mostRedemptions: bigint;
  expireTime: string;
}

const requestOf = (values: Values) => {
  // The last day counts.
  const expires = beginningOf(values.expireTime, 1);
  return {
    code: values.code.trim(),
    displayName: values.displayName,
    ...(values.kind === "percent"
      ? { percentMicros: values.percentMicros }
      : { amountOff: { minor: values.amountMinor, currency: values.currency } }),
    months: values.lasts === "months" ? values.months : 0,
    once: values.lasts === "once",
    mostRedemptions: values.mostRedemptions,
    ...(expires === undefined ? {} : { expireTime: expires }),
  };
};
const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/discount_service_pb")).CreateCouponRequestSchema,
  requestOf,
);

/** Makes a code that people can redeem. */
export function CouponDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation("discounts");
  const atField = useAtField();
  const { locale } = useFormat();
  const [create] = useCreateCouponMutation();
  const [submission] = useState(() => new Submission());
  const form = useRequestForm<Values, Coupon>({
    defaultValues: {
      code: "",
      displayName: "",
      kind: "percent",
      percentMicros: 100_000n,
      amountMinor: 1000n,
      currency: "EUR",
      lasts: "once",
      months: 3,
      mostRedemptions: 0n,
      expireTime: "",
    },
    rules: checked,
    send: async (values) => {
      try {
        return await submission.run(DiscountService.method.createCoupon, requestOf(values), (request, options) =>
          answered(create({ ...request, ...options })),
        );
      } catch (error) {
        throw await atField(error, { COUPON_TAKEN: "code" });
      }
    },
    onDone: ({ code }) => {
      onClose();
      toast({ tone: "success", title: t("create.done", { code }) });
    },
  });
  const { control } = form;
  const kind = useController({ control, name: "kind" }).field;
  const lasts = useController({ control, name: "lasts" }).field;
  const percent = useController({ control, name: "percentMicros" });
  const percentError = useFieldError(percent.fieldState.error);
  const expires = useController({ control, name: "expireTime" });
  const expiresError = useFieldError(expires.fieldState.error);
  const currency = form.form.watch("currency");
  return (
    <FormDialog title={t("create.title")} form={form} submitLabel={t("create.do")} onClose={onClose}>
      <Grid $least="13rem">
        <FormTextField
          control={control}
          name="code"
          label={t("coupon.code")}
          description={t("coupon.codeHint")}
          autoComplete="off"
          maxLength={40}
        />
        <FormTextField
          control={control}
          name="displayName"
          label={t("coupon.name")}
          autoComplete="off"
          maxLength={80}
        />
      </Grid>
      <RadioGroup
        label={t("coupon.kind")}
        value={kind.value}
        onChange={kind.onChange}
        options={[
          { id: "percent", label: t("coupon.percent") },
          { id: "amount", label: t("coupon.amount") },
        ]}
      />
      {kind.value === "percent" ? (
        <NumberField
          label={t("coupon.off")}
          min={0}
          max={1}
          step={0.0001}
          format={{ style: "percent", maximumFractionDigits: 2 }}
          value={decimal(percent.field.value, 6)}
          onChange={(value) => percent.field.onChange(whole(value ?? 0, 6))}
          onBlur={percent.field.onBlur}
          error={percentError}
        />
      ) : (
        <Grid $least="10rem">
          <FormMoney
            key={currency}
            control={control}
            name="amountMinor"
            currency={currency === "" ? "EUR" : currency}
            label={t("coupon.off")}
            empty={0n}
          />
          <FormComboBox
            control={control}
            name="currency"
            label={t("coupon.currency")}
            options={currencyOptions(locale, currency)}
          />
        </Grid>
      )}
      <RadioGroup
        label={t("coupon.lasts")}
        value={lasts.value}
        onChange={lasts.onChange}
        options={[
          { id: "once", label: t("coupon.once") },
          { id: "months", label: t("coupon.someMonths") },
          { id: "forever", label: t("coupon.forever") },
        ]}
      />
      {lasts.value === "months" && (
        <FormCount control={control} name="months" label={t("coupon.howMany")} min={1} max={120} />
      )}
      <Grid $least="13rem">
        <FormCount
          control={control}
          name="mostRedemptions"
          big
          label={t("coupon.most")}
          description={t("coupon.mostHint")}
        />
        <DatePicker
          label={t("coupon.expires")}
          description={t("coupon.expiresHint")}
          optional
          value={expires.field.value === "" ? null : expires.field.value}
          onChange={(day) => expires.field.onChange(day ?? "")}
          onBlur={expires.field.onBlur}
          error={expiresError}
        />
      </Grid>
    </FormDialog>
  );
}
