/** Surroundings of a session for tests: several tabs of one browser in front of a TestEdge. */
import type { SessionHost } from "@/api/session";

import type { TestEdge } from "./edge";

/** What the tabs of a browser share. */
export class TestBrowser {
  now = Date.UTC(2026, 0, 1);
  readonly stored = new Map<string, string>();
  readonly #edge: TestEdge;
  readonly #locks = new Map<string, Promise<unknown>>();
  readonly #channels = new Map<string, Set<EventTarget>>();

  constructor(edge: TestEdge) {
    this.#edge = edge;
  }

  /** The surroundings of one more tab. */
  tab(): SessionHost {
    return {
      transport: this.#edge.transport,
      locked: (name, work) => {
        const before = this.#locks.get(name) ?? Promise.resolve();
        const mine = before.then(work, work);
        this.#locks.set(
          name,
          mine.catch(() => undefined),
        );
        return mine;
      },
      channel: (name) => {
        const all = this.#channels.get(name) ?? new Set();
        this.#channels.set(name, all);
        const own = new EventTarget();
        all.add(own);
        return {
          // Like a real one it tells the others only, later, and a copy.
          postMessage: (data: unknown) => {
            const copy: unknown = structuredClone(data);
            for (const one of all)
              if (one !== own) queueMicrotask(() => one.dispatchEvent(new MessageEvent("message", { data: copy })));
          },
          addEventListener: own.addEventListener.bind(own) as BroadcastChannel["addEventListener"],
          close: () => void all.delete(own),
        };
      },
      storage: {
        getItem: (key) => this.stored.get(key) ?? null,
        setItem: (key, value) => void this.stored.set(key, value),
        removeItem: (key) => void this.stored.delete(key),
      },
      now: () => this.now,
    };
  }
}
