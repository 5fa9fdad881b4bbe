import type { ComponentType } from "react";
import type { RouteObject } from "react-router";

import { page } from "@/routing/page";

import { places, type Kind } from "./places";

/** The pages of an area for people who are signed in, of all modules; for the route that is named like it. */
export function areaRoutes(kind: Kind): RouteObject[] {
  const boards = places.flatMap((one) => one.boards?.[kind] ?? []);
  return [
    ...places.flatMap((one) => one[kind]),
    {
      lazy: page(async () => (await import("./boards/BoardFrame")).BoardFrame),
      children: boards.map(({ path, lazy }) => ({ path, lazy })),
    },
  ];
}

/** The page of the area's own address: that of the module which has one, else the first that the person may see. */
export async function areaIndex(kind: Kind): Promise<{ Component: ComponentType }> {
  const [own] = places.flatMap((one) => one.index?.[kind] ?? []);
  return own?.() ?? { Component: (await import("./boards/BoardFrame")).AreaHome };
}
