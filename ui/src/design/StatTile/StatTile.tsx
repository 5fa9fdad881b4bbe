import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import type { ChartColor } from "../charts/series";
import { Sparkline } from "../charts/Sparkline";
import { Card } from "../layout/layout";
import { Link } from "../Link/Link";
import { Skeleton } from "../Skeleton/Skeleton";
import { theme } from "../theme";
import { Text, VisuallyHidden } from "../typography/typography";

export interface Change {
  /** Of what it was before: 0.12 is 12 % more. */
  share: number;
  /** What it is compared with: “than the 30 days before”. */
  than: string;
  /** Which direction is good news. Default: `neither`. */
  good?: "up" | "down" | "neither";
}

interface StatTileProps {
  /** What is counted. */
  label: string;
  /** In words; undefined while it is on its way. */
  value: string | undefined;
  /** What it means, what it is of, until when. */
  hint?: ReactNode;
  change?: Change | undefined;
  /** Its development, as a small line. */
  trend?: readonly (number | undefined)[];
  color?: ChartColor;
  /** Where to learn more: the label leads there. */
  href?: string;
}

/** Some numbers side by side, each a `StatTile`, all in one row where there is room; two in a row on a phone. */
export const StatTiles = styled.dl<{
  /** The least width of a tile. Default: 9.5rem. */
  $least?: string;
}>`
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, ${({ $least = "9.5rem" }) => $least}), 1fr));
  gap: ${theme.space[3]};
  margin: 0;
`;

/** One number and what it counts; stands in `StatTiles`. */
export function StatTile({ label, value, hint, change, trend, color, href }: StatTileProps): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Tile as="div">
      <Label>
        {href === undefined ? (
          label
        ) : (
          <Link href={href} variant="quiet">
            {label}
          </Link>
        )}
      </Label>
      <Value style={{ "--characters": value?.length ?? 0 }}>
        {value === undefined ? (
          <>
            <VisuallyHidden>{t("stat.loading")}</VisuallyHidden>
            <Skeleton $width="5rem" $height="1.625rem" />
          </>
        ) : (
          <bdi>{value}</bdi>
        )}
        {change !== undefined && <ChangeMark {...change} />}
      </Value>
      {hint !== undefined && (
        <Text as="dd" $size="small" $tone="muted">
          {hint}
        </Text>
      )}
      {trend !== undefined && (
        <Trend aria-hidden>
          <Sparkline values={trend} {...(color === undefined ? {} : { color })} />
        </Trend>
      )}
    </Tile>
  );
}

function ChangeMark({ share, than, good = "neither" }: Change): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  // Half a percent is what rounding makes of nothing.
  const direction = Math.abs(share) < 0.005 ? "same" : share > 0 ? "up" : "down";
  const tone = direction === "same" || good === "neither" ? "muted" : direction === good ? "success" : "danger";
  const Icon = { same: ArrowRight, up: ArrowUpRight, down: ArrowDownRight }[direction];
  const amount = format.percent(Math.abs(share), 0);
  return (
    <Mark $tone={tone}>
      <Icon size={14} aria-hidden />
      <span aria-hidden>{amount}</span>
      <VisuallyHidden>{t(`stat.${direction}`, { share: amount, than })}</VisuallyHidden>
    </Mark>
  );
}

const Tile = styled(Card)`
  container-type: inline-size;
  display: flex;
  flex-direction: column;
  gap: ${theme.space[1]};
  padding: ${theme.space[4]};
`;

const Label = styled.dt`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;

/* A long number becomes smaller rather than breaking: digits are some 0.62 of their height wide. */
const Value = styled.dd`
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: ${theme.space[1]} ${theme.space[2]};
  font-size: clamp(${theme.text.size.large}, 100cqi / (0.62 * max(1, var(--characters))), ${theme.text.size.display});
  font-weight: ${theme.text.weight.bold};
  font-variant-numeric: tabular-nums;
  line-height: ${theme.text.line.tight};
  letter-spacing: -0.018em;
  overflow-wrap: anywhere;
`;

const tones = {
  muted: theme.color.muted,
  success: theme.color.success.text,
  danger: theme.color.danger.text,
};

const Mark = styled.span<{ $tone: keyof typeof tones }>`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space.hair};
  color: ${({ $tone }) => tones[$tone]};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
  letter-spacing: 0;
`;

const Trend = styled.dd`
  margin-block-start: auto;
  padding-block-start: ${theme.space[1]};
`;
