import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { Stack } from "../layout/layout";
import { Text } from "../typography/typography";
import { Link } from "./Link";

const meta = {
  title: "Design/Link",
  component: Link,
  args: { href: "#there", children: "Acme Ltd" },
} satisfies Meta<typeof Link>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Variants: Story = {
  render: (args) => (
    <Stack>
      <Text>
        A tenant such as <Link {...args} /> has people of its own.
      </Text>
      <Link {...args} variant="quiet" />
      <Link {...args} external>
        The documentation
      </Link>
    </Stack>
  ),
  play: async ({ canvas }) => {
    const outside = canvas.getByRole("link", { name: /documentation.*new tab/ });
    await expect(outside).toHaveAttribute("target", "_blank");
    await expect(outside).toHaveAttribute("rel", "noopener noreferrer");
  },
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
