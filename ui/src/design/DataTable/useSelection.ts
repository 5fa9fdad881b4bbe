import { useRef } from "react";

/** Which rows are selected. Kept by the page, over several pages of rows if it wants to. */
export interface Selection<Row> {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
  /** Why a row cannot be selected; undefined when it can. */
  disabledReason?: (row: Row) => string | undefined;
}

interface SelectionState {
  selected: readonly string[];
  isSelected: (id: string) => boolean;
  /** Of the rows that are shown and can be. */
  all: boolean;
  some: boolean;
  /** With `range`: all from the last one that was pressed to this one. */
  toggle: (id: string, range: boolean) => void;
  toggleAll: (all: boolean) => void;
  clear: () => void;
}

export function useSelection<Row>(
  rows: readonly Row[] | undefined,
  rowId: (row: Row) => string,
  selection: Selection<Row> | undefined,
): SelectionState | undefined {
  const last = useRef<string>(undefined);
  if (selection === undefined) return undefined;
  const { selected, onChange, disabledReason } = selection;
  const ids = (rows ?? []).filter((row) => disabledReason?.(row) === undefined).map(rowId);
  const on = ids.filter((id) => selected.has(id));
  const put = (changed: readonly string[], isOn: boolean): void => {
    const next = new Set(selected);
    for (const id of changed)
      if (isOn) next.add(id);
      else next.delete(id);
    onChange(next);
  };
  return {
    selected: [...selected],
    isSelected: (id) => selected.has(id),
    all: ids.length > 0 && on.length === ids.length,
    some: on.length > 0,
    toggle: (id, range) => {
      if (!ids.includes(id)) return;
      const from = range && last.current !== undefined ? ids.indexOf(last.current) : -1;
      const to = ids.indexOf(id);
      const changed = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
      put(changed, !selected.has(id));
      last.current = id;
    },
    toggleAll: (all) => put(ids, all),
    clear: () => onChange(new Set()),
  };
}
