import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** Names what a plan switches on; what has no name here is called by its id in words. */
export function useFeatureName(): (feature: string) => string {
  const { t, i18n } = useTranslation("plans");
  return useCallback(
    (feature) => {
      const key = `feature.${feature.replace(/[.-]/g, "_")}`;
      return i18n.exists(`plans:${key}`) ? (t as unknown as (key: string) => string)(key) : inWords(feature);
    },
    [t, i18n],
  );
}

/** `support.fast-lane` → `Support: fast lane`. */
function inWords(feature: string): string {
  const words = feature.replace(".", ": ").replaceAll(/[.-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
