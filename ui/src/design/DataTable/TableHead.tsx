import type { TFunction } from "i18next";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";
import { FREE_WIDTH, LEAST_WIDTH, MOST_WIDTH, type Column, type Sort } from "./columns";
import { Box, BoxTarget, Head, HeadCell, HeadRow } from "./parts";

interface TableHeadProps<Row> {
  t: TFunction<"design">;
  columns: readonly Column<Row>[];
  widths: Readonly<Record<string, number>>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
  onResize: (id: string, width: number | undefined) => void;
  /** Whether the head stays in view below what else does, or at the top of the table's own window. */
  top: string;
  select: { all: boolean; some: boolean; onChange: (all: boolean) => void } | undefined;
  hasMenu: boolean;
}

/** The columns' names: pressed to sort, their edges dragged to be wider. */
export function TableHead<Row>({
  t,
  columns,
  widths,
  sort,
  onSort,
  onResize,
  top,
  select,
  hasMenu,
}: TableHeadProps<Row>): ReactNode {
  return (
    <Head>
      <HeadRow role="row">
        {select !== undefined && (
          <HeadCell role="columnheader" data-select $end={false} $top={top}>
            <AllBox t={t} {...select} />
          </HeadCell>
        )}
        {columns.map((column) => {
          const { id, header, align, sortable = false } = column;
          const sorted = sort?.column === id ? sort : undefined;
          const end = align === "end";
          return (
            <HeadCell
              key={id}
              role="columnheader"
              $end={end}
              $top={top}
              {...(sortable ? { "aria-sort": orderOf(sorted) } : {})}
            >
              {sortable && onSort !== undefined ? (
                <SortButton
                  type="button"
                  $end={end}
                  $sorted={sorted !== undefined}
                  onClick={() => onSort({ column: id, descending: sorted?.descending === false })}
                >
                  <Name>{header}</Name>
                  <SortIcon sort={sorted} />
                </SortButton>
              ) : (
                <Name>{header}</Name>
              )}
              <Edge
                t={t}
                header={header}
                width={widths[id] ?? column.width}
                onResize={(width) => onResize(id, width)}
              />
            </HeadCell>
          );
        })}
        {hasMenu && (
          <HeadCell role="columnheader" $end={false} $top={top}>
            <VisuallyHidden>{t("table.actions")}</VisuallyHidden>
          </HeadCell>
        )}
      </HeadRow>
    </Head>
  );
}

function orderOf(sort: Sort | undefined): "none" | "ascending" | "descending" {
  if (sort === undefined) return "none";
  return sort.descending ? "descending" : "ascending";
}

function SortIcon({ sort }: { sort: Sort | undefined }): ReactNode {
  const Icon = sort === undefined ? ChevronsUpDown : sort.descending ? ArrowDown : ArrowUp;
  return <Icon size={12} aria-hidden />;
}

interface AllBoxProps {
  t: TFunction<"design">;
  all: boolean;
  some: boolean;
  onChange: (all: boolean) => void;
}

function AllBox({ t, all, some, onChange }: AllBoxProps): ReactNode {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // HTML has no attribute for it.
    if (ref.current !== null) ref.current.indeterminate = some && !all;
  }, [some, all]);
  return (
    <AllTarget>
      <Box
        ref={ref}
        checked={all}
        onChange={(event) => onChange(event.target.checked)}
        aria-label={t("table.selectPage")}
      />
      <AllWords aria-hidden>{t("table.selectPage")}</AllWords>
    </AllTarget>
  );
}

interface EdgeProps {
  t: TFunction<"design">;
  header: string;
  width: number | undefined;
  onResize: (width: number | undefined) => void;
}

const STEP = 16;

/** The end edge of a column. Dragging or the arrow keys make it wider; a double press gives it back its first width. */
function Edge({ t, header, width, onResize }: EdgeProps): ReactNode {
  const start = useRef<{ x: number; width: number }>(undefined);
  const present = (edge: HTMLElement): number => edge.parentElement?.getBoundingClientRect().width ?? FREE_WIDTH;
  const outwards = (edge: HTMLElement): number => (getComputedStyle(edge).direction === "rtl" ? -1 : 1);
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width: present(event.currentTarget) };
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    if (start.current === undefined) return;
    onResize(start.current.width + (event.clientX - start.current.x) * outwards(event.currentTarget));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    // With Shift the arrows go on to the next column.
    if (!event.shiftKey) {
      event.preventDefault();
      const step = (event.key === "ArrowRight" ? STEP : -STEP) * outwards(event.currentTarget);
      onResize(present(event.currentTarget) + step);
    }
  };
  return (
    <Handle
      role="separator"
      tabIndex={-1}
      aria-orientation="vertical"
      aria-label={t("table.width", { column: header })}
      aria-valuenow={width ?? FREE_WIDTH}
      aria-valuemin={LEAST_WIDTH}
      aria-valuemax={MOST_WIDTH}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => (start.current = undefined)}
      onPointerCancel={() => (start.current = undefined)}
      onDoubleClick={() => onResize(undefined)}
      onKeyDown={onKeyDown}
    />
  );
}

const Name = styled.span`
  overflow: hidden;
  text-overflow: ellipsis;
`;

const SortButton = styled.button<{ $end: boolean; $sorted: boolean }>`
  display: inline-flex;
  flex-direction: ${({ $end }) => ($end ? "row-reverse" : "row")};
  align-items: center;
  gap: ${theme.space[1]};
  max-inline-size: 100%;
  min-block-size: 1.5rem;
  padding: 0;
  border: 0;
  border-radius: ${theme.radius.small};
  background: none;
  color: ${({ $sorted }) => ($sorted ? theme.color.text : "inherit")};
  font-weight: inherit;
  &:hover {
    color: ${theme.color.text};
  }
  & > svg {
    opacity: ${({ $sorted }) => ($sorted ? 1 : 0.55)};
  }
`;

const Handle = styled.span`
  position: absolute;
  inset-block: 0;
  inset-inline-end: 0;
  z-index: 1;
  inline-size: 0.75rem;
  cursor: col-resize;
  touch-action: none;
  &::after {
    content: "";
    position: absolute;
    inset-block: 25%;
    inset-inline-end: 0;
    border-inline-end: 1px solid ${theme.color.border};
  }
  &:hover::after,
  &:active::after {
    inset-block: 0;
    border-color: ${theme.color.accent};
  }
  &:focus-visible {
    outline-offset: -2px;
  }
`;

const AllTarget = styled(BoxTarget)`
  grid-auto-flow: column;
  gap: ${theme.space[2]};
`;

const AllWords = styled.span`
  display: none;
  @container (max-width: 40rem) {
    display: inline;
  }
`;
