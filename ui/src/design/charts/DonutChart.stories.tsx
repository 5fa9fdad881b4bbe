import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Stack } from "../layout/layout";
import { DonutChart } from "./DonutChart";

const meta = {
  title: "Design/Charts/DonutChart",
  component: DonutChart,
  args: {
    label: "Users by status",
    unit: "users",
    slices: [
      { id: "active", label: "Active", value: 1840, color: "success" },
      { id: "invited", label: "Invited", value: 120 },
      { id: "suspended", label: "Suspended", value: 40, color: "warning" },
    ],
  },
} satisfies Meta<typeof DonutChart>;

export default meta;
type Story = StoryObj<typeof meta>;

export const IsATableAsWell: Story = {
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("row", { name: "Active 1,840 92%" })).toBeVisible();
    await expect(canvas.getByText("2,000")).toBeVisible();
  },
};

export const Variants: Story = {
  render: (args) => (
    <Stack>
      <DonutChart {...args} />
      <DonutChart
        {...args}
        slices={[
          { id: "a", label: `<script> ${"incomprehensibilities".repeat(5)}`, value: 3 },
          { id: "b", label: "שרה לוי", value: 5 },
          { id: "c", label: "Zero", value: 0 },
        ]}
      />
      <DonutChart {...args} slices={[{ id: "a", label: "Only", value: 3 }]} />
      <DonutChart {...args} slices={[{ id: "a", label: "None", value: 0 }]} />
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
