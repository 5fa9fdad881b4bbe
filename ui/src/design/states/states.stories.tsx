import type { Meta, StoryObj } from "@storybook/react-vite";
import { Users } from "lucide-react";
import { expect, fn } from "storybook/test";

import { Button } from "../Button/Button";
import { Card, Stack } from "../layout/layout";
import { EmptyState, ErrorState, NoPermission } from "./states";

const meta = {
  title: "Design/States",
  component: ErrorState,
  args: {
    failure: { reason: "DEPENDENCY_UNAVAILABLE", message: "no", metadata: {} },
    requestId: "0b6c1a52-6ac3-4e7c-9a1c-3a52f1a0b9aa",
    onRetry: fn(),
  },
} satisfies Meta<typeof ErrorState>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SaysWhyAndTriesAgain: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole("alert")).toHaveTextContent("A part of the platform does not answer");
    await userEvent.click(canvas.getByRole("button", { name: "Try again" }));
    await expect(args.onRetry).toHaveBeenCalledOnce();
  },
};

export const AMissingPermissionIsNoError: Story = {
  args: { failure: { reason: "PERMISSION_MISSING", message: "no", metadata: { permission: "users.read" } } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText("users.read")).toBeVisible();
    await expect(canvas.queryByRole("alert")).toBeNull();
  },
};

export const SomethingUnexpected: Story = {
  args: { failure: new Error("undefined is not a function"), requestId: "" },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("alert")).toHaveTextContent("unexpected");
    await expect(canvas.getByRole("alert")).not.toHaveTextContent("undefined");
  },
};

export const Variants: Story = {
  render: (args) => (
    <Stack>
      <Card>
        <EmptyState
          icon={<Users size={20} />}
          title="Nobody is here yet"
          actions={<Button variant="primary">Invite people</Button>}
        >
          People you invite get a mail with a link.
        </EmptyState>
      </Card>
      <Card>
        <ErrorState {...args} />
      </Card>
      <Card>
        <NoPermission permission="users.read" />
      </Card>
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
export const InGerman: Story = { ...Variants, globals: { locale: "de" } };
