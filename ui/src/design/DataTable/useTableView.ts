import { useMemo, useState } from "react";

import { LEAST_WIDTH, MOST_WIDTH, rowHeaderOf, type Column, type Density } from "./columns";

/** How somebody likes a table, kept in this browser. */
interface Kept {
  hidden?: string[];
  widths?: Record<string, number>;
  density?: Density;
}

export interface TableView<Row> {
  /** Those that are shown. */
  columns: readonly Column<Row>[];
  widths: Readonly<Record<string, number>>;
  density: Density;
  show: (ids: readonly string[]) => void;
  /** `undefined` gives the column its first width back. */
  resize: (id: string, width: number | undefined) => void;
  setDensity: (density: Density) => void;
  /** Everything as it was at first. */
  reset: () => void;
  isChanged: boolean;
}

/** The choice of columns, their widths and the density; kept under `name`, or for as long as the table is there. */
export function useTableView<Row>(columns: readonly Column<Row>[], name: string | undefined): TableView<Row> {
  const key = name === undefined ? undefined : `atrium.table.${name}`;
  const [kept, setKept] = useState<Kept>(() => read(key));
  const hidden = kept.hidden ?? columns.filter((column) => column.hidden).map((column) => column.id);
  const stays = rowHeaderOf(columns);
  const hiddenIds = hidden.join(" ");
  const shown = useMemo(
    () => columns.filter((column) => column.id === stays || !hiddenIds.split(" ").includes(column.id)),
    [columns, stays, hiddenIds],
  );
  const change = (changes: Kept): void => {
    const next = { ...kept, ...changes };
    setKept(next);
    write(key, next);
  };
  return {
    columns: shown,
    widths: kept.widths ?? NONE,
    density: kept.density ?? "normal",
    show: (ids) => change({ hidden: columns.map((column) => column.id).filter((id) => !ids.includes(id)) }),
    resize: (id, width) => {
      const { [id]: _, ...others } = kept.widths ?? {};
      const limited =
        width === undefined ? {} : { [id]: Math.min(Math.max(Math.round(width), LEAST_WIDTH), MOST_WIDTH) };
      change({ widths: { ...others, ...limited } });
    },
    setDensity: (density) => change({ density }),
    reset: () => {
      setKept({});
      if (key !== undefined) localStorage.removeItem(key);
    },
    isChanged: Object.keys(kept).length > 0,
  };
}

const NONE: Readonly<Record<string, number>> = {};

function read(key: string | undefined): Kept {
  if (key === undefined) return {};
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "{}") as Kept;
    return {
      ...(Array.isArray(found.hidden) ? { hidden: found.hidden.map(String) } : {}),
      ...(typeof found.widths === "object" && found.widths !== null ? { widths: numbers(found.widths) } : {}),
      ...(found.density === "compact" ? { density: found.density } : {}),
    };
  } catch {
    // Something else has written there.
    return {};
  }
}

function numbers(widths: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(Object.entries(widths).filter((one): one is [string, number] => Number.isFinite(one[1])));
}

function write(key: string | undefined, kept: Kept): void {
  if (key === undefined) return;
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // The browser's store is full or closed: the choice holds until the page is left.
  }
}
