import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { HeatMap, levelOf } from "./HeatMap";
import { daysFrom, wave } from "./samples";

const days = daysFrom("2026-10-27", 30);
const permissions = ["users.read", "users.create", "tenants.suspend", "roles.assign", "audit.read"];

const meta = {
  title: "Design/Charts/HeatMap",
  component: HeatMap,
  args: {
    label: "Permissions used",
    rowsLabel: "Permission",
    columns: days.map((id) => ({ id, label: id, short: id.slice(5) })),
    rows: permissions.map((id, at) => ({
      id,
      label: id,
      values: at === 2 ? days.map(() => 0) : wave(30, 400 / (at + 1), at),
    })),
    detail: (_, column) => (column % 2 === 0 ? `${String(column)} refused` : undefined),
  },
} satisfies Meta<typeof HeatMap>;

export default meta;
type Story = StoryObj<typeof meta>;

export const GoesFromCellToCellByKeyboard: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.tab();
    await expect(canvas.getByRole("rowheader", { name: "users.read" })).toHaveFocus();
    await userEvent.keyboard("{ArrowRight}");
    await expect(canvas.getAllByRole("gridcell")[0]).toHaveFocus();
    await expect(canvas.getByText("users.read", { selector: "b" })).toBeVisible();
    await userEvent.keyboard("{ArrowDown}{ArrowRight}");
    await expect(canvas.getByText("users.create", { selector: "b" }).parentElement).toHaveTextContent("2026-10-28");
    await expect(canvas.getAllByRole("gridcell")[31]).toHaveFocus();
  },
};

export const StepsAreOfTheSquareRoot: Story = {
  play: async () => {
    await expect([undefined, 0, 1, 40, 160, 1000].map((value) => levelOf(value, 1000))).toEqual([0, 0, 1, 1, 2, 5]);
    await expect(levelOf(5, 0)).toBe(0);
  },
};

export const InTheDark: Story = { globals: { mode: "dark" } };

export const OnAPhone: Story = {
  decorators: [
    (Story) => (
      <div style={{ width: 296 }}>
        <Story />
      </div>
    ),
  ],
};
