import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Card, Stack } from "../layout/layout";
import { BarChart } from "./BarChart";
import { BarList } from "./BarList";

const points = ["Jun", "Jul", "Aug", "Sep", "Oct", "Nov"].map((short) => ({
  id: short,
  label: `${short} 2026`,
  short,
}));

const meta = {
  title: "Design/Charts/BarChart",
  component: BarChart,
  args: {
    label: "Sign-ups and cancellations",
    points,
    pointsLabel: "Month",
    series: [
      { name: "Signed up", values: [12, 18, 9, 22, 31, 14] },
      { name: "Cancelled", values: [3, 2, 5, 4, 1, 2], color: "danger" },
    ],
  },
} satisfies Meta<typeof BarChart>;

export default meta;
type Story = StoryObj<typeof meta>;

export const BesideEachOther: Story = {
  play: async ({ canvas, userEvent }) => {
    canvas.getByRole("slider").focus();
    await userEvent.keyboard("{ArrowLeft}");
    await expect(canvas.getByRole("slider")).toHaveAttribute("aria-valuetext", "Oct 2026. Signed up: 31, Cancelled: 1");
  },
};

export const Variants: Story = {
  render: (args) => (
    <Stack>
      <Card>
        <BarChart {...args} />
      </Card>
      <Card>
        <BarChart
          {...args}
          stacked
          label="Change of monthly recurring revenue"
          series={[
            { name: "New", values: [120, 180, 90, 220, 310, 140], color: "success" },
            { name: "Expansion", values: [30, 20, 50, 40, 10, 20], color: 1 },
            { name: "Contraction", values: [-10, -20, -5, -14, -11, -2], color: "warning" },
            { name: "Churn", values: [-40, -60, -15, -34, -81, -12], color: "danger" },
          ]}
        />
      </Card>
      <Card>
        <BarChart
          {...args}
          label="Calls"
          points={Array.from({ length: 90 }, (_, at) => ({ id: String(at), label: `Day ${String(at + 1)}` }))}
          series={[{ name: "Calls", values: Array.from({ length: 90 }, (_, at) => (at * 7919) % 4000) }]}
          limit={{ label: "Limit", value: 3500 }}
        />
      </Card>
      <Card>
        <BarList
          label="Users by role"
          shares
          items={[
            { id: "1", label: "Super Admin", value: 3, href: "/roles/1" },
            { id: "2", label: `<script>alert("x")</script> ${"incomprehensibilities".repeat(5)}`, value: 812 },
            { id: "3", label: "שרה לוי", value: 41 },
            { id: "4", label: "Auditor", value: 0 },
          ]}
        />
      </Card>
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
