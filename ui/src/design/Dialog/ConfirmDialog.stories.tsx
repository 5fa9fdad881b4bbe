import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor, within } from "storybook/test";

import { Button } from "../Button/Button";
import { ConfirmDialog, type ConfirmDialogProps } from "./ConfirmDialog";

function Opened(props: ConfirmDialogProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)}>Delete</Button>
      <ConfirmDialog {...props} isOpen={isOpen} onOpenChange={setOpen} />
    </>
  );
}

const confirmed = fn<() => Promise<void>>();

const meta = {
  title: "Design/ConfirmDialog",
  component: ConfirmDialog,
  render: (args) => <Opened {...args} />,
  args: {
    isOpen: false,
    onOpenChange: fn(),
    title: "Delete Acme Ltd?",
    children:
      "Its 214 people cannot sign in any more. Until 30 December it can be brought back; then everything is gone.",
    confirmLabel: "Delete the tenant",
    onConfirm: confirmed,
  },
  beforeEach: () => void confirmed.mockReset().mockResolvedValue(),
} satisfies Meta<typeof ConfirmDialog>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Asks: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Delete" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Delete Acme Ltd?" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Delete the tenant" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    await expect(confirmed).toHaveBeenCalledOnce();
  },
};

export const AsksForTheName: Story = {
  args: { typed: "acme-ltd" },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Delete" }));
    const dialog = within(await screen.findByRole("alertdialog"));
    const field = dialog.getByRole("textbox", { name: "Type the name to confirm" });
    await waitFor(() => expect(field).toHaveFocus());
    await userEvent.keyboard("acme{Enter}");
    await expect(confirmed).not.toHaveBeenCalled();
    await expect(dialog.getByRole("button", { name: "Delete the tenant" })).toHaveAttribute("aria-disabled", "true");
    await userEvent.keyboard("-ltd");
    await expect(dialog.getByRole("button", { name: "Delete the tenant" })).not.toHaveAttribute("aria-disabled");
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(confirmed).toHaveBeenCalledOnce());
  },
};

export const StaysAndSaysWhyItFailed: Story = {
  args: { typed: "שרה <b>" },
  play: async ({ canvas, userEvent }) => {
    confirmed.mockRejectedValueOnce({ reason: "TENANT_STATE", message: "no", metadata: {} });
    await userEvent.click(canvas.getByRole("button", { name: "Delete" }));
    const dialog = within(await screen.findByRole("alertdialog"));
    await userEvent.type(dialog.getByRole("textbox"), "שרה <b>{Enter}");
    await expect(await dialog.findByRole("alert")).toHaveTextContent("state does not allow this");
    await expect(dialog.getByRole("textbox")).toHaveValue("שרה <b>");
    await userEvent.click(dialog.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    await userEvent.click(canvas.getByRole("button", { name: "Delete" }));
    await expect(await screen.findByRole("textbox")).toHaveValue("");
    await expect(screen.queryByRole("alert")).toBeNull();
  },
};

export const InTheDark: Story = {
  args: { typed: "acme-ltd" },
  globals: { mode: "dark", locale: "de" },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Delete" }));
    await expect(await screen.findByRole("alertdialog")).toBeInTheDocument();
  },
};
