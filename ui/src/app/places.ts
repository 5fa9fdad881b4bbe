import { PLATFORM, type RealmKey } from "@/api/session";
import { places as billing } from "@/features/billing/places";
import { places as iam } from "@/features/iam/places";
import { places as tenants } from "@/features/tenants/places";
import type { Action, Board, NavEntry, Places, Search } from "@/routing/module";

/** What each module adds for people who are signed in, in the order in which routes are tried. */
export const places: Places[] = [iam, tenants, billing];

export type Kind = "platform" | "tenant";

export function kindOf(realm: RealmKey): Kind {
  return realm === PLATFORM ? "platform" : "tenant";
}

/** What the modules add to an area, for everybody; `permitted` leaves out what somebody may not see. */
export function placesOf(kind: Kind): { nav: NavEntry[]; boards: Board[]; actions: Action[]; searches: Search[] } {
  return {
    nav: places.flatMap((one) => one.nav[kind]).toSorted((a, b) => a.order - b.order),
    boards: places.flatMap((one) => one.boards?.[kind] ?? []).toSorted((a, b) => a.order - b.order),
    actions: places.flatMap((one) => one.actions?.[kind] ?? []),
    searches: places.flatMap((one) => one.searches?.[kind] ?? []),
  };
}

export function permitted<T extends { permission?: string }>(
  found: readonly T[],
  can: (permission: string) => boolean,
): T[] {
  return found.filter(({ permission }) => permission === undefined || can(permission));
}
