import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { useGridFocus } from "../grid/useGridFocus";
import { theme } from "../theme";
import { VisuallyHidden } from "../typography/typography";
import { labelStep, paintOf, type ChartColor, type Point } from "./series";
import { useWidth } from "./useWidth";

export interface HeatRow {
  id: string;
  label: string;
  /** One for each column, at least 0; undefined where nothing is known. */
  values: readonly (number | undefined)[];
}

interface HeatMapProps {
  /** What the chart is about. */
  label: string;
  /** What the rows are: “Permission”. */
  rowsLabel: string;
  /** At most about 60 can be told apart. */
  columns: readonly Point[];
  rows: readonly HeatRow[];
  /** A value in words, for its cell. Default: a number of the locale. */
  format?: (value: number) => string;
  /** More about a cell, such as how many of its calls were refused. */
  detail?: (row: HeatRow, column: number) => string | undefined;
  /** Default: 1. */
  color?: ChartColor;
}

/** Room for the rows' names, and the least for a cell with its gap, in px. */
const [NAMES, LEAST_CELL] = [180, 16];

/** Opacities of the five steps, and of nothing. */
const STEPS = [0, 0.18, 0.36, 0.55, 0.76, 1] as const;

/**
 * How much there is where a row and a column meet. It is a table: each cell has its number, the arrow keys go from cell
 * to cell, and below stands in words what the pointer or the keyboard is at. Steps are of the square root, so that one
 * large value does not make all others look like nothing.
 */
export function HeatMap({ label, rowsLabel, columns, rows, format, detail, color = 1 }: HeatMapProps): ReactNode {
  const { t } = useTranslation("design");
  const formats = useFormat();
  const write = format ?? formats.number;
  const grid = useGridFocus<HTMLTableElement>();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [at, look] = useState<{ row: string; column: number }>();
  const most = Math.max(...rows.flatMap(({ values }) => values.map((value) => value ?? 0)), 0);
  const row = rows.find(({ id }) => id === at?.row);
  const column = at === undefined ? undefined : columns[at.column];
  const step = labelStep(columns.length, Math.max(width - NAMES, columns.length * LEAST_CELL), 60);
  const paint = paintOf(color);
  const said = (value: number | undefined): string => (value === undefined ? "–" : write(value));
  return (
    <Figure aria-label={label} ref={ref}>
      <Scroll>
        <Table role="grid" aria-label={label} {...grid} onPointerLeave={() => look(undefined)}>
          <thead>
            <Line>
              <ColumnHead>
                <VisuallyHidden>{rowsLabel}</VisuallyHidden>
              </ColumnHead>
              {columns.map(({ id, label: name, short = name }, index) => (
                <ColumnHead key={id}>
                  <VisuallyHidden>{name}</VisuallyHidden>
                  {index % step === 0 && <span aria-hidden>{short}</span>}
                </ColumnHead>
              ))}
            </Line>
          </thead>
          <tbody>
            {rows.map(({ id, label: name, values }) => (
              <Line key={id}>
                <RowHead title={name} dir="auto">
                  {name}
                </RowHead>
                {columns.map(({ id: day }, index) => {
                  const value = values[index];
                  const here = (): void => look({ row: id, column: index });
                  return (
                    <Field key={day} tabIndex={-1} onPointerEnter={here} onFocus={here}>
                      <Cell style={{ background: paint, opacity: STEPS[levelOf(value, most)] }} />
                      <VisuallyHidden>{said(value)}</VisuallyHidden>
                    </Field>
                  );
                })}
              </Line>
            ))}
          </tbody>
        </Table>
      </Scroll>
      <Foot>
        <Words aria-hidden>
          {row === undefined || column === undefined || at === undefined ? (
            t("chart.heatHint")
          ) : (
            <>
              <b dir="auto">{row.label}</b>
              {["", column.label, said(row.values[at.column]), detail?.(row, at.column)]
                .filter((one) => one !== undefined)
                .join(" · ")}
            </>
          )}
        </Words>
        <Key>
          {t("chart.less")}
          {STEPS.map((opacity) => (
            <KeyCell key={opacity}>
              <Cell style={{ background: paint, opacity }} />
            </KeyCell>
          ))}
          {t("chart.more")}
        </Key>
      </Foot>
    </Figure>
  );
}

/** From 0 for nothing to 5 for the most. */
export function levelOf(value: number | undefined, most: number): 0 | 1 | 2 | 3 | 4 | 5 {
  if (value === undefined || value <= 0 || most <= 0) return 0;
  return Math.min(5, Math.max(1, Math.ceil(5 * Math.sqrt(value / most)))) as 1 | 2 | 3 | 4 | 5;
}

const Figure = styled.figure`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[3]};
`;

const Scroll = styled.div`
  overflow-x: auto;
`;

const Table = styled.table`
  inline-size: 100%;
  border-collapse: separate;
  border-spacing: 2px;
`;

// Written out: `useGridFocus` finds its way by roles.
const Line = styled.tr.attrs({ role: "row" })``;

const ColumnHead = styled.th.attrs({ role: "columnheader", scope: "col" })`
  position: relative;
  block-size: 1.125rem;
  padding: 0;
  color: ${theme.color.faint};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.regular};
  & > [aria-hidden] {
    position: absolute;
    inset-block-start: 0;
    inset-inline-start: 0;
    white-space: nowrap;
  }
  /* The last names would reach over the edge. */
  &:nth-last-child(-n + 2) > [aria-hidden] {
    inset-inline: auto 0;
  }
`;

const RowHead = styled.th.attrs({ role: "rowheader", scope: "row" })`
  position: sticky;
  inset-inline-start: 0;
  z-index: 1;
  inline-size: 11rem;
  min-inline-size: 8rem;
  max-inline-size: 11rem;
  padding: 0;
  padding-inline-end: ${theme.space[2]};
  overflow: hidden;
  background: ${theme.color.surface};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.regular};
  text-align: start;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

const Field = styled.td.attrs({ role: "gridcell" })`
  position: relative;
  min-inline-size: 0.875rem;
  block-size: 1.25rem;
  padding: 0;
  border-radius: 3px;
  background: ${theme.color.active};
  &:hover,
  &:focus {
    outline: 2px solid ${theme.color.text};
    outline-offset: 0;
  }
  &:focus-visible {
    outline-color: ${theme.color.focus};
  }
`;

const Cell = styled.span`
  position: absolute;
  inset: 0;
  border-radius: inherit;
  @media (forced-colors: active) {
    forced-color-adjust: none;
  }
`;

const Foot = styled.div`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[2]} ${theme.space[4]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
`;

const Words = styled.p`
  min-inline-size: 0;
  overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums;
  & > b {
    color: ${theme.color.text};
    font-weight: ${theme.text.weight.medium};
  }
`;

const Key = styled.div`
  display: flex;
  align-items: center;
  gap: 3px;
`;

const KeyCell = styled.span`
  position: relative;
  inline-size: 0.875rem;
  block-size: 0.875rem;
  border-radius: 3px;
  background: ${theme.color.active};
`;
