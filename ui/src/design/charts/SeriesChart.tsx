import { max, min } from "d3-array";
import { scaleLinear } from "d3-scale";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { theme } from "../theme";
import { Text } from "../typography/typography";
import { ChartFrame } from "./ChartFrame";
import { ChartTable } from "./ChartTable";
import { ChartTooltip, type TooltipRow } from "./ChartTooltip";
import { Legend } from "./Legend";
import { drawn, labelStep, totalAt, type Drawn, type Point, type Series } from "./series";
import { useCursor } from "./useCursor";
import { useWidth } from "./useWidth";

/** What charts with points on one axis and values on the other have in common. */
export interface SeriesChartProps {
  /** What the chart is about: its name for screen readers and its table. A heading above it is the page's affair. */
  label: string;
  points: readonly Point[];
  series: readonly Series[];
  /** A value in words. Default: a number of the locale. */
  format?: (value: number) => string;
  /** A value on the axis, where there is less room. Default: `format` if there is one, else 12K, 3.4M. */
  axisFormat?: (value: number) => string;
  /** A line that values should not cross, such as what a plan includes. */
  limit?: { label: string; value: number };
  /** What the points are, as the heading of the table's first column: “Day”. */
  pointsLabel: string;
  /** In px. Default: 240. */
  height?: number;
}

/** Where things are drawn, in px. */
export interface Plot {
  series: readonly Drawn[];
  width: number;
  height: number;
  /** The middle of a point. */
  x: (index: number) => number;
  y: (value: number) => number;
  /** The room for one point. */
  band: number;
  /** The point that is looked at. */
  at: number | undefined;
}

interface Props extends SeriesChartProps {
  /** Values stand on each other, and their total is said. */
  stacked: boolean;
  /** Points stand from edge to edge (lines), or each in the middle of a band of its own (bars). */
  spread: "edges" | "bands";
  /** How the legend shows a series. */
  sample: "line" | "area";
  children: (plot: Plot) => ReactNode;
}

const [TOP, BOTTOM, LETTER] = [10, 26, 6.8];

/** Axes, lines across, the cursor with its tooltip, legend and table; `children` draws the values. */
export function SeriesChart({
  label,
  points,
  series,
  format,
  axisFormat,
  limit,
  pointsLabel,
  height = 240,
  stacked,
  spread,
  sample,
  children,
}: Props): ReactNode {
  const { t } = useTranslation("design");
  const formats = useFormat();
  const write = format ?? formats.number;
  const writeShort = axisFormat ?? format ?? formats.compact;
  const [ref, outer] = useWidth<HTMLDivElement>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const all = useMemo(() => drawn(series), [series]);
  const shown = useMemo(() => {
    const left = all.filter(({ name }) => !hidden.has(name));
    // Series may have been renamed or taken away since some were hidden.
    return left.length === 0 ? all : left;
  }, [all, hidden]);
  const count = points.length;
  const { y, ticks } = useMemo(
    () => scaleOf(shown, count, stacked, limit?.value, height - TOP - BOTTOM),
    [shown, count, stacked, limit?.value, height],
  );
  const gutter = Math.ceil(Math.max(...ticks.map((tick) => writeShort(tick).length)) * LETTER) + 10;
  const width = Math.max(outer - gutter, 40);
  const inner = height - TOP - BOTTOM;
  // Half a dot at either edge, so that none is cut off.
  const edge = spread === "bands" ? 0 : 5;
  const band = spread === "bands" ? width / Math.max(count, 1) : (width - 2 * edge) / Math.max(count - 1, 1);
  const x = (index: number): number =>
    spread === "bands" ? (index + 0.5) * band : count === 1 ? width / 2 : edge + index * band;
  const cursor = useCursor(count, (share) =>
    spread === "bands" ? Math.floor(share * count) : Math.round((share * width - edge) / band),
  );
  const dashOf = ({ dash }: Drawn): string | undefined => (sample === "line" ? (dash ?? "none") : undefined);
  const said = (value: number | undefined): string => (value === undefined ? "–" : write(value));
  const point = cursor.at === undefined ? undefined : points[cursor.at];
  const rows: TooltipRow[] = shown.map((one) => ({
    name: one.name,
    value: said(one.values[cursor.at ?? 0]),
    paint: one.paint,
    dash: dashOf(one),
  }));
  const withTotal = stacked && shown.length > 1;
  const total = withTotal ? { name: t("chart.total"), value: said(totalAt(shown, cursor.at ?? 0)) } : undefined;
  const spoken = [...rows, ...(total === undefined ? [] : [total])].map(({ name, value }) => `${name}: ${value}`);
  const step = labelStep(
    count,
    width,
    Math.max(...points.map((one) => (one.short ?? one.label).length), 1) * LETTER + 26,
  );
  const nothing = !shown.some(({ values }) => values.some((value) => value !== undefined));
  return (
    <ChartFrame
      label={label}
      legend={
        all.length > 1 && (
          <Legend
            series={all.map((one) => ({ name: one.name, paint: one.paint, dash: dashOf(one) }))}
            hidden={hidden}
            onToggle={(name) =>
              setHidden(
                (before) => new Set(before.has(name) ? [...before].filter((one) => one !== name) : [...before, name]),
              )
            }
          />
        )
      }
      table={
        <ChartTable
          label={label}
          height={height}
          columns={[
            pointsLabel,
            ...all.map(({ name }) => name),
            ...(stacked && all.length > 1 ? [t("chart.total")] : []),
          ]}
          rows={points
            .map(({ id, label }, at) => ({
              id,
              name: label,
              cells: [
                ...all.map(({ values }) => said(values[at])),
                ...(stacked && all.length > 1 ? [said(totalAt(all, at))] : []),
              ],
            }))
            .toReversed()}
        />
      }
    >
      <Area ref={ref} style={{ blockSize: `${String(height)}px` }}>
        {nothing ? (
          <Nothing>
            <Text $tone="muted" $size="small">
              {t("chart.nothing")}
            </Text>
          </Nothing>
        ) : (
          <>
            <svg width={gutter + width} height={height} aria-hidden>
              <g transform={`translate(${String(gutter)} ${String(TOP)})`}>
                {ticks.map((tick) => (
                  <g key={tick} transform={`translate(0 ${String(y(tick))})`}>
                    <GridLine x2={width} $zero={tick === 0} />
                    <AxisText x={-8} dy="0.32em" textAnchor="end">
                      {writeShort(tick)}
                    </AxisText>
                  </g>
                ))}
                {points.map((one, index) =>
                  (count - 1 - index) % step === 0 ? (
                    <AxisText key={one.id} {...placed(x(index), one.short ?? one.label, width)} y={inner + 18}>
                      {one.short ?? one.label}
                    </AxisText>
                  ) : null,
                )}
                {cursor.at !== undefined &&
                  (spread === "bands" ? (
                    <Band x={cursor.at * band} width={band} height={inner} />
                  ) : (
                    <CursorLine x1={x(cursor.at)} x2={x(cursor.at)} y2={inner} />
                  ))}
                {children({ series: shown, width, height: inner, x, y, band, at: cursor.at })}
                {limit !== undefined && (
                  <g transform={`translate(0 ${String(y(limit.value))})`}>
                    <LimitLine x2={width} />
                    <LimitText x={width} dy={y(limit.value) < 16 ? "1.2em" : "-0.4em"} textAnchor="end">
                      {limit.label}
                    </LimitText>
                  </g>
                )}
              </g>
            </svg>
            <Cursor
              {...cursor.props}
              // A slider is how assistive technology goes through values, and tells each.
              role="slider"
              tabIndex={0}
              aria-label={`${label}. ${t("chart.keys")}`}
              aria-valuemin={1}
              aria-valuemax={count}
              aria-valuenow={(cursor.at ?? count - 1) + 1}
              aria-valuetext={
                point === undefined ? t("chart.points", { count }) : `${point.label}. ${spoken.join(", ")}`
              }
              style={{
                left: `${String(gutter)}px`,
                top: `${String(TOP)}px`,
                width: `${String(width)}px`,
                height: `${String(inner)}px`,
              }}
            >
              {cursor.at !== undefined && point !== undefined && (
                <ChartTooltip
                  title={point.label}
                  rows={stacked ? rows.toReversed() : rows}
                  total={total}
                  x={x(cursor.at)}
                  width={width}
                />
              )}
            </Cursor>
          </>
        )}
      </Area>
    </ChartFrame>
  );
}

interface Scale {
  y: (value: number) => number;
  ticks: number[];
}

/** From the least to the most, zero among them; whole steps where there are only whole values. */
function scaleOf(
  series: readonly Drawn[],
  count: number,
  stacked: boolean,
  limit: number | undefined,
  height: number,
): Scale {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const sums = (sign: 1 | -1): number[] =>
    Array.from({ length: count }, (_, at) =>
      series.reduce((sum, { values }) => sum + sign * Math.max(0, sign * (values[at] ?? 0)), 0),
    );
  const reached = stacked ? [...sums(1), ...sums(-1)] : known;
  const most = max([0, limit ?? 0, ...reached]) ?? 0;
  const least = min([0, ...reached]) ?? 0;
  const scale = scaleLinear()
    .domain([least, most === least ? least + 1 : most])
    .nice(3)
    .range([height, 0]);
  const whole = known.every((value) => Number.isInteger(value));
  return { y: scale, ticks: scale.ticks(3).filter((tick) => !whole || Number.isInteger(tick)) };
}

/** Under its point, but not over an edge. */
function placed(x: number, text: string, width: number): { x: number; textAnchor: "start" | "middle" | "end" } {
  const half = (text.length * LETTER) / 2;
  if (x + half > width + 12) return { x: width + 12, textAnchor: "end" };
  return x - half < -8 ? { x: 0, textAnchor: "start" } : { x, textAnchor: "middle" };
}

const Area = styled.div`
  position: relative;
  /* Time goes from left to right everywhere. */
  direction: ltr;
  & > svg {
    position: absolute;
    overflow: visible;
  }
`;

const Nothing = styled.div`
  display: grid;
  place-items: center;
  block-size: 100%;
  border: 1px dashed ${theme.color.border};
  border-radius: ${theme.radius.medium};
  text-align: center;
`;

const Cursor = styled.div`
  position: absolute;
  border-radius: ${theme.radius.small};
  cursor: crosshair;
  touch-action: pan-y;
  &:focus:not(:focus-visible) {
    outline: none;
  }
`;

const GridLine = styled.line<{ $zero: boolean }>`
  stroke: ${({ $zero }) => ($zero ? theme.color.control : theme.color.border)};
  stroke-opacity: ${({ $zero }) => ($zero ? 0.6 : 1)};
  shape-rendering: crispEdges;
`;

const AxisText = styled.text`
  fill: ${theme.color.faint};
  font-size: ${theme.text.size.tiny};
  font-variant-numeric: tabular-nums;
`;

const CursorLine = styled.line`
  stroke: ${theme.color.control};
  shape-rendering: crispEdges;
`;

const Band = styled.rect`
  fill: ${theme.color.active};
`;

const LimitLine = styled.line`
  stroke: ${theme.color.danger.text};
  stroke-dasharray: 4 3;
`;

const LimitText = styled.text`
  fill: ${theme.color.danger.text};
  font-size: ${theme.text.size.tiny};
  paint-order: stroke;
  stroke: ${theme.color.surface};
  stroke-width: 3px;
`;
