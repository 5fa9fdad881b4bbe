import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect } from "storybook/test";

import { SegmentedControl } from "./SegmentedControl";

function Periods() {
  const [value, setValue] = useState<"7" | "30" | "365">("30");
  return (
    <SegmentedControl
      label="Period"
      value={value}
      onChange={setValue}
      options={[
        { id: "7", label: "7 days" },
        { id: "30", label: "30 days" },
        { id: "365", label: "A year" },
      ]}
    />
  );
}

const meta = { title: "Design/SegmentedControl", component: Periods } satisfies Meta<typeof Periods>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ChoosesByKeyboardAndAlwaysOne: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.tab();
    await userEvent.keyboard("{ArrowRight}");
    await userEvent.keyboard(" ");
    const [first, second] = [
      canvas.getByRole("radio", { name: "7 days" }),
      canvas.getByRole("radio", { name: "30 days" }),
    ];
    await expect(second).toBeChecked();
    await userEvent.click(first);
    await expect(first).toBeChecked();
    await userEvent.click(first);
    await expect(first).toBeChecked();
  },
};

export const InTheDark: Story = { globals: { mode: "dark" } };
