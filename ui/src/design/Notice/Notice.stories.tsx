import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Button } from "../Button/Button";
import { Inline, Stack } from "../layout/layout";
import { KeptMails } from "./KeptMails";
import { Notice } from "./Notice";

const meta = {
  title: "Design/Notice",
  component: Notice,
  args: { tone: "info", children: "Provisioning takes a few seconds." },
} satisfies Meta<typeof Notice>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Failure: Story = {
  args: {
    tone: "danger",
    title: "The tenant could not be created",
    children: "The short name “acme” is taken.",
    requestId: "0b6c1a52-6ac3-4e7c-9a1c-3a52f1a0b9aa",
    actions: (
      <Inline>
        <Button size="small">Try again</Button>
      </Inline>
    ),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("alert")).toHaveTextContent("taken");
    await expect(canvas.getByText(/0b6c1a52/)).toBeVisible();
  },
};

export const Tones: Story = {
  render: () => (
    <Stack>
      {(["info", "success", "warning", "danger"] as const).map((tone) => (
        <Notice key={tone} tone={tone}>
          The export of 1,284 entries is ready until tomorrow.
        </Notice>
      ))}
    </Stack>
  ),
};

export const TonesInTheDark: Story = { ...Tones, globals: { mode: "dark" } };

export const WithoutMailServer: Story = {
  render: () => <KeptMails />,
  play: async ({ canvas }) => {
    await expect(canvas.getByText("atrium mail 1")).toBeVisible();
  },
};
