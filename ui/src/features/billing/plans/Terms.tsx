import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Price_Kind, type PlanTerms } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Badge } from "@/design/Badge/Badge";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import { Tabs } from "@/design/Tabs/Tabs";
import { Code, Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { PlainTable } from "../parts/PlainTable";
import { useMeters } from "../usage/meters";
import { beyonds, intervals, priceKinds, priceModels } from "../words/words";
import { PriceLine } from "./PriceLine";
import { useFeatureName } from "./useFeatureName";

/** All that one version of a plan says. */
export function Terms({ terms }: { terms: PlanTerms }): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const meters = useMeters();
  const featureName = useFeatureName();
  return (
    <Stack>
      <Grid $least="24rem">
        <Card>
          <Stack>
            <Heading $size="medium">{t("terms.about")}</Heading>
            <KeyValueList
              items={[
                { label: t("terms.name"), value: terms.displayName },
                { label: t("terms.description"), value: terms.description },
                {
                  label: t("selector.trial"),
                  value:
                    terms.trialDays === 0
                      ? t("terms.noTrial")
                      : [
                          t("selector.days", { count: terms.trialDays }),
                          ...(terms.trialWithoutMethod ? [t("selector.noMethod")] : []),
                        ].join(" · "),
                },
                { label: t("terms.tier"), value: <Code>{terms.tier}</Code> },
                { label: t("selector.ownDatabase"), value: t(terms.ownDatabase ? "selector.yes" : "selector.no") },
                { label: t("terms.rank"), value: format.number(terms.rank) },
              ]}
            />
          </Stack>
        </Card>
        <Card>
          <Stack>
            <Heading $size="medium">{t("selector.group.limits")}</Heading>
            {terms.limits.length === 0 ? (
              <Text $tone="muted">{t("terms.noLimits")}</Text>
            ) : (
              <KeyValueList
                items={terms.limits.map(({ meter, most, beyond }) => ({
                  label: meters.name(meter),
                  value: `${meters.quantity(meter, most)} · ${billing(`beyond.${beyonds.word(beyond)}`)}`,
                }))}
              />
            )}
            <Heading $size="medium">{t("selector.group.features")}</Heading>
            {terms.features.length === 0 ? (
              <Text $tone="muted">{t("terms.noFeatures")}</Text>
            ) : (
              <Inline as="ul" $gap={1}>
                {terms.features.map((feature) => (
                  <li key={feature} title={feature}>
                    <Badge>{featureName(feature)}</Badge>
                  </li>
                ))}
              </Inline>
            )}
          </Stack>
        </Card>
      </Grid>
      <Prices terms={terms} />
    </Stack>
  );
}

function Prices({ terms: { priceBooks } }: { terms: PlanTerms }): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const [selected, setSelected] = useState("0");
  return (
    <Card>
      <Stack>
        <Heading $size="medium">{t("terms.prices")}</Heading>
        <Tabs
          label={t("terms.books")}
          selected={priceBooks[Number(selected)] === undefined ? "0" : selected}
          onChange={setSelected}
          items={priceBooks.map(({ currency, interval, prices }, at) => ({
            id: String(at),
            label: `${currency} · ${billing(`interval.${intervals.word(interval)}`)}`,
            content:
              prices.length === 0 ? (
                <Text $tone="muted">{t("terms.noPrices")}</Text>
              ) : (
                <PlainTable
                  label={t("terms.prices")}
                  rows={prices}
                  rowId={({ id }) => id}
                  columns={[
                    {
                      id: "name",
                      header: t("terms.name"),
                      cell: ({ id, displayName }) => (
                        <Inline as="span">
                          <bdi>{displayName}</bdi> <Code>{id}</Code>
                        </Inline>
                      ),
                    },
                    {
                      id: "kind",
                      header: t("terms.kind"),
                      cell: ({ kind, model }) =>
                        [
                          billing(`priceKind.${priceKinds.word(kind)}`),
                          ...(kind === Price_Kind.FLAT ? [] : [billing(`priceModel.${priceModels.word(model)}`)]),
                        ].join(" · "),
                    },
                    {
                      id: "price",
                      header: t("terms.price"),
                      align: "end",
                      cell: (price) => <PriceLine price={price} currency={currency} />,
                    },
                  ]}
                />
              ),
          }))}
        />
      </Stack>
    </Card>
  );
}
