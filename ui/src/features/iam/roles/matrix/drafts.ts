/** What is changed in the matrix before it is saved. No I/O, no React. */
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";

import { difference, isWildcard, lineage, covers, rebase, type Difference } from "../grants";

/** The names of the roles that were changed, by their ids. */
export type Drafts = Readonly<Record<string, readonly string[]>>;

/** A role as it would be after saving. */
export function drafted(role: Role, drafts: Drafts): readonly string[] {
  return drafts[role.id] ?? role.permissions;
}

/** Gives a role a permission, or takes it. What is as it was saved is no draft any more. */
export function toggled(drafts: Drafts, role: Role, pattern: string): Drafts {
  const before = drafted(role, drafts);
  const after = before.includes(pattern) ? before.filter((one) => one !== pattern) : [...before, pattern];
  return withDraft(drafts, role, after);
}

export function withDraft(drafts: Drafts, role: Role, names: readonly string[]): Drafts {
  const { added, removed } = difference(role.permissions, names);
  const others = without(drafts, role.id);
  return added.length + removed.length === 0 ? others : { ...others, [role.id]: names };
}

export function without(drafts: Drafts, id: string): Drafts {
  return Object.fromEntries(Object.entries(drafts).filter(([one]) => one !== id));
}

/** The same changes to what somebody else has saved meanwhile. */
export function onNewest(drafts: Drafts, saved: Role, newest: Role): Drafts {
  return withDraft(drafts, newest, rebase(saved.permissions, drafted(saved, drafts), newest.permissions));
}

export interface CellState {
  kind: "off" | "on" | "covered" | "inherited";
  /** What brings a permission that the role does not name itself. */
  by?: { pattern: string; role: string };
  /** Whether it differs from what is saved. */
  changed: boolean;
}

export function cellOf(role: Role, pattern: string, drafts: Drafts, roles: readonly Role[]): CellState {
  const own = drafted(role, drafts);
  const changed = own.includes(pattern) !== role.permissions.includes(pattern);
  if (own.includes(pattern)) return { kind: "on", changed };
  const wide = own.find((other) => brings(other, pattern));
  if (wide !== undefined) return { kind: "covered", by: { pattern: wide, role: role.displayName }, changed };
  for (const { id, displayName } of lineage(role, roles).slice(1)) {
    const ancestor = roles.find((one) => one.id === id);
    const found = ancestor && drafted(ancestor, drafts).find((other) => other === pattern || brings(other, pattern));
    if (found !== undefined) return { kind: "inherited", by: { pattern: found, role: displayName }, changed };
  }
  return { kind: "off", changed };
}

function brings(pattern: string, wanted: string): boolean {
  return pattern !== wanted && isWildcard(pattern) && wanted !== "*" && covers(pattern, wanted);
}

export interface RoleChange {
  role: Role;
  names: readonly string[];
  difference: Difference;
}

/** The roles that would be saved, with what changes in each. */
export function changesOf(roles: readonly Role[], drafts: Drafts): RoleChange[] {
  return roles.flatMap((role) => {
    const names = drafts[role.id];
    return names === undefined ? [] : [{ role, names, difference: difference(role.permissions, names) }];
  });
}

export function countOf(changes: readonly RoleChange[]): number {
  return changes.reduce((sum, { difference }) => sum + difference.added.length + difference.removed.length, 0);
}
