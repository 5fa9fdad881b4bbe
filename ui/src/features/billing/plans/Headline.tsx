import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { PriceBook } from "@/api/gen/atrium/billing/v1/plan_pb";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { unitPrice } from "../money/minor";
import { intervals } from "../words/words";
import { flatMicros, isFree, seatPrice } from "./prices";

/** What a period of a plan costs, large, and what comes for each seat. */
export function Headline({ book }: { book: PriceBook }): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const { locale } = useFormat();
  const seat = seatPrice(book);
  const per = billing(`perInterval.${intervals.word(book.interval)}`);
  // A plan may be called “Free”, so that is not said twice.
  if (isFree(book)) return <Price>{unitPrice(locale, 0n, book.currency)}</Price>;
  return (
    <Lines>
      <Line>
        <Price>{unitPrice(locale, flatMicros(book), book.currency)}</Price>
        <Text as="span" $size="small" $tone="muted" $weight="regular">
          {per}
        </Text>
      </Line>
      {seat !== undefined && (
        <Text as="span" $size="small" $tone="muted" $weight="regular">
          {t("price.perSeat", { price: unitPrice(locale, seat.tiers[0]?.unitMicros ?? 0n, book.currency), per })}
        </Text>
      )}
    </Lines>
  );
}

const Lines = styled.span`
  display: flex;
  flex-direction: column;
`;

const Line = styled.span`
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: ${theme.space[1]};
`;

const Price = styled.span`
  font-size: ${theme.text.size.title};
  font-weight: ${theme.text.weight.bold};
  letter-spacing: -0.012em;
  font-variant-numeric: tabular-nums;
`;
