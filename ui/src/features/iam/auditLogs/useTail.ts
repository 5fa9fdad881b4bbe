import { useEffect, useRef, useState } from "react";

import { ApiError } from "@/api/errors";
import { follow } from "@/api/events";
import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { AuditLogService } from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { useSession } from "@/session/SessionProvider";

export interface Tail {
  /** What has come in since it was switched on, newest first, without what is held back. */
  entries: readonly AuditLog[];
  /** How many are held back while it is paused. */
  held: number;
  state: "off" | "connecting" | "live" | "interrupted";
  /** Why it is over for good. */
  failure: ApiError | undefined;
}

/** So many are kept: further back there is the list. */
const MOST = 500;
/** What comes in a burst is shown together. */
const PAUSE_MS = 250;

interface State {
  /** What it belongs to: another scope or another time of switching on begins anew. */
  about: string;
  entries: readonly AuditLog[];
  connected: boolean | undefined;
  failure: ApiError | undefined;
}

/** The entries of a scope as they are filed, while `on`. While `paused` they are kept back. */
export function useTail({ tenantId, on, paused }: { tenantId: string; on: boolean; paused: boolean }): Tail {
  const { session } = useSession();
  const [state, setState] = useState<State>();
  const [shownAtPause, setShownAtPause] = useState(0);
  const times = useRef(0);
  useEffect(() => {
    if (!on) return;
    const control = new AbortController();
    const about = String((times.current += 1));
    const waiting: AuditLog[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const change = (next: (before: State) => Partial<State>): void =>
      setState((before) => {
        const own = before?.about === about ? before : { about, entries: [], connected: undefined, failure: undefined };
        return { ...own, ...next(own) };
      });
    const show = (): void => {
      timer = undefined;
      const fresh = waiting.splice(0).toReversed();
      change(({ entries }) => ({ entries: [...fresh, ...entries].slice(0, MOST) }));
    };
    const watch = async (): Promise<void> => {
      try {
        const stream = follow(session.transport, AuditLogService.method.watchAuditLogs, () => ({ tenantId }), {
          signal: control.signal,
          onConnected: (connected) => change(() => ({ connected })),
        });
        for await (const item of stream) {
          if (item.case !== "auditLog") continue;
          waiting.push(item.value);
          timer ??= setTimeout(show, PAUSE_MS);
        }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        change(() => ({ failure: error }));
      }
    };
    void watch();
    return () => {
      clearTimeout(timer);
      control.abort();
      setState(undefined);
    };
  }, [session, tenantId, on]);

  const entries = state?.entries ?? NONE;
  // How many there were when it was paused: those after them are held back.
  const [wasPaused, setWasPaused] = useState(paused);
  if (wasPaused !== paused) {
    setWasPaused(paused);
    setShownAtPause(entries.length);
  }
  const held = paused ? Math.max(0, entries.length - shownAtPause) : 0;
  return {
    entries: entries.slice(held),
    held,
    state: !on ? "off" : state?.connected === undefined ? "connecting" : state.connected ? "live" : "interrupted",
    failure: state?.failure,
  };
}

const NONE: readonly AuditLog[] = [];
