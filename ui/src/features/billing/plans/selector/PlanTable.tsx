import { Check, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Interval, Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Limit_Beyond } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Badge } from "@/design/Badge/Badge";
import { Card, Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { Heading, Overline, Text, VisuallyHidden } from "@/design/typography/typography";

import { useNarrow } from "../../parts/useNarrow";
import { useMeters } from "../../usage/meters";
import { Headline } from "../Headline";
import { PriceLine } from "../PriceLine";
import { bookOf, meterPrices } from "../prices";
import { useFeatureName } from "../useFeatureName";
import { compare } from "./comparison";

interface PlanTableProps {
  plans: readonly Plan[];
  currency: string;
  interval: Interval;
  /** The id of the plan that the tenant is on. */
  present: string | undefined;
  /** The button of a plan. */
  actionFor: (plan: Plan) => ReactNode;
}

interface Row {
  id: string;
  name: string;
  group: "terms" | "prices" | "limits" | "features";
  cell: (plan: Plan) => ReactNode;
}

/** Plans beside each other, what they say row by row; on a phone one below the other. */
export function PlanTable({ plans, currency, interval, present, actionFor }: PlanTableProps): ReactNode {
  const { t } = useTranslation("plans");
  const rows = useRows(plans, currency, interval);
  const isNarrow = useNarrow();
  const groups = [...Map.groupBy(rows, ({ group }) => group)];
  const headOf = (plan: Plan): ReactNode => {
    const book = plan.terms && bookOf(plan.terms, currency, interval);
    return (
      <>
        {plan.id === present && (
          <div>
            <Badge tone="accent">{t("selector.present")}</Badge>
          </div>
        )}
        {book === undefined ? (
          <Text $tone="muted">{t("selector.notSold", { currency })}</Text>
        ) : (
          <Headline book={book} />
        )}
        <Text $size="small" $tone="muted" $weight="regular">
          {plan.terms?.description}
        </Text>
        {actionFor(plan)}
      </>
    );
  };
  if (isNarrow)
    return (
      <Stack as="ul" aria-label={t("selector.label")}>
        {plans.map((plan) => (
          <PlanCard as="li" key={plan.id} $present={plan.id === present}>
            <Stack $gap={3}>
              <Heading $size="large">
                <bdi>{plan.terms?.displayName}</bdi>
              </Heading>
              {headOf(plan)}
              {groups.map(([group, members]) => (
                <div key={group}>
                  <Overline as="h3">{t(`selector.group.${group}`)}</Overline>
                  <Facts>
                    {members.map(({ id, name, cell }) => (
                      <div key={id}>
                        <dt>{name}</dt>
                        <dd>{cell(plan)}</dd>
                      </div>
                    ))}
                  </Facts>
                </div>
              ))}
            </Stack>
          </PlanCard>
        ))}
      </Stack>
    );
  return (
    <Card $flush>
      <Scroll tabIndex={0} role="region" aria-label={t("selector.label")}>
        <Table aria-label={t("selector.label")}>
          <thead>
            <tr>
              <Corner scope="col">
                <VisuallyHidden>{t("selector.says")}</VisuallyHidden>
              </Corner>
              {plans.map((plan) => (
                <Head key={plan.id} scope="col" $present={plan.id === present}>
                  <HeadStack $gap={2}>
                    <Heading as="span" $size="large">
                      <bdi>{plan.terms?.displayName}</bdi>
                    </Heading>
                    {headOf(plan)}
                  </HeadStack>
                </Head>
              ))}
            </tr>
          </thead>
          {groups.map(([group, members]) => (
            <tbody key={group}>
              <tr>
                <Group colSpan={plans.length + 1} scope="rowgroup">
                  {t(`selector.group.${group}`)}
                </Group>
              </tr>
              {members.map(({ id, name, cell }) => (
                <tr key={id}>
                  <Name scope="row">{name}</Name>
                  {plans.map((plan) => (
                    <Cell key={plan.id} $present={plan.id === present}>
                      {cell(plan)}
                    </Cell>
                  ))}
                </tr>
              ))}
            </tbody>
          ))}
        </Table>
      </Scroll>
    </Card>
  );
}

function useRows(plans: readonly Plan[], currency: string, interval: Interval): Row[] {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const meters = useMeters();
  const featureName = useFeatureName();
  const { limits, prices, features, trials, ownDatabase } = compare(plans, currency, interval);
  return [
    ...(trials
      ? [
          {
            id: "trial",
            group: "terms" as const,
            name: t("selector.trial"),
            cell: ({ terms }: Plan) =>
              terms === undefined || terms.trialDays === 0 ? (
                <No />
              ) : (
                <Stack as="span" $gap="hair">
                  <span>{t("selector.days", { count: terms.trialDays })}</span>
                  {terms.trialWithoutMethod && (
                    <Text as="span" $size="small" $tone="muted">
                      {t("selector.noMethod")}
                    </Text>
                  )}
                </Stack>
              ),
          },
        ]
      : []),
    ...prices.map(({ meter, name }) => ({
      id: `price:${meter}`,
      group: "prices" as const,
      name,
      cell: ({ terms }: Plan) => {
        const price =
          terms && meterPrices(bookOf(terms, currency, interval) ?? { prices: [] }).find((one) => one.meter === meter);
        return price === undefined ? <No /> : <PriceLine price={price} currency={currency} />;
      },
    })),
    ...limits.map((meter) => ({
      id: `limit:${meter}`,
      group: "limits" as const,
      name: meters.name(meter),
      cell: ({ terms }: Plan) => {
        const limit = terms?.limits.find((one) => one.meter === meter);
        if (limit === undefined) return t("selector.unlimited");
        return (
          <Stack as="span" $gap="hair">
            <span>{meters.quantity(meter, limit.most)}</span>
            {limit.beyond === Limit_Beyond.CHARGE && (
              <Text as="span" $size="small" $tone="muted">
                {billing("beyond.charge")}
              </Text>
            )}
          </Stack>
        );
      },
    })),
    ...features.map((feature) => ({
      id: `feature:${feature}`,
      group: "features" as const,
      name: featureName(feature),
      cell: ({ terms }: Plan) => (terms?.features.includes(feature) === true ? <Yes /> : <No />),
    })),
    ...(ownDatabase
      ? [
          {
            id: "ownDatabase",
            group: "features" as const,
            name: t("selector.ownDatabase"),
            cell: ({ terms }: Plan) => (terms?.ownDatabase === true ? <Yes /> : <No />),
          },
        ]
      : []),
  ];
}

function Yes(): ReactNode {
  const { t } = useTranslation("plans");
  return (
    <Mark $yes>
      <Check size={16} aria-hidden />
      <VisuallyHidden>{t("selector.yes")}</VisuallyHidden>
    </Mark>
  );
}

function No(): ReactNode {
  const { t } = useTranslation("plans");
  return (
    <Mark $yes={false}>
      <Minus size={16} aria-hidden />
      <VisuallyHidden>{t("selector.no")}</VisuallyHidden>
    </Mark>
  );
}

const Scroll = styled.div`
  position: relative;
  overflow-x: auto;
`;

const Table = styled.table`
  inline-size: 100%;
  min-inline-size: 44rem;
  border-collapse: collapse;
  table-layout: fixed;
  & td,
  & th {
    text-align: start;
    vertical-align: top;
  }
`;

const Corner = styled.th`
  position: relative;
`;

const Head = styled.th<{ $present: boolean }>`
  /* A height that its content can be as high as. */
  block-size: 1px;
  padding: ${theme.space[4]};
  border-inline-start: 1px solid ${theme.color.border};
  background: ${({ $present }) => ($present ? theme.color.accentSoft : "transparent")};
  overflow-wrap: anywhere;
`;

/* The buttons of all plans stand on one line. */
const HeadStack = styled(Stack)`
  block-size: 100%;
  & > :last-child {
    margin-block-start: auto;
  }
`;

const Group = styled.th`
  padding: ${theme.space[4]} ${theme.space[4]} ${theme.space[1]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
`;

const Name = styled.th`
  padding: ${theme.space[2]} ${theme.space[4]};
  border-block-start: 1px solid ${theme.color.border};
  font-weight: ${theme.text.weight.regular};
  overflow-wrap: anywhere;
`;

const Cell = styled.td<{ $present: boolean }>`
  padding: ${theme.space[2]} ${theme.space[4]};
  border-block-start: 1px solid ${theme.color.border};
  border-inline-start: 1px solid ${theme.color.border};
  background: ${({ $present }) => ($present ? theme.color.accentSoft : "transparent")};
  overflow-wrap: anywhere;
`;

const Mark = styled.span<{ $yes: boolean }>`
  position: relative;
  color: ${({ $yes }) => ($yes ? theme.color.success.text : theme.color.faint)};
  & > svg {
    vertical-align: -0.2em;
  }
`;

const PlanCard = styled(Card)<{ $present: boolean }>`
  border-color: ${({ $present }) => ($present ? theme.color.accent : theme.color.border)};
`;

const Facts = styled.dl`
  display: flex;
  flex-direction: column;
  & > div {
    display: flex;
    justify-content: space-between;
    gap: ${theme.space[4]};
    padding-block: ${theme.space[1]};
    border-block-start: 1px solid ${theme.color.border};
  }
  dt {
    color: ${theme.color.muted};
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  dd {
    text-align: end;
    min-inline-size: 0;
  }
`;
