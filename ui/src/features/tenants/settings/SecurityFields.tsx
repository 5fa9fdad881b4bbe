import type { ReactNode } from "react";
import { useController, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Stack } from "@/design/layout/layout";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { FormSwitch } from "@/forms/FormSwitch";
import { useFieldError } from "@/forms/useFieldError";

import { FormDomainsField } from "./FormDomainsField";
import type { SecurityValues } from "./settings";

interface SecurityFieldsProps {
  form: UseFormReturn<SecurityValues>;
  isDisabled: boolean;
}

export function SecurityFields({ form: { control }, isDisabled }: SecurityFieldsProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { field, fieldState } = useController({ control, name: "sessionHours" });
  return (
    <Narrow $gap={5}>
      <FormSwitch
        control={control}
        name="mfaRequired"
        label={t("settings.security.mfa")}
        description={t("settings.security.mfaHint")}
        isDisabled={isDisabled}
      />
      <TextField
        label={t("settings.security.session")}
        description={t("settings.security.sessionHint")}
        suffix={t("settings.security.hours")}
        value={field.value === 0 ? "" : String(field.value)}
        // Nothing but digits, and nothing for the platform's own limit, which is 0 in the contract.
        onChange={(text) => field.onChange(Number(text.replace(/\D/g, "").slice(0, 5)))}
        onBlur={field.onBlur}
        inputRef={field.ref}
        error={useFieldError(fieldState.error)}
        inputMode="numeric"
        isDisabled={isDisabled}
        optional
      />
      <FormDomainsField
        control={control}
        name="allowedEmailDomains"
        label={t("settings.security.domains")}
        description={t("settings.security.domainsHint")}
        isDisabled={isDisabled}
      />
    </Narrow>
  );
}

const Narrow = styled(Stack)`
  max-inline-size: ${theme.width.text};
`;
