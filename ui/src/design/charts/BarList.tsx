import type { ReactNode } from "react";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { Link } from "../Link/Link";
import { theme } from "../theme";
import { paintOf, type ChartColor } from "./series";

export interface BarListItem {
  id: string;
  label: string;
  /** At least 0. */
  value: number;
  /** Where to learn more. */
  href?: string;
}

interface BarListProps {
  /** What the list is about. */
  label: string;
  items: readonly BarListItem[];
  /** A value in words. Default: a number of the locale. */
  format?: (value: number) => string;
  /** Says each item's share of all. Default: false. */
  shares?: boolean;
  /** Default: 1. */
  color?: ChartColor;
}

/** Things by how much there is of each, as bars with their names: what a bar chart is for long names. */
export function BarList({ label, items, format, shares = false, color = 1 }: BarListProps): ReactNode {
  const formats = useFormat();
  const write = format ?? formats.number;
  const most = Math.max(...items.map(({ value }) => value), 0);
  const total = items.reduce((sum, { value }) => sum + value, 0);
  return (
    <List aria-label={label}>
      {items.map(({ id, label: name, value, href }) => (
        <li key={id}>
          <Name title={name}>
            {href === undefined ? (
              <bdi>{name}</bdi>
            ) : (
              <Link href={href} variant="quiet">
                <bdi>{name}</bdi>
              </Link>
            )}
          </Name>
          <Value>
            {write(value)}
            {shares && total > 0 && <small>{formats.percent(value / total, 0)}</small>}
          </Value>
          <Track aria-hidden>
            <span
              style={{
                inlineSize: value === 0 ? 0 : `max(2px, ${String((100 * value) / most)}%)`,
                background: paintOf(color),
              }}
            />
          </Track>
        </li>
      ))}
    </List>
  );
}

const List = styled.ul`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[3]};
  & > li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: ${theme.space[1]} ${theme.space[3]};
    font-size: ${theme.text.size.small};
  }
`;

const Name = styled.span`
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

const Value = styled.span`
  font-weight: ${theme.text.weight.medium};
  font-variant-numeric: tabular-nums;
  & > small {
    display: inline-block;
    min-inline-size: 2.75rem;
    color: ${theme.color.muted};
    font-weight: ${theme.text.weight.regular};
    text-align: end;
  }
`;

const Track = styled.span`
  grid-column: 1 / -1;
  block-size: 0.375rem;
  overflow: clip;
  border-radius: ${theme.radius.full};
  background: ${theme.color.active};
  & > span {
    display: block;
    block-size: 100%;
    border-radius: inherit;
    transition: inline-size ${theme.motion.medium} ${theme.motion.ease};
  }
`;
