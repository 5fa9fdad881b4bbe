import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { RouteObject } from "react-router";

import type { RealmKey } from "@/api/session";
import type { Transport } from "@/api/transport";

/** Somewhere to go: what navigation, the command palette and dashboards have in common. */
interface Place {
  /** A text with its namespace: `iam:nav.users`. */
  label: string;
  icon: LucideIcon;
  to: (realm: RealmKey) => string;
  /** Shown to those who have it; to everybody when left out. A test holds it to the contract. */
  permission?: string;
}

/** One line of an area's navigation. Its label is also the part of the breadcrumbs for every address below it. */
export interface NavEntry extends Place {
  /** Entries of one section stand together; sections and entries are in the order of `order`. */
  section: "overview" | "work" | "billing" | "identity" | "settings";
  order: number;
}

/** Something to do that has an address, such as "Create tenant". Offered by the command palette. */
export type Action = Place;

/** One thing that a search found. */
export interface Hit {
  id: string;
  name: string;
  /** What tells it from others of the same name. */
  detail?: string;
  to: string;
}

export interface Looking {
  transport: Transport;
  realm: RealmKey;
  /** Empty for the platform. */
  tenantId: string;
  signal: AbortSignal;
}

/** The first few things that fit what was typed. Fails with ApiError. */
export type Find = (query: string, looking: Looking) => Promise<Hit[]>;

/** Things of a module that the command palette finds. */
export interface Search {
  /** The heading over what was found, a text with its namespace. */
  label: string;
  icon: LucideIcon;
  permission: string;
  /** Fetched when somebody searches. */
  load: () => Promise<Find>;
}

/** A module's page of figures. All boards of an area stand under one title, each with an address of its own. */
export interface Board extends Place {
  /** The path below the area, one of `segments`. */
  path: string;
  order: number;
  lazy: () => Promise<{ Component: NonNullable<RouteObject["Component"]> }>;
}

interface OfArea<T> {
  platform: T[];
  tenant: T[];
}

/** What a module adds for people who are signed in: `features/<module>/places.tsx` exports one as `places`. */
export interface Places {
  /** Pages of `/master-admin`. Every page is lazy. */
  platform: RouteObject[];
  /** Pages of `/t/:slug`. */
  tenant: RouteObject[];
  /** The page of an area's own address; one module has it, or none. */
  index?: Partial<Record<keyof OfArea<never>, () => Promise<{ Component: ComponentType }>>>;
  nav: OfArea<NavEntry>;
  boards?: OfArea<Board>;
  actions?: OfArea<Action>;
  searches?: OfArea<Search>;
}

/** What a module adds for everybody: `features/<module>/routes.tsx` exports one as `module`. */
export interface Module {
  /** Pages of either area for people who are not signed in; their paths are `segments`. */
  visitor: RouteObject[];
  /** Pages outside both areas. */
  open: RouteObject[];
}
