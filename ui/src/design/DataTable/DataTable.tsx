import { Search } from "lucide-react";
import {
  useEffect,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent as ReactMouseEvent,
  type ReactNode,
  type RefObject,
} from "react";
import { useTranslation } from "react-i18next";
import { keyframes, styled } from "styled-components";

import { Button } from "../Button/Button";
import { useGridFocus } from "../grid/useGridFocus";
import type { MenuEntry } from "../Menu/entries";
import { MenuPopup } from "../Menu/MenuButton";
import { Pagination, type PageState } from "../Pagination/Pagination";
import { Skeleton } from "../Skeleton/Skeleton";
import { EmptyState, ErrorState } from "../states/states";
import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";
import { FREE_WIDTH, rowHeaderOf, type Column, type Sort } from "./columns";
import { Cell, Container, EdgeCell, Row as Line, Sheet, Table, Window } from "./parts";
import { TableHead } from "./TableHead";
import { TableRow } from "./TableRow";
import { SelectionBar, TableToolbar } from "./TableToolbar";
import { useSelection, type Selection } from "./useSelection";
import { useTableView } from "./useTableView";

export type { Column, Sort } from "./columns";
export type { Selection } from "./useSelection";

export interface DataTableProps<Row> {
  /** What the rows are: “Tenants”. */
  label: string;
  /** One array for all renders, or of a `useMemo`: rows are drawn anew when it is another one. */
  columns: readonly Column<Row>[];
  /** Of the present page; undefined until the first has come. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  /** Names the row to screen readers: “Actions for Acme”. */
  rowName: (row: Row) => string;
  /** Where the row leads: its name is the link, and a press anywhere on the row follows it. */
  rowHref?: (row: Row) => string | undefined;
  /** What can be done with a row, asked for when its menu is opened. */
  rowActions?: (row: Row) => readonly MenuEntry[];
  /** Rows that count less, such as deleted ones. */
  rowMuted?: (row: Row) => boolean;
  /** The order the platform answers in. */
  sort?: Sort | undefined;
  onSortChange?: (sort: Sort) => void;
  /** Lets rows be selected. */
  selection?: Selection<Row>;
  /** Buttons for what can be done with the selected rows. */
  bulkActions?: (ids: readonly string[]) => ReactNode;
  /** Rows are on their way; those of before stay meanwhile. */
  isLoading?: boolean;
  /** Why the rows could not be loaded; a missing permission is shown as such. */
  failure?: unknown;
  requestId?: string | undefined;
  onRetry?: () => void;
  /** `page` of `useListState`; left out where all there are is one page. */
  page?: PageState;
  nextPageToken?: string | undefined;
  total?: number | bigint | undefined;
  /** In place of rows, when there are none at all. */
  empty?: ReactNode;
  /** Something is being looked for: having no rows is called “nothing found”. */
  filtered?: boolean;
  onClearFilters?: (() => void) | undefined;
  /** Over the table: a `Filters`. */
  filters?: ReactNode;
  /** Writes all rows to a file; see `toCsv`. The button waits for the promise. */
  onExport?: () => unknown;
  /** Keeps the choice of columns, widths and density in this browser under this name. */
  name?: string;
}

const SKELETON_ROWS = 8;

/**
 * Rows from the platform, which sorts, filters and pages them. A grid for the keyboard: see `useGridFocus`; Space
 * selects a row, Enter follows it, Shift with F10 opens its menu. Where there is little room, rows become cards.
 */
export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { label, columns, rows, rowId, rowName, sort, onSortChange, page, failure, onRetry, onExport } = props;
  const { isLoading = false, filtered = false } = props;
  const { t } = useTranslation("design");
  const view = useTableView(columns, props.name);
  const selection = useSelection(rows, rowId, props.selection);
  const rowHeader = rowHeaderOf(columns);
  const { ref: gridRef, onKeyDown: onArrowKey } = useGridFocus<HTMLTableElement>();
  const menu = useRowMenu(rows, rowId, rowName, props.rowActions);
  const waiting = rows === undefined && failure === undefined;
  const none = rows?.length === 0;
  const width = (column: Column<Row>): number | undefined => view.widths[column.id] ?? column.width;
  const least = view.columns.reduce((sum, column) => sum + (width(column) ?? FREE_WIDTH), 0);
  const edges = (selection === undefined ? 0 : 40) + (menu.exists ? 48 : 0);
  const { ref: placeRef, isTooWide } = useTooWide(least + edges);
  const top = usePageTop(page?.number);
  // A column that takes what room there is must exist; the last one does when all were dragged.
  const free = view.columns.some((column) => width(column) === undefined) ? undefined : view.columns.at(-1)?.id;

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>): void => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>("[data-row]");
    const id = row?.dataset["row"];
    if (row !== null && id !== undefined && gridRef.current?.contains(target) === true) {
      const bare = target.matches("td");
      if (event.key === " " && (bare || event.shiftKey) && selection !== undefined) {
        event.preventDefault();
        selection.toggle(id, false);
      } else if (event.key === "Enter" && bare) {
        row.querySelector<HTMLElement>("[data-row-link]")?.click();
      } else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
        const button = row.querySelector<HTMLElement>("[data-row-menu]");
        if (button !== null) {
          event.preventDefault();
          menu.open(id, button, "first");
        }
      }
    }
    onArrowKey(event);
  };

  return (
    <Container ref={placeRef}>
      <TableToolbar columns={columns} view={view} sort={sort} onSort={onSortChange} onExport={onExport}>
        {props.filters}
      </TableToolbar>
      <Sheet ref={top}>
        {isLoading && rows !== undefined && <Running />}
        <VisuallyHidden role="status">{isLoading || waiting ? t("table.loading", { label }) : ""}</VisuallyHidden>
        {failure !== undefined && (
          <Failed $alone={rows === undefined}>
            <ErrorState
              failure={failure}
              requestId={props.requestId}
              {...(onRetry === undefined ? {} : { onRetry })}
              isRetrying={isLoading}
            />
          </Failed>
        )}
        {none && failure === undefined && (filtered ? <NothingFound onClear={props.onClearFilters} /> : props.empty)}
        {(waiting || (rows !== undefined && rows.length > 0)) && (
          <Window $scrolls={isTooWide}>
            <Table
              ref={gridRef}
              role="grid"
              aria-label={label}
              aria-busy={isLoading || waiting}
              {...(selection === undefined ? {} : { "aria-multiselectable": true })}
              style={isTooWide ? { minInlineSize: least + edges } : {}}
              onKeyDown={onKeyDown}
              onClick={(event) => onRowPress(event, (id, button) => menu.open(id, button, "any"))}
              onChange={(event) => {
                const box = event.target as HTMLElement;
                const id = box.closest<HTMLElement>("[data-row]")?.dataset["row"];
                const pressed = event.nativeEvent as MouseEvent;
                if (id !== undefined && box.matches("td > label > input")) selection?.toggle(id, pressed.shiftKey);
              }}
            >
              <colgroup>
                {selection !== undefined && <col style={{ inlineSize: 40 }} />}
                {view.columns.map((column) => (
                  <col key={column.id} style={column.id === free ? {} : { inlineSize: width(column) }} />
                ))}
                {menu.exists && <col style={{ inlineSize: 48 }} />}
              </colgroup>
              <TableHead
                t={t}
                columns={view.columns}
                widths={view.widths}
                sort={sort}
                onSort={onSortChange}
                onResize={view.resize}
                top={isTooWide ? "0" : "var(--sticky-top, 0px)"}
                select={
                  selection === undefined
                    ? undefined
                    : { all: selection.all, some: selection.some, onChange: selection.toggleAll }
                }
                hasMenu={menu.exists}
              />
              <tbody>
                {rows === undefined ? (
                  <SkeletonRows columns={view.columns} edges={[selection !== undefined, menu.exists]} />
                ) : (
                  rows.map((row) => {
                    const id = rowId(row);
                    return (
                      <TableRow
                        key={id}
                        t={t}
                        row={row}
                        id={id}
                        name={rowName(row)}
                        columns={view.columns}
                        rowHeader={rowHeader}
                        density={view.density}
                        href={props.rowHref?.(row)}
                        muted={props.rowMuted?.(row) ?? false}
                        selected={selection?.isSelected(id)}
                        unselectable={props.selection?.disabledReason?.(row)}
                        hasMenu={menu.exists}
                      />
                    );
                  })
                )}
              </tbody>
            </Table>
          </Window>
        )}
        {page !== undefined && (rows !== undefined ? rows.length > 0 || page.hasPrevious : waiting) && (
          <Foot>
            <Pagination page={page} nextPageToken={props.nextPageToken} total={props.total} isLoading={isLoading} />
          </Foot>
        )}
      </Sheet>
      {selection !== undefined && selection.selected.length > 0 && (
        <SelectionBar count={selection.selected.length} onClear={selection.clear}>
          {props.bulkActions?.(selection.selected)}
        </SelectionBar>
      )}
      {menu.popup}
    </Container>
  );
}

/** The menu of one row at a time: hundreds of closed ones would slow the table down. */
function useRowMenu<Row>(
  rows: readonly Row[] | undefined,
  rowId: (row: Row) => string,
  rowName: (row: Row) => string,
  actionsOf: ((row: Row) => readonly MenuEntry[]) | undefined,
): { exists: boolean; open: (id: string, button: HTMLElement, start: "first" | "any") => void; popup: ReactNode } {
  const { t } = useTranslation("design");
  const [opened, setOpened] = useState<{ id: string; start: "first" | "any" }>();
  const button = useRef<HTMLElement>(null);
  const row = opened && rows?.find((one) => rowId(one) === opened.id);
  const close = (): void => {
    button.current?.setAttribute("aria-expanded", "false");
    setOpened(undefined);
  };
  return {
    exists: actionsOf !== undefined,
    open: (id, pressed, start) => {
      button.current = pressed;
      pressed.setAttribute("aria-expanded", "true");
      setOpened({ id, start });
    },
    popup: opened !== undefined && row !== undefined && actionsOf !== undefined && (
      <MenuPopup
        triggerRef={button}
        label={t("table.actionsFor", { name: rowName(row) })}
        entries={actionsOf(row)}
        start={opened.start}
        placement="bottom end"
        onClose={close}
      />
    ),
  };
}

/** A press on a row: its menu, or its link as if it had been pressed itself. */
function onRowPress(event: ReactMouseEvent, openMenu: (id: string, button: HTMLElement) => void): void {
  const target = event.target as HTMLElement;
  const row = target.closest<HTMLElement>("[data-row]");
  const button = target.closest<HTMLElement>("[data-row-menu]");
  if (row === null) return;
  if (button !== null) return openMenu(row.dataset["row"] ?? "", button);
  if (target.closest("a, button, input, label, select, textarea, [role='button']") !== null) return;
  // Whoever marks a text wants to copy it.
  if (getSelection()?.isCollapsed === false) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  row
    .querySelector("[data-row-link]")
    ?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}

/** Whether the columns need more than there is, though there is enough for a table. */
function useTooWide(least: number): { ref: RefObject<HTMLDivElement | null>; isTooWide: boolean } {
  const ref = useRef<HTMLDivElement>(null);
  const [isTooWide, setTooWide] = useState(false);
  useEffect(() => {
    const place = ref.current;
    if (place === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const there = entry?.contentRect.width ?? 0;
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      setTooWide(there > 40 * rem && there < least);
    });
    observer.observe(place);
    return () => observer.disconnect();
  }, [least]);
  return { ref, isTooWide };
}

/** Another page begins at its first row, not where the last one was left. */
function usePageTop(number: number | undefined): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  const before = useRef(number);
  useEffect(() => {
    if (before.current === number) return;
    before.current = number;
    const above = ref.current?.getBoundingClientRect().top ?? 0;
    if (above < 0) ref.current?.scrollIntoView({ block: "start" });
  }, [number]);
  return ref;
}

function NothingFound({ onClear }: { onClear: (() => void) | undefined }): ReactNode {
  const { t } = useTranslation("design");
  return (
    <EmptyState
      icon={<Search size={20} />}
      title={t("table.nothingFound")}
      actions={onClear !== undefined && <Button onPress={onClear}>{t("table.clearFilters")}</Button>}
    >
      {t("table.tryOther")}
    </EmptyState>
  );
}

interface SkeletonRowsProps<Row> {
  columns: readonly Column<Row>[];
  edges: [start: boolean, end: boolean];
}

function SkeletonRows<Row>({ columns, edges: [start, end] }: SkeletonRowsProps<Row>): ReactNode {
  const id = useId();
  return Array.from({ length: SKELETON_ROWS }, (_, at) => (
    <Line key={`${id}${String(at)}`} role="row" $density="normal" $muted={false} $linked={false}>
      {start && <EdgeCell role="gridcell" $at="start" />}
      {columns.map((column, place) => (
        <Cell key={column.id} role="gridcell" data-label={column.header} $end={column.align === "end"}>
          <Skeleton $width={`${String(45 + ((at * 7 + place * 13) % 5) * 10)}%`} />
        </Cell>
      ))}
      {end && <EdgeCell role="gridcell" $at="end" />}
    </Line>
  ));
}

const run = keyframes`
  from { translate: -100% 0; }
  to { translate: 400% 0; }
`;

/** That the next rows are on their way. */
const Running = styled.div`
  position: absolute;
  inset-block-start: 0;
  inset-inline: 0;
  z-index: calc(${theme.layer.sticky} + 1);
  block-size: 2px;
  overflow: clip;
  border-radius: ${theme.radius.full};
  &::after {
    content: "";
    display: block;
    inline-size: 25%;
    block-size: 100%;
    background: ${theme.color.accent};
    animation: ${run} 1.2s ${theme.motion.ease} 150ms infinite backwards;
  }
`;

const Failed = styled.div<{ $alone: boolean }>`
  border-block-end: ${({ $alone }) => ($alone ? "0" : `1px solid ${theme.color.border}`)};
`;

const Foot = styled.div`
  padding: ${theme.space[2]} ${theme.space[3]};
  border-block-start: 1px solid ${theme.color.border};
`;
