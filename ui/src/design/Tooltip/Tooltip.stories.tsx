import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, screen, waitFor } from "storybook/test";

import { Button } from "../Button/Button";
import { Inline } from "../layout/layout";
import { Tooltip } from "./Tooltip";

const meta = {
  title: "Design/Tooltip",
  component: Tooltip,
  args: { text: "Ends every session of this person", children: <Button>Sign out everywhere</Button> },
  decorators: [
    (Story) => (
      <div style={{ padding: 48 }}>
        <Story />
      </div>
    ),
  ],
} satisfies Meta<typeof Tooltip>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ShowsAtOnceForTheKeyboard: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.tab();
    await expect(await screen.findByRole("tooltip")).toHaveTextContent("Ends every session");
    await expect(canvas.getByRole("button")).toHaveAccessibleDescription("Ends every session of this person");
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
  },
};

export const ShowsForThePointerAfterAMoment: Story = {
  play: async ({ canvas, canvasElement, userEvent }) => {
    // A pointer that was there before the button was is none that moves onto it.
    await userEvent.hover(canvasElement);
    await userEvent.hover(canvas.getByRole("button"));
    await expect(await screen.findByRole("tooltip")).toBeInTheDocument();
    await userEvent.unhover(canvas.getByRole("button"));
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
  },
};

export const LongAndOdd: Story = {
  args: {
    text: `<script>alert("x")</script> שלום ${"incomprehensibilities".repeat(5)}`,
  },
  play: async ({ userEvent }) => {
    await userEvent.tab();
    await expect(await screen.findByRole("tooltip")).toHaveTextContent("<script>");
  },
};

export const InTheDark: Story = {
  globals: { mode: "dark" },
  render: () => (
    <Inline>
      <Tooltip text="Above">
        <Button>Top</Button>
      </Tooltip>
      <Tooltip text="" placement="bottom">
        <Button>No tooltip</Button>
      </Tooltip>
    </Inline>
  ),
  play: async ({ userEvent }) => {
    await userEvent.tab();
    await expect(await screen.findByRole("tooltip")).toBeInTheDocument();
    await userEvent.tab();
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
    await userEvent.tab({ shift: true });
    await expect(await screen.findByRole("tooltip")).toBeInTheDocument();
  },
};
