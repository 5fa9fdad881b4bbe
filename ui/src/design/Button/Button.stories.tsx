import type { Meta, StoryObj } from "@storybook/react-vite";
import { Plus, Trash2 } from "lucide-react";
import { expect, fn } from "storybook/test";

import { Inline, Stack } from "../layout/layout";
import { Button, ButtonLink } from "./Button";

const meta = {
  title: "Design/Button",
  component: Button,
  args: { children: "Save changes", onPress: fn() },
} satisfies Meta<typeof Button>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Secondary: Story = {};

export const Variants: Story = {
  render: () => (
    <Stack>
      {(["small", "medium", "large"] as const).map((size) => (
        <Inline key={size}>
          <Button variant="primary" size={size}>
            Create tenant
          </Button>
          <Button size={size} icon={<Plus size={16} aria-hidden />}>
            Invite
          </Button>
          <Button variant="quiet" size={size}>
            Cancel
          </Button>
          <Button variant="danger" size={size} icon={<Trash2 size={16} aria-hidden />}>
            Delete
          </Button>
          <Button variant="quiet" size={size} icon={<Plus size={16} aria-hidden />} aria-label="Add" />
          <ButtonLink size={size} href="#there">
            Open
          </ButtonLink>
        </Inline>
      ))}
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };

export const IsPressedByMouseAndKeyboard: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const button = canvas.getByRole("button", { name: "Save changes" });
    await userEvent.click(button);
    await userEvent.keyboard("{Enter} ");
    await expect(args.onPress).toHaveBeenCalledTimes(3);
  },
};

/** It keeps the focus, says so to screen readers, and cannot be pressed again. */
export const Pending: Story = {
  args: { isPending: true, variant: "primary" },
  play: async ({ args, canvas, userEvent }) => {
    const button = canvas.getByRole("button", { name: /Working on it/ });
    await userEvent.click(button);
    await expect(args.onPress).not.toHaveBeenCalled();
    await expect(button).toHaveAttribute("aria-disabled", "true");
  },
};

export const Disabled: Story = {
  args: { isDisabled: true },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button"));
    await expect(args.onPress).not.toHaveBeenCalled();
  },
};
