import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import type { ReactNode } from "react";
import { styled } from "styled-components";

import { paintOf, type ChartColor } from "./series";

interface SparklineProps {
  values: readonly (number | undefined)[];
  /** Default: 1. */
  color?: ChartColor;
}

const [WIDTH, HEIGHT] = [100, 32];

/** The shape of a development, as wide as there is room. A decoration: what it shows must be said beside it. */
export function Sparkline({ values, color = 1 }: SparklineProps): ReactNode {
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2) return null;
  const [least = 0, most = 0] = extent(known);
  const x = scaleLinear([0, values.length - 1], [0, WIDTH]);
  const y = scaleLinear([Math.min(0, least), most === least ? least + 1 : most], [HEIGHT - 2, 2]);
  const shape = area<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, index) => x(index))
    .y0(HEIGHT)
    .y1((value) => y(value ?? 0))
    .curve(curveMonotoneX);
  const stroke = line<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, index) => x(index))
    .y((value) => y(value ?? 0))
    .curve(curveMonotoneX);
  const paint = paintOf(color);
  return (
    <Frame viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} preserveAspectRatio="none" aria-hidden>
      <path d={shape([...values]) ?? ""} style={{ fill: paint, fillOpacity: 0.12 }} />
      <path
        d={stroke([...values]) ?? ""}
        fill="none"
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
        style={{ stroke: paint }}
      />
    </Frame>
  );
}

const Frame = styled.svg`
  inline-size: 100%;
  block-size: 2rem;
`;
