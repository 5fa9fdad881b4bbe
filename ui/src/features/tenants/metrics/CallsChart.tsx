export function CallsChart(_: { activity: unknown }) {
  return null;
}
