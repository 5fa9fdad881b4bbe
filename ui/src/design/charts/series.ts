/** What charts are given, and how their colours and lines tell one series from another. */
import { theme } from "../theme";

/** A place on the axis that the values stand over: a day, a month, a plan. */
export interface Point {
  /** Tells it from the others. */
  id: string;
  /** In full, for the tooltip and the table: “25 Nov 2026”. */
  label: string;
  /** For the axis, where there is less room: “25 Nov”. Default: `label`. */
  short?: string;
}

/** A colour of the chart palette, or one with a meaning. */
export type ChartColor = keyof typeof theme.color.chart | "accent" | "success" | "warning" | "danger" | "quiet";

export interface Series {
  /** Tells it from the others, and is shown. */
  name: string;
  /** One for each point, in their order; undefined where nothing is known, which is not zero. */
  values: readonly (number | undefined)[];
  /** Default: the next of the palette. */
  color?: ChartColor;
  /** For what is not measured: a forecast, the period before. */
  dashed?: boolean;
}

/** A series with its look, the same whichever others are hidden. */
export interface Drawn extends Series {
  paint: string;
  /** SVG's `stroke-dasharray`: colour alone must not tell lines apart. */
  dash: string | undefined;
}

const PALETTE = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const DASHES = [undefined, "7 3", "2 3", "9 3 2 3", "5 2", "1 4", "12 4", "6 2 2 2 2 2"] as const;

export function paintOf(color: ChartColor): string {
  if (typeof color === "number") return theme.color.chart[color];
  if (color === "accent") return theme.color.accent;
  return color === "quiet" ? theme.color.control : theme.color[color].text;
}

/** The colour of the series at a place of the palette, which begins anew after eight. */
export function paintAt(index: number): string {
  return paintOf(PALETTE[index % PALETTE.length] ?? 1);
}

export function drawn(series: readonly Series[]): Drawn[] {
  return series.map((one, at) => ({
    ...one,
    paint: one.color === undefined ? paintAt(at) : paintOf(one.color),
    dash: one.dashed === true ? "3 4" : DASHES[at % DASHES.length],
  }));
}

/** What all series have at a point; undefined where none has anything. */
export function totalAt(series: readonly Series[], index: number): number | undefined {
  const known = series.map(({ values }) => values[index]).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

/** Every so many points are named on the axis, so that names of a width (px) do not touch. */
export function labelStep(count: number, width: number, labelWidth: number): number {
  const room = Math.max(1, Math.floor(width / labelWidth));
  return Math.max(1, Math.ceil(count / room));
}
