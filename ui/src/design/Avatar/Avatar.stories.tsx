import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";

import { Inline, Stack } from "../layout/layout";
import { Avatar, initials } from "./Avatar";

const meta = {
  title: "Design/Avatar",
  component: Avatar,
  args: { name: "Ada Lovelace" },
} satisfies Meta<typeof Avatar>;

export default meta;
type Story = StoryObj<typeof meta>;

const PICTURE =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath fill='%230b6e4f' d='M0 0h8v8H0z'/%3E%3C/svg%3E";

export const Variants: Story = {
  render: () => (
    <Stack>
      <Inline>
        {["Ada Lovelace", "Grace Hopper", "שרה לוי", "محمد علي", "李 小龙", "<script>", "Åsa Öberg", "x"].map(
          (name) => (
            <Avatar key={name} name={name} />
          ),
        )}
      </Inline>
      <Inline>
        <Avatar name="Acme Ltd" shape="square" size="small" />
        <Avatar name="Acme Ltd" shape="square" />
        <Avatar name="Acme Ltd" shape="square" size="large" />
        <Avatar name="Acme Ltd" shape="square" size="large" src={PICTURE} />
      </Inline>
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };

export const BrokenPicture: Story = {
  args: { src: "data:image/png;base64,AAAA" },
  play: async ({ canvas }) => {
    await waitFor(() => expect(canvas.getByText("AL")).toBeVisible());
  },
};

export const Initials: Story = {
  play: async () => {
    const cases = [
      ["Ada Lovelace", "AL"],
      ["Ada King Lovelace", "AL"],
      ["ada", "A"],
      ["ada.lovelace", "AL"],
      ["  ", "?"],
      ["<script>", "S"],
      ["👩‍🚀 Åsa", "Å"],
    ] as const;
    for (const [name, letters] of cases) await expect(initials(name)).toBe(letters);
  },
};
