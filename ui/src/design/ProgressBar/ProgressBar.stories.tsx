import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Stack } from "../layout/layout";
import { ProgressBar } from "./ProgressBar";

const meta = {
  title: "Design/ProgressBar",
  component: ProgressBar,
  args: { label: "Provisioning", value: 3, max: 6, valueText: "3 of 6 steps" },
} satisfies Meta<typeof ProgressBar>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SaysHowFar: Story = {
  play: async ({ canvas }) => {
    const bar = canvas.getByRole("progressbar", { name: "Provisioning" });
    await expect(bar).toHaveAttribute("aria-valuenow", "3");
    await expect(bar).toHaveAttribute("aria-valuetext", "3 of 6 steps");
  },
};

export const NobodyKnowsHowFar: Story = {
  args: { value: undefined },
  play: async ({ canvas }) => expect(canvas.getByRole("progressbar")).not.toHaveAttribute("aria-valuenow"),
};

export const Variants: Story = {
  render: () => (
    <Stack>
      <ProgressBar label="Upload" value={42} />
      <ProgressBar label="Storage" value={71} tone="success" />
      <ProgressBar label="Calls" value={88} tone="warning" valueText="8,800 of 10,000" />
      <ProgressBar label="Seats" value={130} tone="danger" labelHidden />
      <ProgressBar label="Working" />
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
