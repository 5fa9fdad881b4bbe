import type { Meta, StoryObj } from "@storybook/react-vite";
import { Ban, Copy, Pencil, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor, within } from "storybook/test";

import { IconButton } from "../IconButton/IconButton";
import { Inline } from "../layout/layout";
import { MenuButton, type MenuButtonProps } from "./MenuButton";

const edit = fn();
const remove = fn();

const meta = {
  title: "Design/Menu",
  component: MenuButton,
  args: {
    label: "Actions for Acme",
    children: "Actions",
    entries: [
      { id: "edit", label: "Edit", icon: <Pencil size={16} />, shortcut: "E", onAction: edit },
      { id: "copy", label: "Copy the ID", icon: <Copy size={16} />, description: "For support" },
      {
        id: "suspend",
        label: "Suspend",
        icon: <Ban size={16} />,
        disabledReason: "You need the permission “tenants.suspend” for this.",
        onAction: remove,
      },
      {
        id: "destructive",
        items: [{ id: "delete", label: "Delete", icon: <Trash2 size={16} />, tone: "danger", onAction: remove }],
      },
    ],
  },
  beforeEach: () => {
    edit.mockClear();
    remove.mockClear();
  },
} satisfies Meta<typeof MenuButton>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ByMouse: Story = {
  play: async ({ canvas, userEvent }) => {
    const button = canvas.getByRole("button", { name: "Actions" });
    await userEvent.click(button);
    await expect(button).toHaveAttribute("aria-expanded", "true");
    const menu = within(await screen.findByRole("menu", { name: "Actions for Acme" }));
    await userEvent.click(menu.getByRole("menuitem", { name: /^Edit/ }));
    await expect(edit).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  },
};

export const ByKeyboard: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.tab();
    await userEvent.keyboard("{ArrowDown}");
    const menu = within(await screen.findByRole("menu"));
    await waitFor(() => expect(menu.getByRole("menuitem", { name: /^Edit/ })).toHaveFocus());
    await userEvent.keyboard("{ArrowUp}");
    await expect(menu.getByRole("menuitem", { name: "Delete" })).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    await expect(remove).toHaveBeenCalledOnce();
    await waitFor(() => expect(canvas.getByRole("button", { name: "Actions" })).toHaveFocus());
  },
};

/** It can be reached and says why; pressing it does nothing, and the menu stays. */
export const DisabledForAReason: Story = {
  play: async ({ userEvent }) => {
    await userEvent.tab();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByRole("menuitem", { name: /^Edit/ })).toHaveFocus());
    await userEvent.keyboard("s");
    const item = await screen.findByRole("menuitem", { name: /^Suspend.*tenants.suspend/ });
    await expect(item).toHaveFocus();
    await expect(item).toHaveAttribute("aria-disabled", "true");
    await userEvent.keyboard("{Enter}");
    await userEvent.click(item);
    await expect(remove).not.toHaveBeenCalled();
    await expect(screen.getByRole("menu")).toBeInTheDocument();
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  },
};

function Choices(props: MenuButtonProps): ReactNode {
  const [columns, setColumns] = useState<string[]>(["name"]);
  const [density, setDensity] = useState<string[]>(["normal"]);
  return (
    <MenuButton
      {...props}
      entries={[
        {
          id: "columns",
          label: "Columns",
          items: [
            { id: "name", label: "Name" },
            { id: "plan", label: "Plan" },
          ],
          choice: { mode: "many", chosen: columns, onChange: setColumns },
        },
        {
          id: "density",
          label: "Rows",
          items: [
            { id: "normal", label: "Normal" },
            { id: "dense", label: "Dense" },
          ],
          choice: { mode: "one", chosen: density, onChange: setDensity },
        },
      ]}
    />
  );
}

export const WithChoices: Story = {
  args: { label: "View", children: "View" },
  render: (args) => <Choices {...args} />,
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "View" }));
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "Plan" }));
    await expect(screen.getByRole("menuitemcheckbox", { name: "Plan" })).toBeChecked();
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Name" }));
    await expect(screen.getByRole("menuitemcheckbox", { name: "Name" })).not.toBeChecked();
    await userEvent.click(screen.getByRole("menuitemradio", { name: "Dense" }));
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  },
};

export const OpenInTheDark: Story = {
  globals: { mode: "dark" },
  render: (args) => (
    <Inline>
      <MenuButton {...args} />
      <IconButton label="Another" icon={<Pencil size={16} aria-hidden />} />
    </Inline>
  ),
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Actions" }));
    await expect(await screen.findByRole("menu")).toBeInTheDocument();
  },
};
