import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor } from "storybook/test";

import { Button } from "../Button/Button";
import { KeyValueList } from "../KeyValueList/KeyValueList";
import { Drawer, type DrawerProps } from "./Drawer";

function Opened(props: DrawerProps): ReactNode {
  const [isOpen, setOpen] = useState(props.isOpen);
  return (
    <>
      <Button onPress={() => setOpen(true)}>Details</Button>
      <Drawer {...props} isOpen={isOpen} onOpenChange={setOpen} />
    </>
  );
}

const meta = {
  title: "Design/Drawer",
  component: Drawer,
  render: (args) => <Opened {...args} />,
  args: {
    isOpen: true,
    onOpenChange: fn(),
    title: "users.suspend",
    description: "25 Nov 2026, 14:05",
    size: "small",
    children: (
      <KeyValueList
        items={[
          { label: "Actor", value: "ada@example.com" },
          { label: "Outcome", value: "Allowed" },
        ]}
      />
    ),
  },
} satisfies Meta<typeof Drawer>;

export default meta;
type Story = StoryObj<typeof meta>;

export const OpensAndCloses: Story = {
  args: { isOpen: false },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Details" }));
    await expect(await screen.findByRole("dialog", { name: "users.suspend" })).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(canvas.getByRole("button", { name: "Details" })).toHaveFocus());
  },
};

export const Open: Story = { play: async () => expect(await screen.findByRole("dialog")).toBeInTheDocument() };
export const OpenInTheDark: Story = { ...Open, globals: { mode: "dark" } };
