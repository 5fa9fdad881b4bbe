/** Between the client, which knows the contract, and the network. */

export interface Call {
  /** Whether anyone may call the method, without a token. */
  isPublic: boolean;
  url: string;
  init: RequestInit & { headers: Headers };
}

/** Sends a call and returns the answer, whatever its status. Fails as `fetch` does. */
export type Transport = (call: Call) => Promise<Response>;

/** Calls the platform at the page's own address. */
export const fetchTransport: Transport = (call) => globalThis.fetch(call.url, call.init);
