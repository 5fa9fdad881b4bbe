import type { ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "../theme";

interface ChartTableProps {
  /** What the table is about. */
  label: string;
  /** The heading of every column; the first is what the rows are named after. */
  columns: readonly string[];
  rows: readonly { id: string; name: string; cells: readonly string[] }[];
  /** At most so high, in px; what is more is scrolled. */
  height: number;
}

/** The numbers of a chart, for those who read rather than look. */
export function ChartTable({ label, columns, rows, height }: ChartTableProps): ReactNode {
  return (
    // What is scrolled must be in reach of the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <Scroll role="region" aria-label={label} tabIndex={0} style={{ maxBlockSize: `${String(height)}px` }}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" dir="auto">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, cells }) => (
            <tr key={id}>
              <th scope="row" dir="auto">
                {name}
              </th>
              {cells.map((cell, at) => (
                // oxlint-disable-next-line react/no-array-index-key -- one for each column
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const Scroll = styled.div`
  overflow: auto;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  &:focus-visible {
    outline-offset: -2px;
  }
  & > table {
    inline-size: 100%;
    border-collapse: separate;
    border-spacing: 0;
    font-size: ${theme.text.size.small};
  }
  & th,
  & td {
    padding: ${theme.space[1]} ${theme.space[3]};
    text-align: end;
    white-space: nowrap;
  }
  & thead th {
    position: sticky;
    inset-block-start: 0;
    background: ${theme.color.sunken};
    color: ${theme.color.muted};
    font-weight: ${theme.text.weight.medium};
  }
  & tbody th {
    font-weight: ${theme.text.weight.regular};
  }
  & th:first-child {
    text-align: start;
  }
  & tbody tr:not(:first-child) > * {
    border-block-start: 1px solid ${theme.color.border};
  }
`;
