import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { PasswordField, type PasswordFieldProps, type Strength } from "./PasswordField";

function Kept(props: PasswordFieldProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return <PasswordField {...props} value={value} onChange={setValue} />;
}

const check = fn<(password: string) => Promise<Strength>>();

const meta = {
  title: "Design/PasswordField",
  component: PasswordField,
  render: (args) => <Kept {...args} />,
  args: { label: "New password", value: "", onChange: fn(), description: "At least 12 characters.", check },
  beforeEach: () =>
    void check
      .mockReset()
      .mockImplementation(async (password) =>
        password.length > 12 ? { score: 4 } : { score: 1, advice: "add another word" },
      ),
} satisfies Meta<typeof PasswordField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SaysHowGoodItIs: Story = {
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByLabelText("New password");
    await expect(field).toHaveAccessibleDescription("At least 12 characters.");
    await userEvent.type(field, "tiger");
    await expect(await canvas.findByText("Easy to guess · add another word")).toBeVisible();
    await userEvent.type(field, " umbrella copper");
    await expect(await canvas.findByText("Very good")).toBeVisible();
  },
};

export const WithoutAnAnswer: Story = {
  play: async ({ canvas, userEvent }) => {
    check.mockRejectedValue(new Error("offline"));
    await userEvent.type(canvas.getByLabelText("New password"), "tiger");
    await expect(canvas.queryByRole("status")).toBeNull();
  },
};

export const Scores: Story = {
  render: () => (
    <Stack>
      {([0, 1, 2, 3, 4] as const).map((score) => (
        <PasswordField key={score} label={`Score ${score}`} value="x" onChange={() => undefined} strength={{ score }} />
      ))}
    </Stack>
  ),
};

export const ScoresInTheDark: Story = { ...Scores, globals: { mode: "dark" } };
