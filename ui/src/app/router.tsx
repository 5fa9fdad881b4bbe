import { createBrowserRouter, matchRoutes, type PatchRoutesOnNavigationFunction, type RouteObject } from "react-router";

import { page } from "@/routing/page";

import { Area } from "./Area";
import { ErrorPage, NotFoundPage, PageError } from "./ErrorPage";
import { LandingPage } from "./LandingPage";
import { modules } from "./modules";
import { Root } from "./Root";
import { Waiting } from "./Waiting";

const AREAS = { platform: "/master-admin", tenant: "/t/:slug" } as const;
const visitor = modules.flatMap((one) => one.visitor);

/** An area as visitors know it. Its other pages are put below the route of its name, when somebody first goes there. */
const area = (kind: keyof typeof AREAS): RouteObject => ({
  path: AREAS[kind],
  Component: Area,
  // Visitors' pages first: their words are no ids of anything.
  children: [
    ...visitor,
    {
      lazy: page(async () => (await import("./shell/Shell")).Shell),
      ErrorBoundary: ErrorPage,
      // What fails inside leaves the shell standing.
      children: [
        {
          id: kind,
          ErrorBoundary: PageError,
          children: [
            // The area's own address asks for no more pages by itself: without a parameter it is matched as it is.
            { index: true, lazy: async () => (await import("./areaRoutes")).areaIndex(kind) },
            { path: "*", Component: NotFoundPage },
          ],
        },
      ],
    },
  ],
});

export const routes: RouteObject[] = [
  {
    Component: Root,
    HydrateFallback: Waiting,
    ErrorBoundary: ErrorPage,
    children: [
      { index: true, Component: LandingPage },
      ...modules.flatMap((one) => one.open),
      area("platform"),
      area("tenant"),
      { path: "*", Component: NotFoundPage },
    ],
  },
];

/** Adds the pages of the area that an address is in: visitors do without their code. */
export const patchRoutesOnNavigation: PatchRoutesOnNavigationFunction = async ({ path, patch }) => {
  for (const kind of ["platform", "tenant"] as const) {
    const { pathname } = new URL(path, window.location.origin);
    const within = matchRoutes([{ path: `${AREAS[kind]}/*` }], pathname);
    if (within === null || matchRoutes([{ path: AREAS[kind], children: visitor }], pathname) !== null) continue;
    patch(kind, (await import("./areaRoutes")).areaRoutes(kind));
  }
};

export const createRouter = () => createBrowserRouter(routes, { patchRoutesOnNavigation });
