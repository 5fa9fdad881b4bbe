import type { ReactNode } from "react";
import { useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { Overline } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";

import { BrandPreview } from "./BrandPreview";
import { FormColorField } from "./ColorField";
import { FormLogoField } from "./LogoField";
import type { BrandingValues } from "./settings";

interface BrandingFieldsProps {
  form: UseFormReturn<BrandingValues>;
  isDisabled: boolean;
}

/** Name, colours and logo beside what they will look like. */
export function BrandingFields({ form: { control }, isDisabled }: BrandingFieldsProps): ReactNode {
  const { t } = useTranslation("tenants");
  const brand = useWatch({ control }) as BrandingValues;
  return (
    <Sides>
      <Stack>
        <FormTextField
          control={control}
          name="displayName"
          label={t("settings.branding.name")}
          maxLength={120}
          isDisabled={isDisabled}
        />
        <FormColorField
          control={control}
          name="primaryColor"
          label={t("settings.branding.primary")}
          description={t("settings.branding.primaryHint")}
          isDisabled={isDisabled}
        />
        <FormColorField
          control={control}
          name="accentColor"
          label={t("settings.branding.accent")}
          description={t("settings.branding.accentHint")}
          isDisabled={isDisabled}
        />
        <FormLogoField control={control} isDisabled={isDisabled} />
      </Stack>
      <Stack $gap={2}>
        <Overline as="p">{t("settings.branding.preview")}</Overline>
        <BrandPreview brand={brand} />
      </Stack>
    </Sides>
  );
}

const Sides = styled.div`
  display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
  gap: ${theme.space[6]};
  @media ${breakpoints.medium} {
    grid-template-columns: minmax(0, 1fr);
  }
`;
