import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Button } from "../Button/Button";
import { Timeline } from "./Timeline";

const meta = {
  title: "Design/Timeline",
  component: Timeline,
  args: {
    label: "Steps of the set-up",
    entries: [
      { id: "1", state: "done", title: "Placed on the EU shard", details: "Done · took 0.2 s", time: "14:05" },
      {
        id: "2",
        state: "warning",
        title: "Store created",
        details: "Done at the third try",
        problem: "The store was busy",
      },
      { id: "3", state: "running", title: "Plan started", details: "Running" },
      {
        id: "4",
        state: "failed",
        title: "Welcome mail",
        details: "Failed",
        problem: "connection refused",
        more: (
          <span>
            <Button size="small">Try again</Button>
          </span>
        ),
      },
      { id: "5", state: "skipped", title: "Sample data", details: "Skipped" },
      { id: "6", state: "waiting", title: "Activated", details: "Waiting" },
      {
        id: "7",
        title: `<script>alert("x")</script> ${"incomprehensibilities".repeat(6)}`,
        time: "25 Nov 2026, 14:05",
      },
    ],
  },
} satisfies Meta<typeof Timeline>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Variants: Story = {
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("list", { name: "Steps of the set-up" })).toBeVisible();
    await expect(canvas.getAllByRole("listitem")).toHaveLength(7);
  },
};

export const VariantsInTheDark: Story = { globals: { mode: "dark" } };
