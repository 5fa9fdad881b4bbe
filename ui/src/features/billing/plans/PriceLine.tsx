import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Price_Kind, Price_Model, type Price } from "@/api/gen/atrium/billing/v1/plan_pb";
import { theme } from "@/design/theme";
import { useFormat } from "@/i18n/Locale";

import { unitPrice } from "../money/minor";
import { useMeters } from "../usage/meters";

interface PriceLineProps {
  price: Price;
  currency: string;
}

/** One price in words: what is free, what a unit costs, and from where on it costs less. */
export function PriceLine({ price, currency }: PriceLineProps): ReactNode {
  const { t } = useTranslation("plans");
  const format = useFormat();
  const meters = useMeters();
  const money = (micros: bigint): string => unitPrice(format.locale, micros, currency);
  const amount = (quantity: bigint): string =>
    price.kind === Price_Kind.METER ? meters.quantity(price.meter, quantity) : format.number(quantity);
  const unit =
    price.kind === Price_Kind.SEAT
      ? t("price.seat")
      : price.model === Price_Model.PACKAGE
        ? amount(price.packageUnits)
        : price.kind === Price_Kind.METER
          ? meters.unit(price.meter)
          : "";
  const each = (micros: bigint): string =>
    unit === "" ? money(micros) : t("price.each", { price: money(micros), unit });
  const [only] = price.tiers;
  return (
    <Lines>
      {price.freeUnits > 0n && <span>{t("price.free", { quantity: amount(price.freeUnits) })}</span>}
      {price.tiers.length <= 1 ? (
        <span>
          {each(only?.unitMicros ?? 0n)}
          {only !== undefined && only.flatMinor > 0n && ` + ${format.money(only.flatMinor, currency)}`}
        </span>
      ) : (
        price.tiers.map((tier, at) => {
          const from = (price.tiers[at - 1]?.upTo ?? 0n) + 1n;
          const range =
            tier.upTo === 0n ? t("price.from", { from: amount(from) }) : t("price.upTo", { to: amount(tier.upTo) });
          return (
            <span key={String(tier.upTo)}>
              {range} {each(tier.unitMicros)}
              {tier.flatMinor > 0n && ` + ${format.money(tier.flatMinor, currency)}`}
            </span>
          );
        })
      )}
      {price.tiers.length > 1 && price.model === Price_Model.VOLUME && <small>{t("price.volume")}</small>}
      {price.minimumMinor > 0n && (
        <span>{t("price.minimum", { amount: format.money(price.minimumMinor, currency) })}</span>
      )}
    </Lines>
  );
}

const Lines = styled.span`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.hair};
  font-variant-numeric: tabular-nums;
  & > small {
    color: ${theme.color.muted};
    font-size: ${theme.text.size.tiny};
  }
`;
