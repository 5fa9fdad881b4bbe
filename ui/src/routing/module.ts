import type { LucideIcon } from "lucide-react";
import type { RouteObject } from "react-router";

import type { RealmKey } from "@/api/session";

/** One line of an area's navigation. */
export interface NavEntry {
  /** A text with its namespace: `iam:nav.users`. */
  label: string;
  icon: LucideIcon;
  to: (realm: RealmKey) => string;
  /** Shown to those who have it; to everybody when left out. A test holds it to the contract. */
  permission?: string;
  /** Entries of one section stand together; sections and entries are in the order of `order`. */
  section: "work" | "identity" | "settings";
  order: number;
}

/** What a module adds to the application: `features/<module>/routes.tsx` exports one as `module`. */
export interface Module {
  /** Pages of `/master-admin` for people who are signed in. Every page is lazy. */
  platform: RouteObject[];
  /** Pages of `/t/:slug` for people who are signed in. */
  tenant: RouteObject[];
  /** Pages of either area for people who are not signed in; their paths are `segments`. */
  visitor: RouteObject[];
  /** Pages outside both areas. */
  open: RouteObject[];
  nav: { platform: NavEntry[]; tenant: NavEntry[] };
}
