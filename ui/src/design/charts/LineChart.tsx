import { area, curveMonotoneX, line } from "d3-shape";
import { useId, type ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "../theme";
import type { Drawn } from "./series";
import { SeriesChart, type Plot, type SeriesChartProps } from "./SeriesChart";

/**
 * How values change from point to point: one line a series. Where nothing is known there is a gap. A single series is
 * shaded below its line.
 */
export function LineChart(props: SeriesChartProps): ReactNode {
  return (
    <SeriesChart {...props} stacked={false} spread="edges" sample="line">
      {(plot) =>
        plot.series.map((one) => <Line key={one.name} plot={plot} series={one} shaded={props.series.length === 1} />)
      }
    </SeriesChart>
  );
}

interface LineProps {
  plot: Plot;
  series: Drawn;
  shaded: boolean;
}

function Line({ plot: { x, y, at }, series: { values, paint, dash }, shaded }: LineProps): ReactNode {
  const id = useId();
  const path = line<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, index) => x(index))
    .y((value) => y(value ?? 0))
    .curve(curveMonotoneX)([...values]);
  const shade = area<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, index) => x(index))
    .y0(y(0))
    .y1((value) => y(value ?? 0))
    .curve(curveMonotoneX)([...values]);
  const here = at === undefined ? undefined : values[at];
  return (
    <g>
      {shaded && (
        <>
          <linearGradient id={id} x1={0} x2={0} y1={0} y2={1}>
            <stop offset="0" style={{ stopColor: paint, stopOpacity: 0.2 }} />
            <stop offset="1" style={{ stopColor: paint, stopOpacity: 0.01 }} />
          </linearGradient>
          <path d={shade ?? ""} fill={`url(#${id})`} />
        </>
      )}
      <Stroke d={path ?? ""} strokeDasharray={dash} style={{ stroke: paint }} />
      {alone(values).map((index) => (
        <circle key={index} cx={x(index)} cy={y(values[index] ?? 0)} r={2.5} style={{ fill: paint }} />
      ))}
      {at !== undefined && here !== undefined && <Dot cx={x(at)} cy={y(here)} r={4} style={{ fill: paint }} />}
    </g>
  );
}

/** Values without neighbours, of which no line is made. */
function alone(values: readonly (number | undefined)[]): number[] {
  return values.flatMap((value, at) =>
    value !== undefined && values[at - 1] === undefined && values[at + 1] === undefined ? [at] : [],
  );
}

const Stroke = styled.path`
  fill: none;
  stroke-width: 2px;
  stroke-linejoin: round;
  stroke-linecap: round;
`;

const Dot = styled.circle`
  stroke: ${theme.color.surface};
  stroke-width: 2px;
`;
