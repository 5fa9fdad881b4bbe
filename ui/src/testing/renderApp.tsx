/** The whole application at an address, in front of a TestEdge, with somebody signed in or not. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider, type RouteObject } from "react-router";
import { expect } from "vitest";

import { SessionService, type MeSchema } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { createClient } from "@/api/rest";
import { PLATFORM, Session, type RealmKey } from "@/api/session";
import { patchRoutesOnNavigation, routes } from "@/app/router";
import { realmOf } from "@/routing/paths";
import { SessionsContext } from "@/session/SessionProvider";

import type { TestEdge } from "./edge";
import { TestBrowser } from "./host";
import { Surroundings, textsIn } from "./surroundings";

interface App {
  user: UserEvent;
  /** The present path and query. */
  address: () => string;
  session: (realm?: RealmKey) => Session;
}

interface RenderAppOptions {
  edge: TestEdge;
  /** Where the person is. */
  address: string;
  /** Who is signed in there: what GetMe answers. Left out: nobody. */
  me?: MessageInitShape<typeof MeSchema>;
  locale?: "en" | "de";
  /** Default: those of the application. */
  routes?: RouteObject[];
}

export async function renderApp({
  edge,
  address,
  me,
  locale = "en",
  routes: shown = routes,
}: RenderAppOptions): Promise<App> {
  // Pages move the view when they are shown; this window cannot.
  window.scrollTo = () => undefined;
  const sessions = sessionsOf(new TestBrowser(edge));
  if (me !== undefined) await signIn(edge, sessions(realmOf(address) ?? PLATFORM), me);
  const router = createMemoryRouter(shown, { initialEntries: [address], patchRoutesOnNavigation });
  render(
    <Surroundings texts={await textsIn(locale)} locale={locale}>
      <SessionsContext value={sessions}>
        <RouterProvider router={router} />
      </SessionsContext>
    </Surroundings>,
  );
  return {
    user: userEvent.setup(),
    address: () => router.state.location.pathname + router.state.location.search,
    session: (realm = PLATFORM) => sessions(realm),
  };
}

function sessionsOf(browser: TestBrowser): (realm: RealmKey) => Session {
  const made = new Map<RealmKey, Session>();
  return (realm) => {
    const session = made.get(realm) ?? new Session(realm, browser.tab());
    made.set(realm, session);
    return session;
  };
}

/** Signs somebody in as the platform would, and lets it know them. */
export async function signIn(edge: TestEdge, session: Session, me: MessageInitShape<typeof MeSchema>): Promise<void> {
  const sessionId = me.sessionId ?? "ses_1";
  edge.on(SessionService.method.getMe, () => ({ ...me, sessionId }));
  edge.on(SessionService.method.login, () => ({
    accessToken: "access",
    accessExpireTime: { seconds: BigInt(Math.floor(Date.now() / 1000) + 3600), nanos: 0 },
    sessionId,
    user: { id: me.user?.id ?? "usr_me" },
  }));
  session.adopt(await createClient(SessionService, edge.transport).login({}));
  expect(session.state.status).toBe("signed-in");
}

/** A part of the application without a router, for stories and tests of single components. */
export async function renderPart(part: ReactNode, locale: "en" | "de" = "en"): Promise<UserEvent> {
  render(
    <Surroundings texts={await textsIn(locale)} locale={locale}>
      {part}
    </Surroundings>,
  );
  return userEvent.setup();
}
