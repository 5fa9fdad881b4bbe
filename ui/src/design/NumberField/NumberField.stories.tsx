import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { NumberField, type NumberFieldProps } from "./NumberField";

function Kept(props: NumberFieldProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return (
    <NumberField
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
  title: "Design/NumberField",
  component: NumberField,
  render: (args) => <Kept {...args} />,
  args: { label: "Session length", suffix: "minutes", value: 30, min: 5, max: 1440, onChange: fn() },
} satisfies Meta<typeof NumberField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const TypedAndCounted: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const field = canvas.getByRole("textbox", { name: "Session length" });
    await userEvent.clear(field);
    await userEvent.type(field, "45");
    await userEvent.tab();
    await expect(args.onChange).toHaveBeenLastCalledWith(45);
    await userEvent.click(canvas.getByRole("button", { name: /Increase/ }));
    await expect(args.onChange).toHaveBeenLastCalledWith(46);
    field.focus();
    await userEvent.keyboard("{ArrowDown}");
    await expect(args.onChange).toHaveBeenLastCalledWith(45);
    await userEvent.clear(field);
    await userEvent.type(field, "9999");
    await userEvent.tab();
    await expect(args.onChange).toHaveBeenLastCalledWith(1440);
    await userEvent.clear(field);
    await userEvent.tab();
    await expect(args.onChange).toHaveBeenLastCalledWith(null);
  },
};

export const InTheWayOfTheLocale: Story = {
  args: { label: "Betrag", value: 1234.5, max: 100000, suffix: "", format: { style: "currency", currency: "EUR" } },
  globals: { locale: "de" },
  play: async ({ args, canvas, userEvent }) => {
    const field = canvas.getByRole("textbox", { name: "Betrag" });
    await expect(field).toHaveValue("1.234,50\u00a0€");
    await userEvent.clear(field);
    await userEvent.type(field, "12,75");
    await userEvent.tab();
    await expect(args.onChange).toHaveBeenLastCalledWith(12.75);
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <NumberField label="Empty" value={null} onChange={() => undefined} optional />
      <NumberField label="Wrong" value={3} onChange={() => undefined} error="Enter 5 or more." />
      <NumberField label="Disabled" value={3} onChange={() => undefined} isDisabled />
      <NumberField label="Share" value={0.25} onChange={() => undefined} format={{ style: "percent" }} />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark" } };
