import type { Meta, StoryObj } from "@storybook/react-vite";
import { Lock } from "lucide-react";
import { expect } from "storybook/test";

import { Inline, Stack } from "../layout/layout";
import { Badge, StatusBadge } from "./Badge";

const meta = {
  title: "Design/Badge",
  component: Badge,
  args: { children: "Built-in" },
} satisfies Meta<typeof Badge>;

export default meta;
type Story = StoryObj<typeof meta>;

const tones = ["neutral", "accent", "success", "warning", "danger", "info"] as const;

export const Variants: Story = {
  render: () => (
    <Stack>
      <Inline>
        {tones.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
        <Badge icon={<Lock size={12} aria-hidden />}>Built-in</Badge>
      </Inline>
      <Inline>
        <StatusBadge tone="success">Active</StatusBadge>
        <StatusBadge tone="info" live>
          Provisioning
        </StatusBadge>
        <StatusBadge tone="warning">Invited</StatusBadge>
        <StatusBadge tone="danger">Suspended</StatusBadge>
        <StatusBadge tone="neutral">Deleted</StatusBadge>
      </Inline>
      <div style={{ inlineSize: 120 }}>
        <Badge>A word that is far too long for the place it is in</Badge>
      </div>
    </Stack>
  ),
  play: async ({ canvas }) => expect(canvas.getByText("Provisioning")).toBeVisible(),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
