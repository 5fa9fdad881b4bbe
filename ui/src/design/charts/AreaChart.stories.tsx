import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";

import { AreaChart } from "./AreaChart";
import { daysFrom, wave } from "./samples";

const points = daysFrom("2026-09-01", 12).map((id) => ({ id, label: id }));

const meta = {
  title: "Design/Charts/AreaChart",
  component: AreaChart,
  args: {
    label: "Monthly recurring revenue",
    points,
    pointsLabel: "Month",
    format: (value: number) => `€${String(value)}`,
    series: [
      { name: "Starter", values: wave(12, 100) },
      { name: "Business", values: wave(12, 320, 2) },
      { name: "Enterprise", values: wave(12, 500, 4) },
    ],
  },
} satisfies Meta<typeof AreaChart>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SaysTheTotal: Story = {
  play: async ({ canvas }) => {
    canvas.getByRole("slider").focus();
    await waitFor(() =>
      expect(canvas.getByRole("slider")).toHaveAttribute(
        "aria-valuetext",
        expect.stringMatching(/Starter: €\d+, Business: €\d+, Enterprise: €\d+, Total: €\d+$/),
      ),
    );
  },
};

export const InTheDark: Story = { globals: { mode: "dark" } };
