import { createBrowserRouter, redirect, type RouteObject } from "react-router";

import { PLATFORM } from "@/api/session";
import { module as iam } from "@/features/iam/routes";
import type { Module } from "@/routing/module";
import { paths } from "@/routing/paths";

import { Area, SignedInArea } from "./Area";
import { ErrorPage, NotFoundPage } from "./ErrorPage";
import { Root } from "./Root";
import { Waiting } from "./Waiting";

/** The modules whose pages there are, in the order in which routes are tried. */
export const modules: Module[] = [iam];

/** The pages of one kind of all modules. */
const pages = (kind: "platform" | "tenant" | "visitor" | "open"): RouteObject[] => modules.flatMap((one) => one[kind]);

function area(path: string, signedIn: RouteObject[]): RouteObject {
  return {
    path,
    Component: Area,
    // Visitors' pages first: their words are no ids of anything.
    children: [...pages("visitor"), { Component: SignedInArea, ErrorBoundary: ErrorPage, children: signedIn }],
  };
}

export const routes: RouteObject[] = [
  {
    Component: Root,
    HydrateFallback: Waiting,
    ErrorBoundary: ErrorPage,
    children: [
      { index: true, loader: () => redirect(paths.area(PLATFORM)) },
      ...pages("open"),
      area("/master-admin", pages("platform")),
      area("/t/:slug", pages("tenant")),
      { path: "*", Component: NotFoundPage },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
