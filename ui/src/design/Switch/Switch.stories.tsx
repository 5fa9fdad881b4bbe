import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { Switch } from "./Switch";

const meta = {
  title: "Design/Switch",
  component: Switch,
  args: { label: "Require a second factor", description: "For everybody in this tenant.", onChange: fn() },
} satisfies Meta<typeof Switch>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ByMouseAndKeyboard: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const control = canvas.getByRole("switch", { name: "Require a second factor" });
    await expect(control).toHaveAccessibleDescription("For everybody in this tenant.");
    await userEvent.click(canvas.getByText("Require a second factor"));
    await expect(control).toBeChecked();
    await userEvent.keyboard(" ");
    await expect(args.onChange).toHaveBeenLastCalledWith(false);
  },
};

export const Variants: Story = {
  render: () => (
    <Stack>
      <Switch label="Off" />
      <Switch label="On" defaultSelected />
      <Switch label="Disabled" isDisabled defaultSelected description="The provider decides this." />
      <Switch label="At the end" atEnd defaultSelected description="For lists of settings." />
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
