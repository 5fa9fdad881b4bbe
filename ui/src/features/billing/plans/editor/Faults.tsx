import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Notice } from "@/design/Notice/Notice";
import { useErrorText } from "@/i18n/errorText";

import { placeOf, type Fault } from "./faults";

/** Everything that is wrong with terms, with where it is: it may be in a tab that is not in sight. */
export function Faults({ faults }: { faults: readonly Fault[] }): ReactNode {
  const { t } = useTranslation("plans");
  const { violationText } = useErrorText();
  const names: Readonly<Record<string, string>> = {
    displayName: t("editor.field.displayName"),
    id: t("list.id"),
    tier: t("terms.tier"),
    meter: t("terms.meter"),
    most: t("terms.most"),
    upTo: t("editor.upTo"),
    unitMicros: t("editor.amount"),
    packageUnits: t("editor.packageUnits"),
    freeUnits: t("editor.freeUnits"),
    minimumMinor: t("editor.minimum"),
  };
  return (
    <Notice tone="danger" title={t("editor.faults", { count: faults.length })}>
      <ul>
        {faults.map(({ path, rule, description }) => {
          const { book, price, tier, limit } = placeOf(path);
          const field = names[path.split(".").at(-1) ?? ""];
          const place = [
            ...(book === undefined ? [] : [t("editor.at.book", { number: book })]),
            ...(price === undefined ? [] : [t("editor.at.price", { number: price })]),
            ...(tier === undefined ? [] : [t("editor.at.tier", { number: tier })]),
            ...(limit === undefined ? [] : [t("editor.at.limit", { number: limit })]),
            ...(field === undefined ? [] : [field]),
          ].join(" · ");
          const text = violationText({ rule, description });
          return <li key={path + rule}>{place === "" ? text : `${place}: ${text}`}</li>;
        })}
      </ul>
    </Notice>
  );
}
