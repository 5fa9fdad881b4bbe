import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";

import { wave } from "../charts/samples";
import { StatTile, StatTiles } from "./StatTile";

const meta = {
  title: "Design/StatTile",
  component: StatTile,
  args: { label: "Active users", value: "1,284", hint: "in the last 30 days" },
  decorators: [
    (Story) => (
      <StatTiles>
        <Story />
      </StatTiles>
    ),
  ],
} satisfies Meta<typeof StatTile>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SaysTheChangeInWords: Story = {
  args: { change: { share: 0.123, than: "than the 30 days before", good: "up" } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText("12% more than the 30 days before")).toBeInTheDocument();
    await expect(canvas.getByRole("term")).toHaveTextContent("Active users");
  },
};

export const IsOnItsWay: Story = {
  args: { value: undefined },
  play: async ({ canvas }) => expect(canvas.getByText("Loading")).toBeInTheDocument(),
};

export const Variants: Story = {
  render: () => (
    <>
      <StatTile label="Active users" value="1,284" hint="in the last 30 days" trend={wave(30, 100)} />
      <StatTile
        label="Failed sign-ins"
        value="97"
        change={{ share: 0.4, than: "than before", good: "down" }}
        trend={wave(30, 10)}
        color="danger"
        href="/audit"
      />
      <StatTile label="Churn" value="1.2%" change={{ share: -0.2, than: "than before", good: "down" }} />
      <StatTile label="Tenants" value="200" change={{ share: 0.001, than: "than before" }} />
      <StatTile label="Revenue" value="€1,234,567,890.12" hint="of which €12 are not paid" />
      <StatTile label={`<script> ${"incomprehensibilities".repeat(3)}`} value="שלום" />
      <StatTile label="Loading" value={undefined} hint="in the last day" />
    </>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
