import { PLATFORM, type RealmKey } from "@/api/session";
import { module as iam } from "@/features/iam/routes";
import { module as tenants } from "@/features/tenants/routes";
import type { Action, Board, Module, NavEntry, Search } from "@/routing/module";

/** The modules whose pages there are, in the order in which routes are tried. */
export const modules: Module[] = [iam, tenants];

type Kind = "platform" | "tenant";

export function kindOf(realm: RealmKey): Kind {
  return realm === PLATFORM ? "platform" : "tenant";
}

/** What the modules add to an area, for everybody; `permitted` leaves out what somebody may not see. */
export function placesOf(kind: Kind): { nav: NavEntry[]; boards: Board[]; actions: Action[]; searches: Search[] } {
  return {
    nav: modules.flatMap((one) => one.nav[kind]).toSorted((a, b) => a.order - b.order),
    boards: modules.flatMap((one) => one.boards?.[kind] ?? []).toSorted((a, b) => a.order - b.order),
    actions: modules.flatMap((one) => one.actions?.[kind] ?? []),
    searches: modules.flatMap((one) => one.searches?.[kind] ?? []),
  };
}

export function permitted<T extends { permission?: string }>(
  places: readonly T[],
  can: (permission: string) => boolean,
): T[] {
  return places.filter(({ permission }) => permission === undefined || can(permission));
}
