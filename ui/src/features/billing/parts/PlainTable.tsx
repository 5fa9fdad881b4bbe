import { Fragment, type ReactNode } from "react";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { VisuallyHidden } from "@/design/typography/typography";

export interface PlainColumn<Row> {
  id: string;
  header: string;
  /** The header is for screen readers only, such as over buttons. */
  headerHidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** Default: `start`; `end` for numbers. */
  align?: "start" | "end";
  /** Never broken into lines, such as a day. */
  nowrap?: boolean;
}

interface PlainTableProps<Row> {
  /** What the rows are. */
  label: string;
  /** The first one names the row. */
  columns: readonly PlainColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Below a row, over its whole width. */
  detail?: (row: Row) => ReactNode;
}

/** A few rows that belong to the page: all of them are there. Where there is little room, rows become blocks. */
export function PlainTable<Row>({ label, columns, rows, rowId, detail }: PlainTableProps<Row>): ReactNode {
  const [first, ...rest] = columns;
  if (first === undefined) return null;
  return (
    <Frame>
      <Table role="table" aria-label={label}>
        <Rows as="thead">
          <Line $open={false}>
            {columns.map((column) => (
              <Head key={column.id} scope="col" $end={column.align === "end"}>
                {column.headerHidden === true ? <VisuallyHidden>{column.header}</VisuallyHidden> : column.header}
              </Head>
            ))}
          </Line>
        </Rows>
        <Rows>
          {rows.map((row) => {
            const below = detail?.(row);
            const has = below !== undefined && below !== null && below !== false;
            return (
              <Fragment key={rowId(row)}>
                <Line $open={has}>
                  <Name scope="row" $end={first.align === "end"}>
                    {first.cell(row)}
                  </Name>
                  {rest.map((column) => (
                    <Cell key={column.id} $end={column.align === "end"} $nowrap={column.nowrap === true}>
                      {column.headerHidden !== true && <Label aria-hidden>{column.header}</Label>}
                      <div>{column.cell(row)}</div>
                    </Cell>
                  ))}
                </Line>
                {has && (
                  <Line $open={false}>
                    <Below colSpan={columns.length}>{below}</Below>
                  </Line>
                )}
              </Fragment>
            );
          })}
        </Rows>
      </Table>
    </Frame>
  );
}

const Frame = styled.div`
  container-type: inline-size;
  min-inline-size: 0;
`;

/* Where rows are blocks, browsers would take the table's roles away: they are said once more. */
const Rows = styled.tbody.attrs({ role: "rowgroup" })``;

const Table = styled.table`
  inline-size: 100%;
  border-collapse: collapse;
  @container (max-width: 34rem) {
    display: block;
    thead {
      position: absolute;
      clip-path: inset(50%);
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
    }
    tbody,
    tr {
      display: block;
    }
  }
`;

const Head = styled.th.attrs({ role: "columnheader" })<{ $end: boolean }>`
  padding: ${theme.space[2]} ${theme.space[3]} ${theme.space[2]} 0;
  border-block-end: 1px solid ${theme.color.border};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
  text-align: ${({ $end }) => ($end ? "end" : "start")};
  white-space: nowrap;
  &:last-child {
    padding-inline-end: 0;
  }
`;

const Label = styled.span`
  display: none;
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;

const Cell = styled.td.attrs({ role: "cell" })<{ $end: boolean; $nowrap: boolean }>`
  padding: ${theme.space[2]} ${theme.space[3]} ${theme.space[2]} 0;
  vertical-align: top;
  text-align: ${({ $end }) => ($end ? "end" : "start")};
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
  white-space: ${({ $nowrap }) => ($nowrap ? "nowrap" : "normal")};
  &:last-child {
    padding-inline-end: 0;
  }
  @container (max-width: 34rem) {
    display: flex;
    justify-content: space-between;
    gap: ${theme.space[4]};
    padding: ${theme.space.hair} 0;
    text-align: start;
    &:has(> div:empty, > div > bdi:only-child:empty) {
      display: none;
    }
    & > ${Label} {
      display: inline;
      flex: none;
    }
    & > div {
      text-align: end;
      min-inline-size: 0;
    }
  }
`;

const Name = styled.th.attrs({ role: "rowheader" })<{ $end: boolean }>`
  padding: ${theme.space[2]} ${theme.space[3]} ${theme.space[2]} 0;
  vertical-align: top;
  text-align: ${({ $end }) => ($end ? "end" : "start")};
  font-weight: ${theme.text.weight.medium};
  overflow-wrap: anywhere;
  @container (max-width: 34rem) {
    display: block;
    padding: 0 0 ${theme.space.hair};
    text-align: start;
  }
`;

const Below = styled.td.attrs({ role: "cell" })`
  padding: 0 0 ${theme.space[3]};
  @container (max-width: 34rem) {
    display: block;
    padding: ${theme.space[2]} 0 0;
  }
`;

const Line = styled.tr.attrs({ role: "row" })<{ $open: boolean }>`
  border-block-end: ${({ $open }) => ($open ? "0" : `1px solid ${theme.color.border}`)};
  &:last-child {
    border-block-end: 0;
  }
  @container (max-width: 34rem) {
    padding-block: ${theme.space[3]};
  }
`;
