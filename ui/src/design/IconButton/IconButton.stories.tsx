import type { Meta, StoryObj } from "@storybook/react-vite";
import { Copy, Pencil, Trash2 } from "lucide-react";
import { expect, fn, screen } from "storybook/test";

import { Inline } from "../layout/layout";
import { IconButton } from "./IconButton";

const meta = {
  title: "Design/IconButton",
  component: IconButton,
  args: { label: "Copy", icon: <Copy size={16} aria-hidden />, onPress: fn() },
} satisfies Meta<typeof IconButton>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ItsNameIsItsTooltip: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.tab();
    await expect(await screen.findByRole("tooltip")).toHaveTextContent("Copy");
    const button = canvas.getByRole("button", { name: "Copy" });
    await expect(button).not.toHaveAttribute("aria-describedby");
    await userEvent.keyboard("{Enter}");
    await expect(args.onPress).toHaveBeenCalledOnce();
  },
};

/** It can be reached, says why, and does nothing. */
export const DisabledForAReason: Story = {
  args: { disabledReason: "You need the permission “users.delete” for this." },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.tab();
    const button = canvas.getByRole("button", { name: "Copy" });
    await expect(button).toHaveFocus();
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(await screen.findByRole("tooltip")).toHaveTextContent("users.delete");
    await userEvent.keyboard("{Enter}");
    await userEvent.click(button);
    await expect(args.onPress).not.toHaveBeenCalled();
  },
};

export const Variants: Story = {
  render: () => (
    <Inline>
      <IconButton label="Edit" icon={<Pencil size={14} aria-hidden />} size="small" />
      <IconButton label="Edit" icon={<Pencil size={16} aria-hidden />} variant="secondary" />
      <IconButton label="Delete" icon={<Trash2 size={16} aria-hidden />} variant="danger" size="large" />
      <IconButton
        label="Edit"
        icon={<Pencil size={16} aria-hidden />}
        disabledReason="Built-in roles stay as they are"
      />
      <IconButton label="Edit" icon={<Pencil size={16} aria-hidden />} isPending />
    </Inline>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
