/** Days put together where there are more than a chart can tell apart. No I/O, no React. */

/** More bars than this cannot be told apart. */
export const MOST_BARS = 90;

/** Some days in a row, at least one. */
export interface Span<T> {
  /** YYYY-MM-DD, UTC; both are part of it, and are the same for one day. */
  first: string;
  last: string;
  days: readonly T[];
}

/** The days one by one, or in weeks where there are more than `most`: the last week is whole, the first may not be. */
export function spansOf<T extends { day: string }>(days: readonly T[], most = MOST_BARS): Span<T>[] {
  const size = days.length > most ? 7 : 1;
  const spans: Span<T>[] = [];
  for (let end = days.length; end > 0; end -= size) {
    const part = days.slice(Math.max(0, end - size), end);
    const [first, last] = [part[0], part.at(-1)];
    if (first !== undefined && last !== undefined) spans.unshift({ first: first.day, last: last.day, days: part });
  }
  return spans;
}

export function sumOf<T>({ days }: Span<T>, read: (day: T) => number | bigint): number {
  return days.reduce((sum, day) => sum + Number(read(day)), 0);
}
