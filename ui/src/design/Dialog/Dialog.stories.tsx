import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor, within } from "storybook/test";

import { Button } from "../Button/Button";
import { Stack } from "../layout/layout";
import { TextField } from "../TextField/TextField";
import { Text } from "../typography/typography";
import { Dialog, type DialogProps } from "./Dialog";

/** A button that opens the dialog. */
function Opened(props: DialogProps): ReactNode {
  const [isOpen, setOpen] = useState(props.isOpen);
  return (
    <>
      <Button onPress={() => setOpen(true)}>Edit</Button>
      <Dialog
        {...props}
        isOpen={isOpen}
        onOpenChange={(next) => {
          setOpen(next);
          props.onOpenChange(next);
        }}
      />
    </>
  );
}

const meta = {
  title: "Design/Dialog",
  component: Dialog,
  render: (args) => <Opened {...args} />,
  args: {
    isOpen: false,
    onOpenChange: fn(),
    title: "Edit profile",
    description: "Others see this name.",
    onSubmit: fn((event) => event.preventDefault()),
    footer: (
      <>
        <Button variant="quiet">Cancel</Button>
        <Button variant="primary" type="submit">
          Save
        </Button>
      </>
    ),
    children: (
      <Stack>
        <TextField label="Name" defaultValue="Ada Lovelace" />
        <TextField label="Locale" defaultValue="en-GB" />
      </Stack>
    ),
  },
} satisfies Meta<typeof Dialog>;

export default meta;
type Story = StoryObj<typeof meta>;

export const KeepsTheKeyboardAndGivesItBack: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.tab();
    await userEvent.keyboard("{Enter}");
    const dialog = await screen.findByRole("dialog", { name: "Edit profile" });
    await expect(dialog).toHaveAccessibleDescription("Others see this name.");
    for (let at = 0; at < 7; at++) {
      await userEvent.tab();
      await expect(dialog).toContainElement(document.activeElement as HTMLElement);
    }
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await expect(args.onOpenChange).toHaveBeenLastCalledWith(false);
    await waitFor(() => expect(canvas.getByRole("button", { name: "Edit" })).toHaveFocus());
  },
};

export const SendsItsForm: Story = {
  args: { isOpen: true },
  play: async ({ args, userEvent }) => {
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.type(dialog.getByRole("textbox", { name: "Name" }), "{Enter}");
    await userEvent.click(dialog.getByRole("button", { name: "Save" }));
    await expect(args.onSubmit).toHaveBeenCalledTimes(2);
  },
};

export const CannotBeClosedWhileBusy: Story = {
  args: { isOpen: true, isBusy: true },
  play: async ({ args, userEvent }) => {
    const dialog = await screen.findByRole("dialog");
    await userEvent.keyboard("{Escape}");
    await expect(within(dialog).queryByRole("button", { name: "Close" })).toBeNull();
    await expect(args.onOpenChange).not.toHaveBeenCalled();
  },
};

export const LongContentScrollsInside: Story = {
  args: {
    isOpen: true,
    title: `<script>alert("x")</script> ${"Incomprehensibilities".repeat(6)} שרה`,
    size: "small",
    children: (
      <Stack>
        {Array.from({ length: 40 }, (_, at) => (
          <Text key={at}>Paragraph {at + 1} of a text that is longer than the window.</Text>
        ))}
      </Stack>
    ),
  },
  play: async () => {
    await waitFor(() => expect(screen.getByRole("button", { name: "Save" })).toBeVisible());
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(window.innerWidth);
    // Keys can scroll it though nothing in it takes the focus.
    const last = screen.getByText(/Paragraph 40 of/);
    await waitFor(() => expect(last.closest('[tabindex="0"]')).not.toBeNull());
  },
};

export const InTheDark: Story = {
  args: { isOpen: true },
  globals: { mode: "dark" },
  play: async () => expect(await screen.findByRole("dialog")).toBeInTheDocument(),
};
