/**
 * Does some work for every item, a few at a time, in their order. It stops taking up new ones when `signal` is
 * aborted; those under way are finished. Work must not fail: what went wrong is part of what it answers.
 */
export async function pool<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
  onDone: (item: T, result: R) => void,
  signal: AbortSignal,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !signal.aborted; item = queue.shift())
      onDone(item, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
