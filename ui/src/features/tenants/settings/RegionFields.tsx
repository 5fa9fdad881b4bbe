import { useMemo, type ReactNode } from "react";
import { useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Grid } from "@/design/layout/layout";
import { FormComboBox } from "@/forms/FormComboBox";
import { useFormat } from "@/i18n/Locale";

import { localeOptions, timeZoneOptions } from "./places";
import type { RegionValues } from "./settings";

interface RegionFieldsProps {
  form: UseFormReturn<RegionValues>;
  isDisabled: boolean;
}

export function RegionFields({ form: { control }, isDisabled }: RegionFieldsProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { locale: shownIn } = useFormat();
  const { locale, timeZone } = useWatch({ control }) as RegionValues;
  const languages = useMemo(() => localeOptions(shownIn, locale), [shownIn, locale]);
  const zones = useMemo(() => timeZoneOptions(shownIn, timeZone), [shownIn, timeZone]);
  return (
    <Grid $least="16rem">
      <FormComboBox
        control={control}
        name="locale"
        label={t("settings.region.locale")}
        options={languages}
        isDisabled={isDisabled}
      />
      <FormComboBox
        control={control}
        name="timeZone"
        label={t("settings.region.timeZone")}
        description={timeIn(timeZone, shownIn, (time) => t("settings.region.now", { time }))}
        options={zones}
        isDisabled={isDisabled}
      />
    </Grid>
  );
}

function timeIn(timeZone: string, locale: string, say: (time: string) => string): string | undefined {
  try {
    return say(
      new Intl.DateTimeFormat(locale, {
        timeZone,
        weekday: "short",
        timeStyle: undefined,
        hour: "numeric",
        minute: "2-digit",
      }).format(),
    );
  } catch {
    // A zone that this browser does not know; the platform does.
    return undefined;
  }
}
