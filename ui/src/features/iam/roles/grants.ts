/** What roles come to: wildcards, inheritance, and what somebody may put into them. No I/O, no React. */
import type { Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { Realm } from "@/api/gen/atrium/options/v1/options_pb";

export const EVERYTHING = "*";

/** What is needed of a role to say what it allows. */
export type RoleLike = Pick<Role, "id" | "displayName" | "permissions" | "parentId">;
type Catalogue = readonly Pick<Permission, "id" | "noun" | "realms">[];

/** Whether a name in a role (`users.create`, `users.*`, `*`) allows a permission. */
export function covers(pattern: string, permission: string): boolean {
  if (pattern === EVERYTHING || pattern === permission) return true;
  return pattern.endsWith(".*") && permission.startsWith(pattern.slice(0, -1));
}

export function isWildcard(pattern: string): boolean {
  return pattern === EVERYTHING || pattern.endsWith(".*");
}

/** The permissions that names allow, of those there are. */
export function expand(patterns: Iterable<string>, catalogue: Catalogue): Set<string> {
  const names = [...patterns];
  return new Set(catalogue.filter(({ id }) => names.some((one) => covers(one, id))).map(({ id }) => id));
}

/** A role and those it inherits from, nearest first. A circle, which the platform does not let through, is cut. */
export function lineage(role: RoleLike, roles: readonly RoleLike[]): RoleLike[] {
  const found = [role];
  for (let at = role; at.parentId !== "";) {
    const parent = roles.find(({ id }) => id === at.parentId);
    if (parent === undefined || found.some(({ id }) => id === parent.id)) break;
    found.push((at = parent));
  }
  return found;
}

/** Why somebody has a permission: the role that names it, by which of its names, and how they come to that role. */
export interface Source {
  role: RoleLike;
  pattern: string;
  /** The role that inherits it, when that is another one. */
  through: RoleLike | undefined;
}

/** Every way in which roles allow a permission. */
export function sourcesOf(permission: string, held: readonly RoleLike[], roles: readonly RoleLike[]): Source[] {
  return held.flatMap((own) =>
    lineage(own, roles).flatMap((role) =>
      role.permissions
        .filter((pattern) => covers(pattern, permission))
        .map((pattern) => ({ role, pattern, through: role.id === own.id ? undefined : own })),
    ),
  );
}

/** Roles that may become the parent: not the role itself, nor what inherits from it. */
export function possibleParents<R extends RoleLike>(id: string, roles: readonly R[]): R[] {
  return roles.filter((one) => !lineage(one, roles).some((ancestor) => ancestor.id === id));
}

/** Who wants to put something into a role. */
export interface Granter {
  /** What they have themselves, wildcards resolved. */
  permissions: readonly string[];
  realm: Realm;
  /** Their roles, as they hold them. */
  roles: readonly Pick<Role, "permissions">[];
  /** Whether the role is of their own realm: what other realms have alone, they can give without having it. */
  ownRealm: boolean;
}

/**
 * The permissions that names allow and the granter lacks, of those that `had` did not allow before; `*` among them
 * where only somebody with `*` could give it. The platform has the last word; this says it beforehand.
 */
export function beyond(
  patterns: readonly string[],
  had: readonly string[],
  granter: Granter,
  catalogue: Catalogue,
): string[] {
  const own = new Set(granter.permissions);
  const before = expand(had, catalogue);
  const missing = [...expand(patterns, catalogue)].filter((id) => {
    if (before.has(id) || own.has(id)) return false;
    return catalogue.find((one) => one.id === id)?.realms.includes(granter.realm) ?? true;
  });
  const everything = patterns.includes(EVERYTHING) && !had.includes(EVERYTHING);
  const mayGiveAll = granter.roles.some(({ permissions }) => permissions.includes(EVERYTHING));
  return everything && granter.ownRealm && !mayGiveAll ? [EVERYTHING, ...missing] : missing;
}

/** The names without those that others of them make needless: next to `users.*`, `users.read` says nothing. */
export function tidy(patterns: Iterable<string>): string[] {
  const names = [...new Set(patterns)];
  return names
    .filter((one) => !names.some((other) => other !== one && isWildcard(other) && coversAll(other, one)))
    .toSorted();
}

function coversAll(pattern: string, other: string): boolean {
  return pattern === EVERYTHING || (other !== EVERYTHING && covers(pattern, other));
}

export interface Difference {
  added: string[];
  removed: string[];
}

export function difference(before: Iterable<string>, after: Iterable<string>): Difference {
  const [old, next] = [new Set(before), new Set(after)];
  return {
    added: [...next].filter((one) => !old.has(one)).toSorted(),
    removed: [...old].filter((one) => !next.has(one)).toSorted(),
  };
}

/** Changes made to `before`, made to what somebody else has saved meanwhile. */
export function rebase(before: Iterable<string>, after: Iterable<string>, newest: Iterable<string>): string[] {
  const { added, removed } = difference(before, after);
  return [...new Set([...newest, ...added])].filter((one) => !removed.includes(one)).toSorted();
}

export interface NounGroup<P> {
  noun: string;
  permissions: P[];
}
export interface ModuleGroup<P> {
  module: string;
  nouns: NounGroup<P>[];
}

/**
 * The catalogue by module and noun, in its own order. A noun stands once, with the module most of its permissions are
 * of: some methods of others ask for them, too.
 */
export function grouped<P extends Pick<Permission, "id" | "module" | "noun">>(
  catalogue: readonly P[],
): ModuleGroup<P>[] {
  const nouns = [...Map.groupBy(catalogue, ({ noun }) => noun)].map(([noun, permissions]) => ({ noun, permissions }));
  const modules = Map.groupBy(nouns, ({ permissions }) => mostFrequent(permissions.map(({ module }) => module)));
  return [...modules].map(([module, nouns]) => ({ module, nouns }));
}

function mostFrequent(words: readonly string[]): string {
  const counted = [...Map.groupBy(words, (word) => word)].toSorted(([, a], [, b]) => b.length - a.length);
  return counted[0]?.[0] ?? "";
}

/** Whether the granter's realm is that of a scope; the platform's has no tenant. */
export function granterOf(
  me: { permissions: readonly string[]; realm: Realm; roles: readonly Pick<Role, "permissions">[] },
  tenantId: string,
): Granter {
  const { permissions, realm, roles } = me;
  return { permissions, realm, roles, ownRealm: (realm === Realm.PLATFORM) === (tenantId === "") };
}
