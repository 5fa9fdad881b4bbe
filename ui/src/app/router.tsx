import { createBrowserRouter, Outlet, type RouteObject } from "react-router";

import { page } from "@/routing/page";

import { Area } from "./Area";
import { ErrorPage, NotFoundPage, PageError } from "./ErrorPage";
import { LandingPage } from "./LandingPage";
import { modules } from "./modules";
import { Root } from "./Root";
import { Waiting } from "./Waiting";

/** The pages of one kind of all modules. */
const pages = (kind: "platform" | "tenant" | "visitor" | "open"): RouteObject[] => modules.flatMap((one) => one[kind]);

function area(path: string, kind: "platform" | "tenant"): RouteObject {
  const boards = modules.flatMap((one) => one.boards?.[kind] ?? []);
  const own = pages(kind);
  const home: RouteObject = { index: true, lazy: page(async () => (await import("./boards/BoardFrame")).AreaHome) };
  return {
    path,
    Component: Area,
    // Visitors' pages first: their words are no ids of anything.
    children: [
      ...pages("visitor"),
      {
        lazy: page(async () => (await import("./shell/Shell")).Shell),
        ErrorBoundary: ErrorPage,
        children: [
          {
            // What fails inside leaves the shell standing.
            Component: Outlet,
            ErrorBoundary: PageError,
            children: [
              ...(own.some((one) => one.index === true) ? [] : [home]),
              ...own,
              {
                lazy: page(async () => (await import("./boards/BoardFrame")).BoardFrame),
                children: boards.map(({ path, lazy }) => ({ path, lazy })),
              },
              { path: "*", Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  };
}

export const routes: RouteObject[] = [
  {
    Component: Root,
    HydrateFallback: Waiting,
    ErrorBoundary: ErrorPage,
    children: [
      { index: true, Component: LandingPage },
      ...pages("open"),
      area("/master-admin", "platform"),
      area("/t/:slug", "tenant"),
      { path: "*", Component: NotFoundPage },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
