import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect } from "storybook/test";

import { Stack } from "../layout/layout";
import { TextArea, type TextAreaProps } from "./TextArea";

function Kept(props: TextAreaProps): ReactNode {
  const [value, setValue] = useState(props.value ?? "");
  return <TextArea {...props} value={value} onChange={setValue} />;
}

const meta = {
  title: "Design/TextArea",
  component: TextArea,
  render: (args) => <Kept {...args} />,
  args: { label: "Reason", description: "The tenant sees it.", limit: 30 },
} satisfies Meta<typeof TextArea>;

export default meta;
type Story = StoryObj<typeof meta>;

export const CountsWhatIsLeft: Story = {
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByRole("textbox", { name: "Reason" });
    await expect(field).toHaveAccessibleDescription("The tenant sees it.");
    await userEvent.type(field, "a question{Enter}from Ada");
    await expect(field).toHaveValue("a question\nfrom Ada");
    await expect(canvas.getByText("11 characters left")).toBeVisible();
    await userEvent.type(field, " who wants to know");
    await expect(canvas.getByText("7 characters too many")).toBeVisible();
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <TextArea label="Empty" optional placeholder="Why?" />
      <TextArea label="Wrong" error="Enter at least 3 characters." defaultValue="ab" />
      <TextArea label="Disabled" isDisabled defaultValue="Cannot be changed" />
      <TextArea label="Long" defaultValue={"A line of a text that is long.\n".repeat(12)} />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark" } };
