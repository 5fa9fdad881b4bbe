import { area, curveMonotoneX } from "d3-shape";
import type { ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "../theme";
import { SeriesChart, type Plot, type SeriesChartProps } from "./SeriesChart";

/** What a whole is made of, and how both change: one layer a series, the first at the bottom. Values are not negative. */
export function AreaChart(props: SeriesChartProps): ReactNode {
  return (
    <SeriesChart {...props} stacked spread="edges" sample="area">
      {(plot) => <Layers plot={plot} />}
    </SeriesChart>
  );
}

function Layers({ plot: { series, x, y, at } }: { plot: Plot }): ReactNode {
  const count = Math.max(...series.map(({ values }) => values.length));
  let floor: number[] = Array.from({ length: count }, () => 0);
  return series.map(({ name, values, paint }) => {
    const below = floor;
    const top = below.map((value, index) => value + (values[index] ?? 0));
    floor = top;
    const shape = area<number>()
      .x((_, index) => x(index))
      .y0((_, index) => y(below[index] ?? 0))
      .y1((value) => y(value))
      .curve(curveMonotoneX);
    return (
      <g key={name}>
        <Layer d={shape(top) ?? ""} style={{ fill: paint }} />
        <Edge d={shape.lineY1()(top) ?? ""} style={{ stroke: paint }} />
        {at !== undefined && <Dot cx={x(at)} cy={y(top[at] ?? 0)} r={4} style={{ fill: paint }} />}
      </g>
    );
  });
}

const Layer = styled.path`
  fill-opacity: 0.28;
`;

const Edge = styled.path`
  fill: none;
  stroke-width: 2px;
`;

const Dot = styled.circle`
  stroke: ${theme.color.surface};
  stroke-width: 2px;
`;
