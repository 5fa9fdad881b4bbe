import type { ReactNode } from "react";

export interface Column<Row> {
  /** One of a kind in its table; the order's name where the platform sorts by it. */
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The platform can sort by it. */
  sortable?: boolean;
  /** Default: `start`; `end` for numbers. */
  align?: "start" | "end";
  /** In px, until somebody drags it. Default: what room there is, at least 160. */
  width?: number;
  /** It names the row and cannot be hidden. Default: the first column. */
  rowHeader?: boolean;
  /** Not shown until somebody chooses it. */
  hidden?: boolean;
  /** What stands in exported files. Default: the column is left out of them. */
  text?: (row: Row) => string;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export type Density = "normal" | "compact";

export const LEAST_WIDTH = 80;
export const MOST_WIDTH = 800;
/** Of columns that take what room there is. */
export const FREE_WIDTH = 160;

/** The column that names the row. */
export function rowHeaderOf<Row>(columns: readonly Column<Row>[]): string | undefined {
  return (columns.find((column) => column.rowHeader) ?? columns[0])?.id;
}
