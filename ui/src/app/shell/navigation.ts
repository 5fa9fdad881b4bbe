import { ChartNoAxesColumn } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Action, Board, NavEntry, Search } from "@/routing/module";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { kindOf, permitted, places, placesOf } from "../places";

export interface Navigation {
  nav: NavEntry[];
  boards: Board[];
  actions: Action[];
  searches: Search[];
}

/** What the person may go to, do and find in this area. */
export function useNavigation(): Navigation {
  const { realm } = useSession();
  const can = useCan();
  return useMemo(() => {
    const all = placesOf(kindOf(realm));
    const boards = permitted(all.boards, can);
    const [first] = boards;
    const nav = permitted(all.nav, can);
    // All boards stand behind one entry, which leads to the first of them.
    if (first !== undefined)
      nav.unshift({ label: "app:nav.boards", icon: ChartNoAxesColumn, to: first.to, section: "overview", order: 0 });
    return { nav, boards, actions: permitted(all.actions, can), searches: permitted(all.searches, can) };
  }, [realm, can]);
}

const SECTIONS = ["overview", "work", "billing", "identity", "settings"] as const;

/** The entries by section, without sections that have none. */
export function sectionsOf(nav: readonly NavEntry[]): { section: NavEntry["section"]; entries: NavEntry[] }[] {
  return SECTIONS.map((section) => ({ section, entries: nav.filter((one) => one.section === section) })).filter(
    ({ entries }) => entries.length > 0,
  );
}

/** The entry an address belongs to: the one whose own address is the longest beginning of it. */
export function entryAt<T extends Pick<NavEntry, "to">>(
  entries: readonly T[],
  realm: string,
  pathname: string,
): T | undefined {
  return entries
    .filter((one) => isAtOrBelow(pathname, one.to(realm)))
    .toSorted((a, b) => b.to(realm).length - a.to(realm).length)[0];
}

export function isAtOrBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}

const namespaces = [
  "app",
  ...new Set(
    places.flatMap((one) =>
      [one.nav, one.boards, one.actions, one.searches].flatMap((of) =>
        [...(of?.platform ?? []), ...(of?.tenant ?? [])].map(({ label }) => label.split(":")[0] ?? ""),
      ),
    ),
  ),
] as "app"[];

/** Reads labels such as `iam:nav.users`. */
export function useLabels(): (label: string) => string {
  const { t } = useTranslation(namespaces);
  return t as unknown as (label: string) => string;
}
