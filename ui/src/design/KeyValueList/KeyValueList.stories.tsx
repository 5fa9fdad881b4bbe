import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { StatusBadge } from "../Badge/Badge";
import { Card, Stack } from "../layout/layout";
import { KeyValueList } from "./KeyValueList";

const meta = {
  title: "Design/KeyValueList",
  component: KeyValueList,
  args: {
    items: [
      { label: "Name", value: "Acme Ltd" },
      { label: "ID", value: "ten_01JC7Z5T0X9GQ2M4R8B6V3N1KD", copy: "ten_01JC7Z5T0X9GQ2M4R8B6V3N1KD" },
      { label: "State", value: <StatusBadge tone="success">Active</StatusBadge> },
      { label: "Custom domain", value: "" },
      { label: "Contact", value: "שרה לוי <script>" },
    ],
  },
} satisfies Meta<typeof KeyValueList>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Layouts: Story = {
  render: (args) => (
    <Stack>
      <Card>
        <KeyValueList {...args} />
      </Card>
      <Card>
        <KeyValueList {...args} layout="above" />
      </Card>
    </Stack>
  ),
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole("term")[0]).toHaveTextContent("Name");
    await expect(canvas.getAllByText("–")).toHaveLength(2);
  },
};

export const LayoutsInTheDark: Story = { ...Layouts, globals: { mode: "dark" } };
