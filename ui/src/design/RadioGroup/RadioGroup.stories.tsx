import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { RadioGroup, type RadioGroupProps } from "./RadioGroup";

function Kept(props: RadioGroupProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return (
    <RadioGroup
      {...props}
      value={value}
      onChange={(next) => {
        setValue(next);
        props.onChange(next);
      }}
    />
  );
}

const meta = {
  title: "Design/RadioGroup",
  component: RadioGroup,
  render: (args) => <Kept {...args} />,
  args: {
    label: "Isolation",
    options: [
      { id: "pool", label: "Shared", description: "Its data stands beside that of others.", aside: "Included" },
      { id: "silo", label: "A database of its own", description: "For strict requirements.", aside: "€99 a month" },
      { id: "cluster", label: "A cluster of its own", disabledReason: "Not part of any plan" },
    ],
    value: "pool",
    onChange: fn(),
  },
} satisfies Meta<typeof RadioGroup>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ByMouseAndKeyboard: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByText("A database of its own"));
    await expect(args.onChange).toHaveBeenLastCalledWith("silo");
    await userEvent.keyboard("{ArrowUp}");
    await expect(args.onChange).toHaveBeenLastCalledWith("pool");
    await userEvent.click(canvas.getByText("A cluster of its own"));
    await expect(args.onChange).toHaveBeenCalledTimes(2);
  },
};

export const Variants: Story = {
  render: (args) => (
    <Stack $gap={6}>
      <Kept {...args} />
      <Kept {...args} look="cards" />
      <Kept {...args} value={null} error="Choose one." look="cards" />
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
