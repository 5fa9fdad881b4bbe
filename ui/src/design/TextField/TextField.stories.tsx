import type { Meta, StoryObj } from "@storybook/react-vite";
import { Search } from "lucide-react";
import { expect } from "storybook/test";

import { Stack } from "../layout/layout";
import { TextField } from "./TextField";

const meta = {
  title: "Design/TextField",
  component: TextField,
  args: { label: "Company" },
  decorators: [
    (Story) => (
      <div style={{ maxWidth: 360 }}>
        <Story />
      </div>
    ),
  ],
} satisfies Meta<typeof TextField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Plain: Story = {
  args: { description: "As it is on invoices.", placeholder: "Example Ltd" },
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByRole("textbox", { name: "Company" });
    await expect(field).toHaveAccessibleDescription("As it is on invoices.");
    await userEvent.type(field, "Acme");
    await expect(field).toHaveValue("Acme");
  },
};

export const Wrong: Story = {
  args: { error: "Enter at least 3 characters.", defaultValue: "ab", description: "Hidden while something is wrong." },
  play: async ({ canvas }) => {
    const field = canvas.getByRole("textbox");
    await expect(field).toBeInvalid();
    await expect(field).toHaveAccessibleDescription("Enter at least 3 characters.");
  },
};

export const Password: Story = {
  args: { label: "Password", type: "password", defaultValue: "correct horse" },
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.getByLabelText("Password")).toHaveAttribute("type", "password");
    await userEvent.click(canvas.getByRole("button", { name: "Show password" }));
    await expect(canvas.getByLabelText("Password")).toHaveAttribute("type", "text");
    await expect(canvas.getByRole("button", { name: "Hide password" })).toBeVisible();
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <TextField label="Optional" optional />
      <TextField label="Disabled" isDisabled defaultValue="Cannot be changed" />
      <TextField label="Read only" isReadOnly defaultValue="Cannot be changed either" />
      <TextField label="Address" prefix="https://" suffix=".example.com" defaultValue="acme" />
      <TextField label="Search" prefix={<Search size={16} aria-hidden />} placeholder="Name or e-mail" />
      <TextField label="Name" error="Somebody with this name is already there." defaultValue="Ada" />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark" } };

export const InGerman: Story = {
  args: { label: "Passwort", type: "password", optional: true },
  globals: { locale: "de" },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("button", { name: "Passwort anzeigen" })).toBeVisible();
    await expect(canvas.getByText("freiwillig")).toBeVisible();
  },
};
