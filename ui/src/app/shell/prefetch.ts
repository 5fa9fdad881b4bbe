import { matchRoutes } from "react-router";

import { routes } from "../router";

/** Fetches the code of the pages at an address, so that they are there when somebody goes. Failures are for later. */
export function prefetch(href: string): void {
  for (const { route } of matchRoutes(routes, href.split(/[?#]/)[0] ?? href) ?? [])
    if (typeof route.lazy === "function") route.lazy().catch(() => undefined);
}
