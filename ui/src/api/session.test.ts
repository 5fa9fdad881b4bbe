import { expect, test } from "vitest";

import { refused, TestEdge } from "@/testing/edge";
import { TestBrowser } from "@/testing/host";

import { Code } from "./errors";
import { SessionService } from "./gen/atrium/iam/v1/session_service_pb";
import { UserService } from "./gen/atrium/iam/v1/user_service_pb";
import { createClient } from "./rest";
import { PLATFORM, Session } from "./session";

const COOKIE = "atrium_refresh_platform";
const LIFETIME_MS = 300_000;

/** The platform's side of a session: refresh tokens that work once, access tokens that expire or are revoked. */
class Platform {
  readonly edge = new TestEdge(SessionService, UserService);
  readonly browser = new TestBrowser(this.edge);
  /** The access token that is valid now. */
  access = "";
  ended = false;
  #generation = 0;
  #retryKey = "";

  constructor() {
    this.edge.demandsToken = true;
    this.edge.on(SessionService.method.login, (_, { setCookie }) => this.#signedIn(setCookie));
    this.edge.on(SessionService.method.refresh, ({ realm, tenant, retryKey }, { cookies, setCookie }) => {
      expect([realm, tenant]).toEqual([1, ""]);
      const presented = cookies.get(COOKIE);
      if (presented === undefined || this.ended) throw refused("REFRESH_TOKEN_INVALID", Code.UNAUTHENTICATED);
      const repeated = presented === `refresh-${String(this.#generation - 1)}` && retryKey === this.#retryKey;
      if (repeated) this.#generation -= 1;
      this.#retryKey = retryKey;
      if (presented !== `refresh-${String(this.#generation)}`) {
        this.ended = true;
        throw refused("REFRESH_TOKEN_REUSED", Code.UNAUTHENTICATED);
      }
      return this.#signedIn(setCookie);
    });
    this.edge.on(SessionService.method.logout, (_, { setCookie }) => {
      this.ended = true;
      setCookie(COOKIE, "");
      return {};
    });
    this.edge.on(UserService.method.getUser, ({ id }, { headers }) => {
      if (headers.get("authorization") !== `Bearer ${this.access}`)
        throw refused("TOKEN_REVOKED", Code.UNAUTHENTICATED);
      return { id };
    });
  }

  tab(): Session {
    return new Session(PLATFORM, this.browser.tab());
  }

  async signIn(session: Session): Promise<void> {
    session.adopt(await createClient(SessionService, this.edge.transport).login({}));
    await settled();
  }

  refreshes(): number {
    return this.edge.calls.filter((call) => call.endsWith("/auth/refresh")).length;
  }

  #signedIn(setCookie: (name: string, value: string) => void) {
    this.#generation += 1;
    setCookie(COOKIE, `refresh-${String(this.#generation)}`);
    const issued = Math.floor(this.browser.now / 1000);
    const claims = { iat: issued, exp: issued + LIFETIME_MS / 1000, n: this.#generation };
    this.access = `e30.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.x`;
    return { accessToken: this.access, sessionId: "ses_1", user: { id: "usr_1" } };
  }
}

/** After what has been posted between tabs has arrived. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

const users = (session: Session) => createClient(UserService, session.transport);

test("a stranger is signed out without a call", async () => {
  const platform = new Platform();
  expect(await platform.tab().start()).toEqual({ status: "signed-out" });
  expect(platform.edge.calls).toEqual([]);
});

test("a page that is loaded again continues the session from its cookie", async () => {
  const platform = new Platform();
  await platform.signIn(platform.tab());
  const reloaded = platform.tab();
  expect(await reloaded.start()).toEqual({ status: "signed-in", sessionId: "ses_1", userId: "usr_1", revision: 0 });
  await expect(users(reloaded).getUser({ id: "usr_9" })).resolves.toMatchObject({ id: "usr_9" });
});

test("the first call finds out by itself whether there is a session", async () => {
  const platform = new Platform();
  await platform.signIn(platform.tab());
  await expect(users(platform.tab()).getUser({ id: "usr_9" })).resolves.toMatchObject({ id: "usr_9" });
});

test("many calls with an expired token refresh once", async () => {
  const platform = new Platform();
  const session = platform.tab();
  await platform.signIn(session);
  platform.browser.now += LIFETIME_MS;
  await Promise.all(["a", "b", "c", "d"].map((id) => users(session).getUser({ id })));
  expect(platform.refreshes()).toBe(1);
});

test("a token near its end is replaced while calls go on", async () => {
  const platform = new Platform();
  const session = platform.tab();
  await platform.signIn(session);
  platform.browser.now += LIFETIME_MS - 20_000;
  await users(session)
    .getUser({ id: "a" })
    .catch(() => undefined);
  await settled();
  expect(platform.refreshes()).toBe(1);
});

test("a revoked token is refreshed and the call repeated, once", async () => {
  const platform = new Platform();
  const session = platform.tab();
  await platform.signIn(session);
  platform.access = "revoked: the next one is good";
  await expect(users(session).getUser({ id: "a" })).resolves.toMatchObject({ id: "a" });
  expect(platform.refreshes()).toBe(1);
  expect(session.state).toMatchObject({ status: "signed-in", revision: 1 });

  platform.edge.on(UserService.method.getUser, () => {
    throw refused("TOKEN_REVOKED", Code.UNAUTHENTICATED);
  });
  await expect(users(session).getUser({ id: "a" })).rejects.toMatchObject({ reason: "TOKEN_REVOKED" });
  expect(platform.refreshes()).toBe(2);
});

test("any other 401 does not cost the refresh token", async () => {
  const platform = new Platform();
  const session = platform.tab();
  await platform.signIn(session);
  platform.edge.on(UserService.method.getUser, () => {
    throw refused("SECOND_FACTOR_WRONG", Code.UNAUTHENTICATED);
  });
  await expect(users(session).getUser({ id: "a" })).rejects.toMatchObject({ reason: "SECOND_FACTOR_WRONG" });
  expect(platform.refreshes()).toBe(0);
});

test("tabs never refresh with the same cookie: one does it for all", async () => {
  const platform = new Platform();
  const tabs = [platform.tab(), platform.tab(), platform.tab()];
  for (const tab of tabs) await tab.start();
  await platform.signIn(tabs[0] ?? platform.tab());
  expect(tabs.map((tab) => tab.state.status)).toEqual(["signed-in", "signed-in", "signed-in"]);
  platform.browser.now += LIFETIME_MS;
  await Promise.all(tabs.flatMap((tab) => [users(tab).getUser({ id: "a" }), users(tab).getUser({ id: "b" })]));
  expect(platform.ended).toBe(false);
  expect(platform.refreshes()).toBe(1);
});

test("tabs that are opened together refresh one after the other", async () => {
  const platform = new Platform();
  await platform.signIn(platform.tab());
  const states = await Promise.all([platform.tab(), platform.tab(), platform.tab()].map((tab) => tab.start()));
  expect(states.map((state) => state.status)).toEqual(["signed-in", "signed-in", "signed-in"]);
  expect(platform.ended).toBe(false);
});

test("a refresh that a page left under way is repeated with its key", async () => {
  const platform = new Platform();
  await platform.signIn(platform.tab());
  // The page is gone, and its lock with it: its call reached the platform, and the answer nobody.
  const left = "the key of the page that was left";
  platform.browser.stored.set("atrium.refresh.platform", left);
  const cookie = platform.edge.cookies.get(COOKIE);
  await createClient(SessionService, platform.edge.transport).refresh({ realm: 1, retryKey: left });
  platform.edge.cookies.set(COOKIE, cookie ?? "");
  const tab = platform.tab();
  expect((await tab.start()).status).toBe("signed-in");
  expect(platform.ended).toBe(false);
  expect(platform.browser.stored.has("atrium.refresh.platform")).toBe(false);
});

test("a refused refresh signs out everywhere and says why", async () => {
  const platform = new Platform();
  const [one, two] = [platform.tab(), platform.tab()];
  await platform.signIn(one);
  await two.start();
  platform.edge.cookies.set(COOKIE, "refresh-0");
  platform.browser.now += LIFETIME_MS;
  await expect(users(one).getUser({ id: "a" })).rejects.toMatchObject({ reason: "TOKEN_MISSING" });
  await settled();
  for (const tab of [one, two]) expect(tab.state).toEqual({ status: "signed-out", reason: "REFRESH_TOKEN_REUSED" });
  expect(await platform.tab().start()).toEqual({ status: "signed-out" });
});

test("when the platform cannot be reached nothing is known, and nothing is lost", async () => {
  const platform = new Platform();
  await platform.signIn(platform.tab());
  const session = platform.tab();
  platform.edge.down = true;
  await expect(session.start()).rejects.toMatchObject({ reason: "CLIENT_OFFLINE" });
  expect(session.state.status).toBe("unknown");
  platform.edge.down = false;
  expect((await session.start()).status).toBe("signed-in");
});

test("signing out ends the session in all tabs, and only when the platform knows", async () => {
  const platform = new Platform();
  const [one, two] = [platform.tab(), platform.tab()];
  await platform.signIn(one);
  await two.start();
  platform.edge.down = true;
  await expect(one.signOut()).rejects.toMatchObject({ reason: "CLIENT_OFFLINE" });
  expect(one.state.status).toBe("signed-in");
  platform.edge.down = false;
  await one.signOut();
  await settled();
  expect([one.state, two.state]).toEqual([{ status: "signed-out" }, { status: "signed-out" }]);
  expect(platform.edge.cookies.has(COOKIE)).toBe(false);
});

test("a session without a cookie stays in its tab and ends with its token", async () => {
  const platform = new Platform();
  const [one, two] = [platform.tab(), platform.tab()];
  await two.start();
  one.adopt(await createClient(SessionService, platform.edge.transport).login({}), { continues: false });
  await settled();
  expect(two.state.status).toBe("signed-out");
  platform.browser.now += LIFETIME_MS;
  await expect(users(one).getUser({ id: "a" })).rejects.toMatchObject({ reason: "TOKEN_MISSING" });
  expect(one.state).toEqual({ status: "signed-out", reason: "TOKEN_EXPIRED" });
  expect(platform.refreshes()).toBe(0);
});

test("who stops acting for a tenant leaves the tenant's own session as it was", async () => {
  const platform = new Platform();
  const [one, two] = [platform.tab(), platform.tab()];
  await platform.signIn(two);
  one.adopt(await createClient(SessionService, platform.edge.transport).login({}), { continues: false });
  expect(one.state).toMatchObject({ status: "signed-in", ends: platform.browser.now + LIFETIME_MS });
  platform.edge.on(SessionService.method.logout, () => {
    throw refused("IMPERSONATION_READ_ONLY", 7);
  });
  await one.signOut();
  await settled();
  expect([one.state.status, two.state.status]).toEqual(["unknown", "signed-in"]);
});

test("a session knows whether the platform can be reached", async () => {
  const platform = new Platform();
  const session = platform.tab();
  await platform.signIn(session);
  const seen: boolean[] = [];
  session.reachability.subscribe(() => seen.push(session.reachability.reachable));
  platform.edge.down = true;
  await expect(users(session).getUser({ id: "a" })).rejects.toMatchObject({ reason: "CLIENT_OFFLINE" });
  platform.edge.down = false;
  await users(session).getUser({ id: "a" });
  expect(seen).toEqual([false, true]);
});

test("listeners hear of changes, not of refreshes", async () => {
  const platform = new Platform();
  const session = platform.tab();
  let changes = 0;
  session.subscribe(() => (changes += 1));
  await platform.signIn(session);
  platform.browser.now += LIFETIME_MS;
  await users(session).getUser({ id: "a" });
  expect(changes).toBe(1);
});
