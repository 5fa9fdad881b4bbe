import type { ReactNode } from "react";

import { SeriesChart, type Plot, type SeriesChartProps } from "./SeriesChart";

interface BarChartProps extends SeriesChartProps {
  /** Puts the series of a point on each other. Default: beside each other. */
  stacked?: boolean;
}

/** How much there is at each point. Negative values hang below the line of zero. */
export function BarChart({ stacked = false, ...props }: BarChartProps): ReactNode {
  return (
    <SeriesChart {...props} stacked={stacked} spread="bands" sample="area">
      {(plot) => props.points.map(({ id }, at) => <g key={id}>{(stacked ? stackAt : groupAt)(plot, at)}</g>)}
    </SeriesChart>
  );
}

/** Between bars of a point, in px. */
const GAP = 1.5;

function groupAt({ series, x, y, band }: Plot, at: number): ReactNode[] {
  const all = Math.min(band * 0.72, 56 * series.length);
  const each = all / series.length;
  return series.map(({ name, values, paint, dashed }, index) => (
    <Bar
      key={name}
      x={x(at) - all / 2 + index * each + GAP / 2}
      width={Math.max(each - GAP, 1)}
      from={y(0)}
      to={y(values[at] ?? 0)}
      paint={paint}
      hollow={dashed === true}
      rounded
    />
  ));
}

function stackAt({ series, x, y, band }: Plot, at: number): ReactNode[] {
  const width = Math.max(Math.min(band * 0.72, 56), 1);
  let [above, below] = [0, 0];
  const outermost = {
    up: series.findLastIndex(({ values }) => (values[at] ?? 0) > 0),
    down: series.findLastIndex(({ values }) => (values[at] ?? 0) < 0),
  };
  return series.map(({ name, values, paint, dashed }, index) => {
    const value = values[at] ?? 0;
    const from = value < 0 ? below : above;
    if (value < 0) below += value;
    else above += value;
    return (
      <Bar
        key={name}
        x={x(at) - width / 2}
        width={width}
        from={y(from)}
        to={y(from + value)}
        paint={paint}
        hollow={dashed === true}
        rounded={index === outermost.up || index === outermost.down}
      />
    );
  });
}

interface BarProps {
  x: number;
  width: number;
  /** Where it stands, and where it ends, in px. */
  from: number;
  to: number;
  paint: string;
  hollow: boolean;
  /** At its end. */
  rounded: boolean;
}

function Bar({ x, width, from, to, paint, hollow, rounded }: BarProps): ReactNode {
  const size = Math.abs(to - from);
  if (size < 0.01) return null;
  const r = rounded ? Math.min(3, width / 2, size) : 0;
  const away = to < from ? 1 : -1;
  // Layers are told apart by the page between them, not by colour alone.
  const foot = from - away * (size > 2 ? 0.75 : 0);
  const [left, right, side] = [String(x), String(x + width), String(to + away * r)];
  const path = `M${left} ${String(foot)}V${side}Q${left} ${String(to)} ${String(x + r)} ${String(to)}H${String(x + width - r)}Q${right} ${String(to)} ${right} ${side}V${String(foot)}Z`;
  return (
    <path
      d={path}
      style={hollow ? { fill: paint, fillOpacity: 0.22, stroke: paint, strokeDasharray: "3 2" } : { fill: paint }}
    />
  );
}
