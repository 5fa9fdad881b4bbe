import { useEffect, useRef, type KeyboardEvent, type RefObject } from "react";

const CONTROLS = "a[href], button, input, select, textarea, [role='separator'], [tabindex]:not(td):not(th)";
const ROW = "[role='row']";
const CELL = "[role='gridcell'], [role='rowheader'], [role='columnheader']";
const PAGE_ROWS = 10;

interface GridFocus<E extends HTMLElement> {
  ref: RefObject<E | null>;
  onKeyDown: (event: KeyboardEvent<E>) => void;
}

/**
 * The keyboard in a grid (https://www.w3.org/WAI/ARIA/apg/patterns/grid/): one stop of the Tab key for all of it, then
 * arrow keys from cell to cell, Home and End in the row, with Ctrl in the grid, Page Up and Down by ten rows. In a cell
 * its controls are where the keyboard stops; the cell itself where it has none.
 *
 * Works on the document, not on React's state: moving must not draw hundreds of rows anew.
 */
export function useGridFocus<E extends HTMLElement>(): GridFocus<E> {
  const ref = useRef<E>(null);
  useEffect(() => {
    const grid = ref.current;
    if (grid === null) return undefined;
    let current: HTMLElement | undefined;
    /** Makes it the grid's only stop of the Tab key. */
    const stopAt = (stop: HTMLElement | undefined): void => {
      if (current !== undefined && current !== stop) current.tabIndex = -1;
      if (stop !== undefined && stop.tabIndex !== 0) stop.tabIndex = 0;
      current = stop;
    };
    const arrange = (): void => {
      const stops = stopsOf(grid);
      for (const one of stops) if (one !== current && one.tabIndex !== -1) one.tabIndex = -1;
      if (current === undefined || !stops.includes(current))
        stopAt(stops.find((one) => one.closest("tbody") !== null) ?? stops[0]);
    };
    const onFocus = (event: FocusEvent): void => {
      const stop = (event.target as Element).closest<HTMLElement>(`${CONTROLS}, ${CELL}`);
      if (stop !== null && grid.contains(stop)) stopAt(stop);
    };
    arrange();
    const observer = new MutationObserver(arrange);
    observer.observe(grid, { childList: true, subtree: true });
    grid.addEventListener("focusin", onFocus);
    return () => {
      observer.disconnect();
      grid.removeEventListener("focusin", onFocus);
    };
  }, []);
  return { ref, onKeyDown: move };
}

/** Where the keyboard can be in an element: the controls of its cells, and the cells that have none. */
function stopsOf(element: HTMLElement): HTMLElement[] {
  const stops: HTMLElement[] = [];
  let bare: HTMLElement | undefined;
  for (const one of element.querySelectorAll<HTMLElement>(`${CELL}, ${CONTROLS}`)) {
    if (one.matches(CELL)) {
      if (bare !== undefined) stops.push(bare);
      bare = one;
    } else if (isReachable(one)) {
      bare = undefined;
      stops.push(one);
    }
  }
  return bare === undefined ? stops : [...stops, bare];
}

function stopsOfCell(cell: HTMLElement): HTMLElement[] {
  const controls = [...cell.querySelectorAll<HTMLElement>(CONTROLS)].filter(isReachable);
  return controls.length > 0 ? controls : [cell];
}

function isReachable(control: HTMLElement): boolean {
  return !control.hasAttribute("disabled") && !control.hidden;
}

function move(event: KeyboardEvent<HTMLElement>): void {
  const grid = event.currentTarget;
  const from = event.target as HTMLElement;
  // Popups are drawn elsewhere, but their events come by here.
  if (!grid.contains(from) || event.defaultPrevented || event.altKey || writes(from)) return;
  const to = target(event, grid, from);
  if (to === undefined) return;
  event.preventDefault();
  to.focus();
  to.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function writes(element: HTMLElement): boolean {
  return element.matches("textarea, select, input:not([type='checkbox']):not([type='radio'])");
}

function target(event: KeyboardEvent, grid: HTMLElement, from: HTMLElement): HTMLElement | undefined {
  const cell = from.closest<HTMLElement>(CELL);
  const row = cell?.closest<HTMLElement>(ROW);
  if (cell === null || cell === undefined || row === null || row === undefined) return undefined;
  // Only the head may be hidden.
  const rows = [...grid.querySelectorAll<HTMLElement>(ROW)].filter((one, at) => at > 0 || isShown(one.parentElement));
  const forwards = getComputedStyle(grid).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const all = event.ctrlKey || event.metaKey;
  const along = (step: number): HTMLElement | undefined => {
    const stops = stopsOf(row).filter((one) => isShown(one.closest(CELL)));
    return stops[stops.indexOf(from) + step];
  };
  const down = (step: number): HTMLElement | undefined => {
    const at = rows.indexOf(row) + step;
    const other = rows[step === 1 || step === -1 ? at : Math.min(Math.max(at, 0), rows.length - 1)];
    const cells = cellsOf(other);
    const same = cells[cellsOf(row).indexOf(cell)] ?? cells.at(-1);
    if (same !== undefined && !isShown(same)) return edge(other, 0);
    const stops = same === undefined ? [] : stopsOfCell(same);
    return stops[Math.max(0, stopsOfCell(cell).indexOf(from))] ?? stops[0];
  };
  const edge = (of: HTMLElement | undefined, at: 0 | -1): HTMLElement | undefined =>
    of === undefined ? undefined : stopsOf(of).at(at);
  switch (event.key) {
    case "ArrowRight":
    case "ArrowLeft":
      return all ? undefined : along(event.key === forwards ? 1 : -1);
    case "ArrowDown":
      return down(all ? rows.length : 1);
    case "ArrowUp":
      return down(all ? -rows.length : -1);
    case "PageDown":
      return down(PAGE_ROWS);
    case "PageUp":
      return down(-PAGE_ROWS);
    case "Home":
      return edge(all ? rows[0] : row, 0);
    case "End":
      return edge(all ? rows.at(-1) : row, -1);
    default:
      return undefined;
  }
}

function isShown(element: Element | null): boolean {
  return element !== null && getComputedStyle(element).display !== "none";
}

function cellsOf(row: HTMLElement | undefined): HTMLElement[] {
  return row === undefined ? [] : [...row.querySelectorAll<HTMLElement>(CELL)];
}
