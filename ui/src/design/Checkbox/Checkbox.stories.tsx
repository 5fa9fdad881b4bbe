import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { Checkbox, CheckboxGroup, type CheckboxGroupProps } from "./Checkbox";

const meta = {
  title: "Design/Checkbox",
  component: Checkbox,
  args: { label: "Send an invitation", description: "By mail, with a link that works for a week.", onChange: fn() },
} satisfies Meta<typeof Checkbox>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ByMouseAndKeyboard: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const box = canvas.getByRole("checkbox", { name: "Send an invitation" });
    await expect(box).toHaveAccessibleDescription("By mail, with a link that works for a week.");
    await userEvent.click(canvas.getByText("Send an invitation"));
    await expect(box).toBeChecked();
    await userEvent.keyboard(" ");
    await expect(args.onChange).toHaveBeenLastCalledWith(false);
  },
};

export const Wrong: Story = {
  args: { error: "Agree to go on." },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("checkbox")).toBeInvalid();
    await expect(canvas.getByRole("checkbox")).toHaveAccessibleDescription("Agree to go on.");
  },
};

function Group(props: Partial<CheckboxGroupProps>): ReactNode {
  const [value, setValue] = useState<readonly string[]>(["email"]);
  return (
    <CheckboxGroup
      label="Tell me by"
      description="Always in your language."
      options={[
        { id: "email", label: "E-mail" },
        { id: "sms", label: "SMS", disabledReason: "No number is known" },
        { id: "web", label: "In the application" },
      ]}
      {...props}
      value={value}
      onChange={setValue}
    />
  );
}

export const AGroup: Story = {
  render: () => <Group />,
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.getByRole("group", { name: "Tell me by" })).toHaveAccessibleDescription(
      "Always in your language.",
    );
    await userEvent.click(canvas.getByRole("checkbox", { name: "In the application" }));
    await userEvent.click(canvas.getByRole("checkbox", { name: "E-mail" }));
    await expect(canvas.getByRole("checkbox", { name: "E-mail" })).not.toBeChecked();
    await expect(canvas.getByRole("checkbox", { name: "In the application" })).toBeChecked();
    await expect(canvas.getByRole("checkbox", { name: "SMS" })).toBeDisabled();
  },
};

export const Variants: Story = {
  render: () => (
    <Stack>
      <Checkbox label="Off" />
      <Checkbox label="On" defaultSelected />
      <Checkbox label="Partly" isIndeterminate />
      <Checkbox label="Disabled" isDisabled defaultSelected />
      <Checkbox label="Wrong" error="Agree to go on." />
      <Group />
      <Group orientation="horizontal" error="Choose at least one." optional />
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
