/**
 * One signed-in session of this browser: the access token, in memory only, and its continuation.
 *
 * A refresh token is a cookie that scripts cannot read. It works once, and a second use ends the session, so of all
 * tabs only one refreshes at a time (a lock of the browser) and tells the others the new access token (a channel of
 * the browser). Each realm (the platform, or one tenant) has a session of its own.
 *
 * This file is in the first load of every visitor, so it imports nothing of the contract but types; the calls
 * themselves come with `sessionCalls.ts` when there is one to make.
 */
import { ApiError, Code, refusal } from "./errors";
import type { SignedIn } from "./gen/atrium/iam/v1/session_service_pb";
import { lazily } from "./lazily";
import { Reachability } from "./reachability";
import { fetchTransport, type Call, type Transport } from "./transport";

/** `platform`, or a tenant's slug. */
export type RealmKey = string;
export const PLATFORM: RealmKey = "platform";

export type SessionState =
  /** Nobody has asked yet, or the platform could not be reached. */
  | { status: "unknown" }
  /**
   * `revision` grows when the platform says that what the person may do has changed. `ends` is when a session that is
   * not continued is over, in milliseconds by this browser's clock.
   */
  | { status: "signed-in"; sessionId: string; userId: string; revision: number; ends?: number }
  /** `reason` is why the session ended; undefined when there was none or the person signed out. */
  | { status: "signed-out"; reason?: string | undefined };

interface Access {
  token: string;
  sessionId: string;
  userId: string;
  /** By this browser's clock, in milliseconds. */
  expires: number;
  /** False for a session without a cookie (acting for a tenant): it ends with its token, and in this tab. */
  continues: boolean;
}

type Told = { type: "access"; access: Access } | { type: "ended"; reason?: string | undefined };

/** What a session needs of its surroundings; the browser's own unless a test says otherwise. */
export interface SessionHost {
  transport: Transport;
  /** Runs `work` while no other tab runs work under the same name. */
  locked: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  channel: (name: string) => Pick<BroadcastChannel, "postMessage" | "addEventListener" | "close">;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  now: () => number;
}

/** A token with less time left is replaced, though calls go on with it until its end. */
const AHEAD_MS = 45_000;
/** A token with less time left is not sent any more: it would expire on its way. */
const LEAST_MS = 3_000;
const STALE: ReadonlySet<string> = new Set(["TOKEN_EXPIRED", "TOKEN_REVOKED", "TOKEN_INVALID", "TOKEN_MISSING"]);

export class Session {
  readonly realm: RealmKey;
  /** Whether the platform could be reached by the last call of this session. */
  readonly reachability: Reachability;
  readonly #host: SessionHost;
  readonly #channel: ReturnType<SessionHost["channel"]>;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { status: "unknown" };
  #access: Access | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(realm: RealmKey, host: SessionHost = browserHost()) {
    this.realm = realm;
    this.reachability = new Reachability(host.transport);
    this.#host = { ...host, transport: this.reachability.transport };
    this.#channel = host.channel(`atrium.session.${realm}`);
    this.#channel.addEventListener("message", (event: MessageEvent) => this.#hear(event.data as Told));
  }

  /** The same object until it changes. */
  get state(): SessionState {
    return this.#state;
  }

  /** Calls `listener` after every change of `state`; the returned function ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Finds out whether there is a session. Fails with ApiError, and stays `unknown`, when the platform does not say. */
  async start(): Promise<SessionState> {
    if (this.#state.status === "unknown") {
      // Asked only where somebody signed in before, so that strangers' visits cost no refused call.
      if (this.#host.storage.getItem(this.#hint) === null) this.#become({ status: "signed-out" });
      else await this.#refresh(undefined);
    }
    return this.#state;
  }

  /** Takes over what a sign-in answered. With `continues: false` the session lasts as long as its token. */
  adopt(signedIn: SignedIn, { continues = true }: { continues?: boolean } = {}): void {
    const access: Access = {
      token: signedIn.accessToken,
      sessionId: signedIn.sessionId,
      userId: signedIn.user?.id ?? "",
      expires: this.#host.now() + lifetimeMs(signedIn, this.#host.now()),
      continues,
    };
    this.#take(access);
    if (continues) this.#tell({ type: "access", access });
  }

  /**
   * Ends the session, here and in all tabs that share it. Fails, and leaves it, when the platform cannot be told.
   * Somebody who acted for a tenant is then whoever this browser knew there before, or nobody.
   */
  async signOut(): Promise<void> {
    const continues = this.#access?.continues !== false;
    try {
      const { logout } = await sessionCalls();
      await logout(this.transport);
    } catch (error) {
      const over = error instanceof ApiError && error.code === Code.UNAUTHENTICATED;
      // Who may only look may not end the session either. Without its token, which only this tab has, it is over.
      const readOnly = error instanceof ApiError && error.reason === "IMPERSONATION_READ_ONLY";
      if (!over && !readOnly) throw error;
    }
    if (continues) {
      this.#end(undefined);
      this.#tell({ type: "ended" });
    } else {
      this.#access = undefined;
      this.#become({ status: "unknown" });
    }
  }

  /**
   * Sends calls with the session's token. A call that is refused for a stale token is sent once more with a new one.
   * Methods that answer everybody the same go without a token, and so do all calls when nobody is signed in.
   */
  readonly transport: Transport = async (call) => {
    if (call.init.headers.has("authorization") || call.isPublic) return this.#host.transport(call);
    const token = await this.#token();
    const response = await this.#host.transport(authorized(call, token));
    if (response.status !== 401 || token === undefined) return response;
    const { reason } = await refusal(response.clone());
    if (!STALE.has(reason)) return response;
    await this.#refresh(token);
    if (reason === "TOKEN_REVOKED" && this.#state.status === "signed-in")
      this.#become({ ...this.#state, revision: this.#state.revision + 1 });
    const again = await this.#token();
    return again === undefined ? response : this.#host.transport(authorized(call, again));
  };

  async #token(): Promise<string | undefined> {
    if (this.#access === undefined) {
      if (this.#state.status === "unknown") await this.start();
      return this.#accessToken;
    }
    const left = this.#access.expires - this.#host.now();
    if (left < LEAST_MS) await this.#refresh(this.#access.token);
    else if (left < AHEAD_MS && this.#access.continues) this.#refresh(this.#access.token).catch(() => undefined);
    return this.#accessToken;
  }

  // Read anew after every wait: another tab may have spoken meanwhile.
  get #accessToken(): string | undefined {
    return this.#access?.token;
  }

  /** Replaces `stale`, unless somebody has done so before. Fails with ApiError only when the platform does not say. */
  #refresh(stale: string | undefined): Promise<void> {
    if (this.#access !== undefined && this.#access.token !== stale) return Promise.resolve();
    if (this.#access?.continues === false) {
      this.#end("TOKEN_EXPIRED");
      return Promise.resolve();
    }
    this.#refreshing ??= this.#host
      .locked(`atrium.refresh.${this.realm}`, () => this.#refreshAlone(stale))
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refreshAlone(stale: string | undefined): Promise<void> {
    // While this tab waited for the lock another one may have refreshed, or ended the session.
    if (this.#state.status === "signed-out") return;
    if (this.#access !== undefined && this.#access.token !== stale) return;
    // A page that is left in the middle of a refresh loses its lock and its answer; the next one repeats the call with
    // the same key and gets the same answer.
    const retryKey = this.#host.storage.getItem(this.#retry) ?? crypto.randomUUID();
    try {
      const { refresh } = await sessionCalls();
      this.#host.storage.setItem(this.#retry, retryKey);
      this.adopt(await refresh(this.#host.transport, this.realm, retryKey));
      this.#host.storage.removeItem(this.#retry);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== Code.UNAUTHENTICATED) throw error;
      // On the first look nobody was signed in for sure, so nothing has ended.
      const reason =
        this.#state.status === "unknown" && error.reason === "REFRESH_TOKEN_INVALID" ? undefined : error.reason;
      this.#end(reason);
      this.#tell({ type: "ended", reason });
    }
  }

  #hear(told: Told): void {
    if (this.#access?.continues === false) return;
    if (told.type === "access") this.#take(told.access);
    else if (this.#state.status !== "signed-out") this.#end(told.reason);
  }

  #take(access: Access): void {
    this.#access = access;
    if (access.continues) this.#host.storage.setItem(this.#hint, "1");
    const { sessionId, userId } = access;
    const next = access.continues ? { sessionId, userId } : { sessionId, userId, ends: access.expires };
    const before = this.#state.status === "signed-in" ? this.#state : undefined;
    if (before?.sessionId === sessionId && before.userId === userId && before.ends === next.ends) return;
    this.#become({ status: "signed-in", revision: 0, ...next });
  }

  #end(reason: string | undefined): void {
    if (this.#access?.continues !== false) {
      this.#host.storage.removeItem(this.#hint);
      this.#host.storage.removeItem(this.#retry);
    }
    this.#access = undefined;
    this.#become({ status: "signed-out", reason });
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  #tell(told: Told): void {
    this.#channel.postMessage(told);
  }

  /** That somebody signed in here: no secret, and no proof either. */
  get #hint(): string {
    return `atrium.session.${this.realm}`;
  }

  /** The key of a refresh whose answer has not come. Of no use without the cookie that it goes with. */
  get #retry(): string {
    return `atrium.refresh.${this.realm}`;
  }
}

/** Not with the first load: a visitor who never signs in does without. */
export const sessionCalls = () => lazily(() => import("./sessionCalls"));

/** What people who are not signed in call, beside signing in itself. */
export const visitorCalls = () => lazily(() => import("./visitorCalls"));

const sessions = new Map<RealmKey, Session>();

/** The browser's session of a realm; one object for the life of the page. */
export function sessionOf(realm: RealmKey): Session {
  let session = sessions.get(realm);
  if (session === undefined) sessions.set(realm, (session = new Session(realm)));
  return session;
}

function authorized(call: Call, token: string | undefined): Call {
  if (token === undefined) return call;
  const headers = new Headers(call.init.headers);
  headers.set("authorization", `Bearer ${token}`);
  return { ...call, init: { ...call.init, headers } };
}

/** How long a token lasts. Its own `iat` and `exp` say so whatever this browser's clock shows. */
function lifetimeMs(signedIn: SignedIn, now: number): number {
  try {
    const payload = signedIn.accessToken.split(".")[1] ?? "";
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as {
      iat?: number;
      exp?: number;
    };
    if (claims.exp !== undefined && claims.iat !== undefined) return (claims.exp - claims.iat) * 1000;
  } catch {
    // Not a JWT: the answer says when it ends.
  }
  return signedIn.accessExpireTime === undefined ? 0 : Number(signedIn.accessExpireTime.seconds) * 1000 - now;
}

function browserHost(): SessionHost {
  return {
    transport: fetchTransport,
    locked: (name, work) => navigator.locks.request(name, work),
    channel: (name) => new BroadcastChannel(name),
    storage: globalThis.localStorage,
    now: () => Date.now(),
  };
}
