import type { TFunction } from "i18next";
import { Ellipsis } from "lucide-react";
import { memo, type ReactNode } from "react";
import { styled } from "styled-components";

import { Link } from "../Link/Link";
import { theme } from "../theme";
import type { Column, Density } from "./columns";
import { Box, BoxTarget, Cell, EdgeCell, Row as Line } from "./parts";

interface TableRowProps<Row> {
  t: TFunction<"design">;
  row: Row;
  id: string;
  name: string;
  columns: readonly Column<Row>[];
  rowHeader: string | undefined;
  density: Density;
  href: string | undefined;
  muted: boolean;
  /** `undefined` where rows cannot be selected. */
  selected: boolean | undefined;
  /** Why it cannot be selected. */
  unselectable: string | undefined;
  hasMenu: boolean;
}

/** Drawn anew only when something of it has changed; what is done to it, the table hears. */
export const TableRow = memo(DrawnRow) as typeof DrawnRow;

function DrawnRow<Row>({
  t,
  row,
  id,
  name,
  columns,
  rowHeader,
  density,
  href,
  muted,
  selected,
  unselectable,
  hasMenu,
}: TableRowProps<Row>): ReactNode {
  return (
    <Line
      role="row"
      data-row={id}
      {...(selected === undefined ? {} : { "aria-selected": selected, "data-selectable": "" })}
      $density={density}
      $muted={muted}
      $linked={href !== undefined}
    >
      {selected !== undefined && (
        <EdgeCell role="gridcell" $at="start">
          <BoxTarget title={unselectable}>
            <Box
              checked={selected}
              onChange={heardByTheTable}
              disabled={unselectable !== undefined}
              aria-label={t("table.select", { name })}
            />
          </BoxTarget>
        </EdgeCell>
      )}
      {columns.map(({ id: column, header, align, cell }) => {
        const names = column === rowHeader;
        return (
          <Cell key={column} role={names ? "rowheader" : "gridcell"} data-label={header} $end={align === "end"}>
            {names && href !== undefined ? (
              <Link variant="quiet" href={href} data-row-link="">
                {cell(row)}
              </Link>
            ) : (
              <Value>{cell(row)}</Value>
            )}
          </Cell>
        );
      })}
      {hasMenu && (
        <EdgeCell role="gridcell" $at="end">
          <MenuButton type="button" data-row-menu="" aria-haspopup="menu" aria-label={t("table.actionsFor", { name })}>
            <Ellipsis size={16} aria-hidden />
          </MenuButton>
        </EdgeCell>
      )}
    </Line>
  );
}

function heardByTheTable(): void {
  // React wants to be told that somebody does.
}

/** One thing for the card's second column. */
const Value = styled.div`
  min-inline-size: 0;
`;

const MenuButton = styled.button`
  display: inline-grid;
  place-items: center;
  inline-size: 1.75rem;
  block-size: 1.75rem;
  padding: 0;
  border: 0;
  border-radius: ${theme.radius.medium};
  background: none;
  color: ${theme.color.muted};
  &:hover,
  &[aria-expanded="true"] {
    background: ${theme.color.active};
    color: ${theme.color.text};
  }
`;
