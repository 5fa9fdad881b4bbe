import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { CodeField, type CodeFieldProps } from "./CodeField";

function Kept(props: CodeFieldProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return <CodeField {...props} value={value} onChange={setValue} />;
}

const meta = {
  title: "Design/CodeField",
  component: CodeField,
  render: (args) => <Kept {...args} />,
  args: { label: "Code", description: "From your authenticator.", value: "", onChange: fn(), onComplete: fn() },
} satisfies Meta<typeof CodeField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Typed: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const field = canvas.getByRole("textbox", { name: "Code" });
    await expect(field).toHaveAttribute("autocomplete", "one-time-code");
    await userEvent.type(field, "12a3 45");
    await expect(field).toHaveValue("12345");
    await expect(args.onComplete).not.toHaveBeenCalled();
    await userEvent.type(field, "67");
    await expect(field).toHaveValue("123456");
    await expect(args.onComplete).toHaveBeenCalledOnce();
    await expect(args.onComplete).toHaveBeenCalledWith("123456");
  },
};

export const Pasted: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("textbox"));
    await userEvent.paste("123 456");
    await expect(canvas.getByRole("textbox")).toHaveValue("123456");
    await expect(args.onComplete).toHaveBeenCalledWith("123456");
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <CodeField label="Empty" value="" onChange={() => undefined} />
      <CodeField label="Half" value="123" onChange={() => undefined} />
      <CodeField label="Wrong" value="123456" onChange={() => undefined} error="The code is wrong." />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark" } };
