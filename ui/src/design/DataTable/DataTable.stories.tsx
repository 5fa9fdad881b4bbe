import type { Meta, StoryObj } from "@storybook/react-vite";
import { Ban, Building2, Pencil, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { RouterProvider } from "react-aria-components";
import { expect, fn, screen, waitFor, within } from "storybook/test";

import { Avatar } from "../Avatar/Avatar";
import { StatusBadge } from "../Badge/Badge";
import { Button } from "../Button/Button";
import { FilterChoice, Filters } from "../Filters/Filters";
import { Inline } from "../layout/layout";
import { EmptyState } from "../states/states";
import { toCsv } from "./csv";
import { DataTable, type Column, type DataTableProps, type Sort } from "./DataTable";

interface Tenant {
  id: string;
  name: string;
  slug: string;
  state: "active" | "suspended";
  plan: string;
  people: number;
  health: number;
}

const names = ["Acme Ltd", "Initech", "Umbrella", "Globex Corporation", "שרה לוי ובניו", "<script>alert(1)</script>"];

function tenants(count: number, from = 0): Tenant[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `ten_${from + at}`,
    name: `${names[(from + at) % names.length]} ${from + at}`,
    slug: `tenant-${from + at}`,
    state: at % 5 === 4 ? "suspended" : "active",
    plan: ["Free", "Team", "Enterprise"][at % 3] ?? "Free",
    people: (at * 37) % 400,
    health: (at * 17) % 100,
  }));
}

const columns: Column<Tenant>[] = [
  {
    id: "name",
    header: "Name",
    sortable: true,
    text: (row) => row.name,
    cell: (row) => (
      <Inline $nowrap>
        <Avatar name={row.name} shape="square" />
        <span dir="auto">{row.name}</span>
      </Inline>
    ),
  },
  {
    id: "state",
    header: "State",
    width: 130,
    text: (row) => row.state,
    cell: (row) => (
      <StatusBadge tone={row.state === "active" ? "success" : "danger"}>
        {row.state === "active" ? "Active" : "Suspended"}
      </StatusBadge>
    ),
  },
  { id: "plan", header: "Plan", width: 120, text: (row) => row.plan, cell: (row) => row.plan },
  { id: "people", header: "People", width: 100, align: "end", sortable: true, cell: (row) => row.people },
  { id: "health", header: "Health", width: 100, align: "end", sortable: true, cell: (row) => row.health },
  { id: "slug", header: "Short name", width: 140, hidden: true, cell: (row) => row.slug },
];

const suspend = fn();
const follow = fn<(to: string) => void>();

/** Keeps what the page would keep. */
function Kept(props: DataTableProps<Tenant>): ReactNode {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [sort, setSort] = useState<Sort | undefined>(props.sort);
  const selection = props.selection && { ...props.selection, selected, onChange: setSelected };
  return (
    <DataTable
      {...props}
      {...(selection === undefined ? {} : { selection })}
      sort={sort}
      onSortChange={(next) => {
        setSort(next);
        props.onSortChange?.(next);
      }}
    />
  );
}

const meta = {
  title: "Design/DataTable",
  component: DataTable<Tenant>,
  render: (args) => (
    <RouterProvider navigate={follow}>
      <Kept {...args} />
    </RouterProvider>
  ),
  args: {
    label: "Tenants",
    columns,
    rows: tenants(8),
    rowId: (row) => row.id,
    rowName: (row) => row.name,
    rowHref: (row) => `#${row.id}`,
    rowActions: () => [
      { id: "edit", label: "Edit", icon: <Pencil size={16} /> },
      { id: "suspend", label: "Suspend", icon: <Ban size={16} />, tone: "danger", onAction: suspend },
    ],
    sort: { column: "name", descending: false },
    onSortChange: fn(),
    selection: { selected: new Set(), onChange: fn() },
    bulkActions: (ids) => (
      <Button size="small" variant="danger" onPress={() => suspend(ids)}>
        Suspend
      </Button>
    ),
    page: { number: 2, hasPrevious: true, next: fn(), previous: fn() },
    nextPageToken: "next",
    total: 1284,
    filters: (
      <Filters
        search={{ label: "Search tenants", value: "", onChange: () => undefined }}
        filtered
        onClear={() => undefined}
      >
        <FilterChoice
          label="State"
          options={[
            { id: "active", label: "Active" },
            { id: "suspended", label: "Suspended" },
          ]}
          value={["active"]}
          onChange={() => undefined}
        />
      </Filters>
    ),
    onExport: fn(),
  },
  beforeEach: () => {
    localStorage.clear();
    suspend.mockClear();
    follow.mockClear();
  },
} satisfies Meta<typeof DataTable<Tenant>>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Rows: Story = {
  play: async ({ canvas }) => {
    const grid = canvas.getByRole("grid", { name: "Tenants" });
    await expect(within(grid).getAllByRole("row")).toHaveLength(9);
    await expect(canvas.getByRole("columnheader", { name: /^Name/ })).toHaveAttribute("aria-sort", "ascending");
    await expect(canvas.getAllByRole("rowheader")[0]).toHaveTextContent("Acme Ltd 0");
  },
};

export const RowsInTheDark: Story = { globals: { mode: "dark", locale: "de" } };

export const SortsByThePlatform: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Name" }));
    await expect(args.onSortChange).toHaveBeenLastCalledWith({ column: "name", descending: true });
    await userEvent.click(canvas.getByRole("button", { name: "People" }));
    await expect(args.onSortChange).toHaveBeenLastCalledWith({ column: "people", descending: false });
    await expect(canvas.getByRole("columnheader", { name: /^People/ })).toHaveAttribute("aria-sort", "ascending");
  },
};

export const APressOnARowFollowsItsLink: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getAllByText("Enterprise")[0] as HTMLElement);
    await expect(follow.mock.lastCall?.[0]).toBe("#ten_2");
    await userEvent.click(canvas.getByRole("link", { name: "Acme Ltd 0" }));
    await expect(follow.mock.lastCall?.[0]).toBe("#ten_0");
    await expect(follow).toHaveBeenCalledTimes(2);
  },
};

export const SelectsRows: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select Initech 1" }));
    await expect(canvas.getByRole("group", { name: "Selected rows" })).toHaveTextContent("1 selected");
    const third = canvas.getByRole("checkbox", { name: "Select Globex Corporation 3" });
    await userEvent.keyboard("{Shift>}");
    await userEvent.click(third);
    await userEvent.keyboard("{/Shift}");
    await expect(canvas.getByRole("group", { name: "Selected rows" })).toHaveTextContent("3 selected");
    await expect(follow).not.toHaveBeenCalled();
    await expect(canvas.getByRole("checkbox", { name: "Select all on this page" })).toBePartiallyChecked();
    await userEvent.click(
      within(canvas.getByRole("group", { name: "Selected rows" })).getByRole("button", { name: "Suspend" }),
    );
    await expect(suspend).toHaveBeenCalledWith(["ten_1", "ten_2", "ten_3"]);
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select all on this page" }));
    await expect(canvas.getByRole("group", { name: "Selected rows" })).toHaveTextContent("8 selected");
    await userEvent.click(canvas.getByRole("button", { name: "Clear the selection" }));
    await expect(canvas.queryByRole("group", { name: "Selected rows" })).toBeNull();
  },
};

/** One stop of the Tab key for all of it; arrows go from cell to cell, and into what is in them. */
export const ByKeyboard: Story = {
  play: async ({ canvas, userEvent }) => {
    const first = canvas.getByRole("checkbox", { name: "Select Acme Ltd 0" });
    canvas.getByRole("button", { name: "View" }).focus();
    await userEvent.tab();
    await expect(first).toHaveFocus();
    await userEvent.tab();
    await expect(canvas.getByRole("button", { name: "Previous" })).toHaveFocus();
    await userEvent.tab({ shift: true });
    await expect(first).toHaveFocus();
    await userEvent.keyboard("{ArrowRight}");
    await expect(canvas.getByRole("link", { name: "Acme Ltd 0" })).toHaveFocus();
    await userEvent.keyboard("{ArrowDown}");
    await expect(canvas.getByRole("link", { name: "Initech 1" })).toHaveFocus();
    await userEvent.keyboard("{ArrowRight}");
    const cell = document.activeElement as HTMLElement;
    await expect(cell).toHaveTextContent("Active");
    await userEvent.keyboard(" ");
    await expect(canvas.getByRole("checkbox", { name: "Select Initech 1" })).toBeChecked();
    await userEvent.keyboard("{Enter}");
    await expect(follow.mock.lastCall?.[0]).toBe("#ten_1");
    await userEvent.keyboard("{End}");
    await expect(canvas.getByRole("button", { name: "Actions for Initech 1" })).toHaveFocus();
    await userEvent.keyboard("{ArrowUp}{ArrowUp}{ArrowUp}");
    await expect(canvas.getByRole("columnheader", { name: "Actions" })).toHaveFocus();
    await userEvent.keyboard("{Control>}{End}{/Control}");
    await expect(canvas.getByRole("button", { name: /^Actions for Initech 7/ })).toHaveFocus();
  },
};

export const TheMenuOfARow: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Actions for Initech 1" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Suspend" }));
    await expect(suspend).toHaveBeenCalledOnce();
    await waitFor(() => expect(canvas.getByRole("button", { name: "Actions for Initech 1" })).toHaveFocus());
    await userEvent.keyboard("{ArrowLeft}{Shift>}{F10}{/Shift}");
    await expect(await screen.findByRole("menu", { name: "Actions for Initech 1" })).toBeInTheDocument();
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  },
};

export const ColumnsAreChosenAndKept: Story = {
  args: { name: "story" },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "View" }));
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "Short name" }));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Plan" }));
    await userEvent.click(screen.getByRole("menuitemradio", { name: "Compact" }));
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    await expect(canvas.getByRole("columnheader", { name: /^Short name/ })).toBeVisible();
    await expect(canvas.queryByRole("columnheader", { name: /^Plan/ })).toBeNull();
    const edge = canvas.getByRole("separator", { name: "Width of State" });
    edge.focus();
    await userEvent.keyboard("{ArrowRight}");
    await expect(JSON.parse(localStorage.getItem("atrium.table.story") ?? "")).toEqual({
      hidden: ["plan"],
      density: "compact",
      widths: { state: 146 },
    });
    await userEvent.dblClick(edge);
    await expect(edge).toHaveAttribute("aria-valuenow", "130");
    await userEvent.click(canvas.getByRole("button", { name: "View" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Reset the view" }));
    await expect(localStorage.getItem("atrium.table.story")).toBeNull();
    await expect(canvas.getByRole("columnheader", { name: /^Plan/ })).toBeVisible();
  },
};

export const IsExported: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Export as CSV" }));
    await expect(args.onExport).toHaveBeenCalledOnce();
    await expect(await toCsv(columns, tenants(1)).text()).toBe("Name,State,Plan\r\nAcme Ltd 0,active,Free\r\n");
  },
};

export const TheFirstRowsAreOnTheirWay: Story = {
  args: { rows: undefined, isLoading: true },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("grid")).toHaveAttribute("aria-busy", "true");
    await expect(canvas.getAllByRole("status")[0]).toHaveTextContent("Loading: Tenants");
  },
};

/** Those of before stay, and the keyboard where it is. */
export const TheNextRowsAreOnTheirWay: Story = {
  args: { isLoading: true },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("grid")).toHaveAttribute("aria-busy", "true");
    await expect(canvas.getByText("Acme Ltd 0")).toBeVisible();
  },
};

export const Empty: Story = {
  args: {
    rows: [],
    page: { number: 1, hasPrevious: false, next: fn(), previous: fn() },
    empty: (
      <EmptyState
        icon={<Building2 size={20} />}
        title="No tenants yet"
        actions={
          <Button variant="primary" icon={<Plus size={16} aria-hidden />}>
            Create a tenant
          </Button>
        }
      />
    ),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText("No tenants yet")).toBeVisible();
    await expect(canvas.queryByRole("grid")).toBeNull();
  },
};

const clear = fn();

export const NothingFound: Story = {
  args: { ...Empty.args, filtered: true, onClearFilters: clear },
  play: async ({ canvas, userEvent }) => {
    clear.mockClear();
    await userEvent.click(canvas.getByRole("button", { name: "Clear all filters" }));
    await expect(clear).toHaveBeenCalledOnce();
  },
};

const retry = fn();

export const Failed: Story = {
  args: {
    rows: undefined,
    failure: { reason: "DEPENDENCY_UNAVAILABLE", message: "", metadata: {} },
    requestId: "req-1",
    onRetry: retry,
  },
  play: async ({ canvas, userEvent }) => {
    retry.mockClear();
    await expect(canvas.getByRole("alert")).toHaveTextContent(/does not answer.*req-1/s);
    await userEvent.click(canvas.getByRole("button", { name: "Try again" }));
    await expect(retry).toHaveBeenCalledOnce();
  },
};

export const MayNotBeSeen: Story = {
  args: {
    rows: undefined,
    failure: { reason: "PERMISSION_MISSING", message: "", metadata: { permission: "tenants.read" } },
  },
  play: async ({ canvas }) => expect(canvas.getByText("tenants.read")).toBeVisible(),
};

export const CardsOnAPhone: Story = {
  decorators: [
    (Story) => (
      <div style={{ inlineSize: 328 }}>
        <Story />
      </div>
    ),
  ],
  play: async ({ canvas, userEvent }) => {
    const row = canvas.getAllByRole("row")[1] as HTMLElement;
    await expect(row.getBoundingClientRect().width).toBeLessThanOrEqual(328);
    await expect(getComputedStyle(row).display).toBe("block");
    await expect(canvas.getByRole("checkbox", { name: "Select all on this page" })).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: "View" }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: "Health" }));
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  },
};

const wide = columns.map((column) => Object.assign({}, column, { width: 260, hidden: false }));

/** Wider than its place: it scrolls in itself, the page does not. */
export const MoreColumnsThanRoom: Story = {
  decorators: [
    (Story) => (
      <div style={{ inlineSize: 700 }}>
        <Story />
      </div>
    ),
  ],
  args: { columns: wide },
  play: async ({ canvas }) => {
    const grid = canvas.getByRole("grid");
    await waitFor(() => expect(grid.getBoundingClientRect().width).toBeGreaterThan(1500));
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(window.innerWidth);
  },
};
