import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fireEvent, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { ColorField, type ColorFieldProps } from "./ColorField";

function Kept(props: ColorFieldProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return <ColorField {...props} value={value} onChange={setValue} />;
}

const meta = {
  title: "Design/ColorField",
  component: ColorField,
  render: (args) => <Kept {...args} />,
  args: { label: "Brand colour", value: "#3b4fd8", onChange: fn(), least: 4.5 },
} satisfies Meta<typeof ColorField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const TypedAndPicked: Story = {
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByRole("textbox", { name: "Brand colour" });
    await expect(canvas.getByRole("status")).toHaveTextContent("Contrast with white: 6.3");
    await userEvent.clear(field);
    await userEvent.type(field, "ffd400");
    await expect(field).toHaveValue("#ffd400");
    await expect(canvas.getByRole("status")).toHaveTextContent("1.4 · 4.5 is needed");
    await fireEvent.input(canvas.getByLabelText("Pick: Brand colour"), { target: { value: "#0b6e4f" } });
    await expect(field).toHaveValue("#0b6e4f");
  },
};

export const Colours: Story = {
  render: () => (
    <Stack>
      {["#0b6e4f", "#d4380d", "#ffd400", "#111111", "#12"].map((color) => (
        <ColorField key={color} label={color} value={color} onChange={() => undefined} least={4.5} />
      ))}
      <ColorField label="Wrong" value="red" onChange={() => undefined} error="Enter a colour such as #3b4fd8." />
      <ColorField label="Disabled" value="#3b4fd8" onChange={() => undefined} isDisabled />
    </Stack>
  ),
};

export const ColoursInTheDark: Story = { ...Colours, globals: { mode: "dark" } };
