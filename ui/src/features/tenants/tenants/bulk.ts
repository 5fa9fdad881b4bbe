/** The same done to many tenants, with what became of each. */
import { ApiError } from "@/api/errors";

export type Outcome =
  | { status: "waiting" }
  | { status: "running" }
  | { status: "done" }
  | { status: "failed"; error: ApiError }
  /** It was not begun: the person stopped it before. */
  | { status: "stopped" };

export interface BulkOptions {
  signal: AbortSignal;
  onOutcome: (id: string, outcome: Outcome) => void;
  /** How many at a time. Default: 4. */
  atOnce?: number;
}

/** Does `one` to each. What fails does not hold up the others; what has begun when `signal` is aborted is finished. */
export async function toEach(
  ids: readonly string[],
  one: (id: string) => Promise<unknown>,
  { signal, onOutcome, atOnce = 4 }: BulkOptions,
): Promise<void> {
  const waiting = [...ids];
  const worker = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (signal.aborted) {
        onOutcome(id, { status: "stopped" });
        continue;
      }
      onOutcome(id, { status: "running" });
      try {
        await one(id);
        onOutcome(id, { status: "done" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        onOutcome(id, { status: "failed", error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, worker));
}
