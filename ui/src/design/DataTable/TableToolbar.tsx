import { Download, SlidersHorizontal, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { keyframes, styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { Button } from "../Button/Button";
import { IconButton } from "../IconButton/IconButton";
import { Inline } from "../layout/layout";
import type { MenuEntry } from "../Menu/entries";
import { MenuButton } from "../Menu/MenuButton";
import { floating } from "../overlay/overlay";
import { theme } from "../theme";
import { Text } from "../typography/typography";
import { rowHeaderOf, type Column, type Density, type Sort } from "./columns";
import type { TableView } from "./useTableView";

interface TableToolbarProps<Row> {
  /** Search and filters. */
  children: ReactNode;
  columns: readonly Column<Row>[];
  view: TableView<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
  onExport: (() => unknown) | undefined;
}

/** Over the table: what is looked for, and how the table looks. */
export function TableToolbar<Row>({
  children,
  columns,
  view,
  sort,
  onSort,
  onExport,
}: TableToolbarProps<Row>): ReactNode {
  const { t } = useTranslation("design");
  return (
    <Bar>
      <Filters>{children}</Filters>
      <Inline $gap={1} $nowrap>
        {onExport !== undefined && <ExportButton onExport={onExport} />}
        <MenuButton
          label={t("table.view")}
          icon={<SlidersHorizontal size={16} aria-hidden />}
          variant="quiet"
          entries={viewEntries(t, columns, view, sort, onSort)}
        />
      </Inline>
    </Bar>
  );
}

type T = ReturnType<typeof useTranslation<"design">>["t"];

function viewEntries<Row>(
  t: T,
  columns: readonly Column<Row>[],
  view: TableView<Row>,
  sort: Sort | undefined,
  onSort: ((sort: Sort) => void) | undefined,
): MenuEntry[] {
  const stays = rowHeaderOf(columns);
  const sortable = columns.filter((column) => column.sortable === true);
  return [
    {
      id: "columns",
      label: t("table.columns"),
      items: columns.filter((one) => one.id !== stays).map(({ id, header }) => ({ id, label: header })),
      choice: { mode: "many", chosen: view.columns.map((column) => column.id), onChange: view.show },
    },
    ...(onSort === undefined || sortable.length === 0
      ? []
      : [
          {
            id: "sort",
            label: t("table.sort"),
            items: sortable.map(({ id, header }) => ({ id: `sort:${id}`, label: header })),
            choice: {
              mode: "one" as const,
              chosen: sort === undefined ? [] : [`sort:${sort.column}`],
              onChange: ([id = ""]: string[]) =>
                onSort({ column: id.slice("sort:".length), descending: sort?.descending ?? false }),
            },
          },
          {
            id: "order",
            label: t("table.order"),
            items: ["ascending" as const, "descending" as const].map((id) => ({ id, label: t(`table.${id}`) })),
            choice: {
              mode: "one" as const,
              chosen: sort === undefined ? [] : [sort.descending ? "descending" : "ascending"],
              onChange: ([id]: string[]) => sort !== undefined && onSort({ ...sort, descending: id === "descending" }),
            },
          },
        ]),
    {
      id: "density",
      label: t("table.density"),
      items: ["normal" as const, "compact" as const].map((id) => ({ id, label: t(`table.${id}`) })),
      choice: {
        mode: "one",
        chosen: [view.density],
        onChange: ([density]) => view.setDensity(density as Density),
      },
    },
    ...(view.isChanged
      ? [{ id: "reset", items: [{ id: "reset", label: t("table.reset"), onAction: view.reset }] }]
      : []),
  ];
}

function ExportButton({ onExport }: { onExport: () => unknown }): ReactNode {
  const { t } = useTranslation("design");
  const [isRunning, setRunning] = useState(false);
  const run = async (): Promise<void> => {
    setRunning(true);
    try {
      await onExport();
    } finally {
      setRunning(false);
    }
  };
  return (
    <IconButton
      label={t("table.export")}
      icon={<Download size={16} aria-hidden />}
      isPending={isRunning}
      onPress={() => void run()}
    />
  );
}

interface SelectionBarProps {
  count: number;
  onClear: () => void;
  children: ReactNode;
}

/** What can be done with the selected rows. It floats at the end of the view, so that nothing moves when it comes. */
export function SelectionBar({ count, onClear, children }: SelectionBarProps): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  return (
    <Float>
      <Floating role="group" aria-label={t("table.selection")}>
        <Text $size="small" $weight="medium" $numeric role="status">
          {t("table.selected", { number: format.number(count), count })}
        </Text>
        <Inline $gap={1}>{children}</Inline>
        <Button
          size="small"
          variant="quiet"
          aria-label={t("table.clear")}
          icon={<X size={14} aria-hidden />}
          onPress={onClear}
        />
      </Floating>
    </Float>
  );
}

const Bar = styled.div`
  display: flex;
  align-items: start;
  justify-content: space-between;
  gap: ${theme.space[2]};
  padding-block-end: ${theme.space[3]};
`;

const Filters = styled.div`
  flex: 1;
  align-self: center;
  min-inline-size: 0;
`;

const appear = keyframes`from { opacity: 0; translate: 0 8px; }`;

const Float = styled.div`
  position: sticky;
  inset-block-end: ${theme.space[4]};
  z-index: calc(${theme.layer.sticky} + 1);
  display: flex;
  justify-content: center;
  block-size: 0;
`;

const Floating = styled.div`
  ${floating}
  align-self: end;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[2]} ${theme.space[3]};
  max-inline-size: calc(100% - 2 * ${theme.space[2]});
  margin-block-end: ${theme.space[2]};
  padding: ${theme.space[2]} ${theme.space[2]} ${theme.space[2]} ${theme.space[3]};
  animation: ${appear} ${theme.motion.medium} ${theme.motion.ease};
`;
