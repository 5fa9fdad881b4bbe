import type { ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "../theme";
import { Swatch } from "./Swatch";

export interface TooltipRow {
  name: string;
  value: string;
  paint: string;
  dash?: string | undefined;
}

interface ChartTooltipProps {
  title: string;
  rows: readonly TooltipRow[];
  /** Under a line: what the rows are together. */
  total?: { name: string; value: string } | undefined;
  /** Where it points to, in px from the left edge of what is `width` wide. */
  x: number;
  width: number;
}

/** What a chart shows at one point. It stands beside the point, on the side where there is room. */
export function ChartTooltip({ title, rows, total, x, width }: ChartTooltipProps): ReactNode {
  const right = x > width / 2;
  return (
    <Bubble aria-hidden style={right ? { right: `${String(width - x + 12)}px` } : { left: `${String(x + 12)}px` }}>
      <Title>{title}</Title>
      <Rows>
        {rows.map(({ name, value, paint, dash }) => (
          <Row key={name}>
            <Swatch paint={paint} dash={dash} />
            <Name>
              <bdi>{name}</bdi>
            </Name>
            <b>{value}</b>
          </Row>
        ))}
        {total !== undefined && (
          <Row>
            <span />
            <Name>{total.name}</Name>
            <b>{total.value}</b>
          </Row>
        )}
      </Rows>
    </Bubble>
  );
}

const Bubble = styled.div`
  position: absolute;
  inset-block-start: 0;
  z-index: ${theme.layer.sticky};
  min-inline-size: 9rem;
  max-inline-size: min(18rem, 60%);
  padding: ${theme.space[2]} ${theme.space[3]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.raised};
  box-shadow: ${theme.shadow.middle};
  font-size: ${theme.text.size.tiny};
  pointer-events: none;
`;

const Title = styled.p`
  margin-block-end: ${theme.space[1]};
  color: ${theme.color.muted};
`;

const Rows = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.hair};
`;

const Row = styled.div`
  display: grid;
  grid-template-columns: 1rem minmax(0, 1fr) auto;
  align-items: center;
  gap: ${theme.space[2]};
  font-variant-numeric: tabular-nums;
  & > b {
    font-weight: ${theme.text.weight.bold};
  }
`;

const Name = styled.span`
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;
