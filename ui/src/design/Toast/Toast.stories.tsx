import type { Meta, StoryObj } from "@storybook/react-vite";
import { useEffect, type ReactNode } from "react";
import { expect, fn, screen, waitFor, within } from "storybook/test";

import { Button } from "../Button/Button";
import { clearToasts, toast, type ToastContent } from "./toast";
import { Toasts } from "./Toasts";

const undo = fn();

function Messages({ messages }: { messages: ToastContent[] }): ReactNode {
  useEffect(() => {
    messages.forEach((one) => toast(one));
    return clearToasts;
  }, [messages]);
  return (
    <>
      <Button onPress={() => toast({ tone: "success", title: "Saved" })}>Save</Button>
      <Toasts />
    </>
  );
}

const NONE: ToastContent[] = [];

const meta = {
  title: "Design/Toast",
  component: Messages,
  args: { messages: NONE },
  beforeEach: () => {
    undo.mockClear();
    clearToasts();
  },
  parameters: { docs: { story: { inline: false, height: "22rem" } } },
} satisfies Meta<typeof Messages>;

export default meta;
type Story = StoryObj<typeof meta>;

export const IsSaidAndDismissed: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("Saved"));
    await expect(canvas.getByRole("button", { name: "Save" })).toHaveFocus();
    const message = screen.getByRole("alertdialog", { name: "Saved" });
    await userEvent.click(within(message).getByRole("button", { name: "Dismiss" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  },
};

export const HasAnAction: Story = {
  args: { messages: [{ title: "Ada was suspended", action: { label: "Undo", onPress: undo } }] },
  play: async ({ userEvent }) => {
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await expect(undo).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  },
};

export const GoesByItself: Story = {
  args: { messages: [{ title: "Copied", timeoutSeconds: 0.3 }] },
  play: async () => {
    await expect(await screen.findByRole("alertdialog")).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  },
};

const all: ToastContent[] = [
  { tone: "success", title: "The tenant was created" },
  { tone: "info", title: "The export is ready", action: { label: "Download", onPress: undo } },
  { tone: "warning", title: "Two of 40 people have no e-mail", description: "They were left out." },
  { tone: "danger", title: `<script> ${"incomprehensibilities".repeat(4)}`, description: "Try again shortly." },
];

export const Tones: Story = {
  args: { messages: all },
  play: async () => expect(await screen.findAllByRole("alertdialog")).toHaveLength(4),
};

export const TonesInTheDark: Story = { ...Tones, globals: { mode: "dark" } };
