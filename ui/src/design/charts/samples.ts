/** Numbers for stories: always the same, shaped like a week's rhythm with some growth. */
export function daysFrom(first: string, count: number): string[] {
  const start = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: count }, (_, at) => new Date(start + at * 86_400_000).toISOString().slice(0, 10));
}

export function wave(count: number, around: number, phase = 0): number[] {
  return Array.from({ length: count }, (_, at) => {
    const weekend = (at + phase) % 7 < 2 ? 0.35 : 1;
    return Math.round(around * weekend * (1 + at / count / 2) * (1 + 0.18 * Math.sin((at + phase) * 1.7)));
  });
}
