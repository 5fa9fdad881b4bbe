import type { Transport } from "./transport";

/** Whether calls reach the platform at all. What it answers, refusals included, does not matter here. */
export class Reachability {
  /** Passes calls on, and learns from what becomes of them. */
  readonly transport: Transport;
  #reachable = true;
  readonly #listeners = new Set<() => void>();

  constructor(transport: Transport) {
    this.transport = async (call) => {
      try {
        const response = await transport(call);
        this.#become(true);
        return response;
      } catch (error) {
        // A caller who gave up says nothing about the connection.
        if (call.init.signal?.aborted !== true) this.#become(false);
        throw error;
      }
    };
  }

  /** True until a call shows otherwise, and again from the next answer on. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** Calls `listener` after every change; the returned function ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #become(reachable: boolean): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    for (const listener of this.#listeners) listener();
  }
}
