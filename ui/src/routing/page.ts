import type { ComponentType } from "react";

/**
 * A route's `lazy`: `page(async () => (await import("./UsersPage")).UsersPage)`. Its other form, an object, is
 * emptied by the router once it has been used, so that a route in two places would work in one of them only.
 */
export function page(load: () => Promise<ComponentType>): () => Promise<{ Component: ComponentType }> {
  return async () => ({ Component: await load() });
}
