/**
 * Server streams that are followed for as long as somebody looks.
 *
 * The platform's stream messages are a oneof `item`: something that happened, `heartbeat`, or `end`. A stream that
 * stops without `end`, or is silent for three heartbeats, was cut off: it is opened again, later each time.
 */
import type { DescMessage, DescMethodServerStreaming, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

import { ApiError, ClientReason, Code } from "./errors";
import { callStream } from "./rest";
import type { Transport } from "./transport";

interface Item {
  item: { case: string | undefined; value?: unknown };
}
type Happened<M> = M extends { item: infer I } ? Exclude<I, { case: "heartbeat" | "end" | undefined }> : never;

export interface FollowOptions {
  signal: AbortSignal;
  /** What `end` means: `stop` where the thing that is watched is over, `again` (default) where only the stream is. */
  end?: "stop" | "again";
  /** Told whenever the stream is cut off (false) and when it runs again (true). */
  onConnected?: (connected: boolean) => void;
  /** Longest silence before the stream counts as cut off. Default: 45 s, three heartbeats. */
  silenceMs?: number;
  /** First wait before opening again; doubles up to 30 s. Default: 500 ms. */
  backoffMs?: number;
}

const LONGEST_MS = 30_000;
/** Refusals that may be over by the next try. */
const PASSING: ReadonlySet<number> = new Set([Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.UNKNOWN]);

/**
 * What happens on a stream, until `signal` is aborted, the stream ends, or it is refused for good (ApiError).
 * `request` is asked for each opening and given what came last, for methods that can resume after it.
 */
export async function* follow<I extends DescMessage, O extends DescMessage>(
  transport: Transport,
  method: DescMethodServerStreaming<I, O>,
  request: (last: Happened<MessageShape<O>> | undefined) => MessageInitShape<I>,
  { signal, end = "again", onConnected, silenceMs = 45_000, backoffMs = 500 }: FollowOptions,
): AsyncGenerator<Happened<MessageShape<O>>> {
  let last: Happened<MessageShape<O>> | undefined;
  let failures = 0;
  let connected: boolean | undefined;
  const tell = (now: boolean): void => {
    if (now !== connected) onConnected?.(now);
    connected = now;
  };
  while (!signal.aborted) {
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), silenceMs);
    let wait = 0;
    try {
      const options = { signal: AbortSignal.any([signal, quiet.signal]) };
      for await (const message of callStream(transport, method, request(last), options)) {
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), silenceMs);
        failures = 0;
        tell(true);
        const { item } = message as unknown as Item;
        if (item.case === "end") {
          if (end === "stop") return;
          break;
        }
        if (item.case === undefined || item.case === "heartbeat") continue;
        last = item as Happened<MessageShape<O>>;
        yield last;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.reason !== ClientReason.CANCELLED && !PASSING.has(error.code)) throw error;
      wait = (error.retryAfterSeconds ?? 0) * 1000;
    } finally {
      clearTimeout(timer);
    }
    if (signal.aborted) return;
    tell(false);
    const backoff = Math.min(backoffMs * 2 ** failures, LONGEST_MS);
    failures += 1;
    // Spread out, so that all the tabs of a restarted platform do not come back at once.
    await pause(Math.max(wait, backoff * (0.5 + Math.random() / 2)), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", over);
  });
}
