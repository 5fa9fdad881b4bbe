import type { ReactNode } from "react";

/** One thing to do. */
export interface MenuAction {
  /** One of a kind in its menu. */
  id: string;
  label: string;
  /** An icon of 16 px. */
  icon?: ReactNode;
  /** Under the label, small. */
  description?: string;
  /** Only shown: who listens for the keys is somebody else. */
  shortcut?: string;
  /** For what destroys something. */
  tone?: "danger";
  /** Why it cannot be done now. It stays in the menu and can be reached, so that the reason can be read. */
  disabledReason?: string | undefined;
  onAction?: () => void;
  /** Goes somewhere in place of doing something. */
  href?: string;
}

/** Actions that belong together, with a line before and after; or choices, when it has a `choice`. */
export interface MenuGroup {
  id: string;
  label?: string;
  items: readonly MenuAction[];
  choice?: {
    /** One of the items, or any of them; with `many` the menu stays open. */
    mode: "one" | "many";
    chosen: readonly string[];
    onChange: (chosen: string[]) => void;
  };
}

export type MenuEntry = MenuAction | MenuGroup;

/** The entries as groups: actions that stand together become one. */
export function groupsOf(entries: readonly MenuEntry[]): MenuGroup[] {
  const groups: MenuGroup[] = [];
  for (const entry of entries) {
    if ("items" in entry) {
      groups.push(entry);
      continue;
    }
    const last = groups.at(-1);
    if (last?.id.startsWith(LOOSE)) groups[groups.length - 1] = { ...last, items: [...last.items, entry] };
    else groups.push({ id: LOOSE + entry.id, items: [entry] });
  }
  return groups.filter((group) => group.items.length > 0);
}

const LOOSE = "loose:";
