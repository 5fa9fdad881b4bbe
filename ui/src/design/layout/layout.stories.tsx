import type { Meta, StoryObj } from "@storybook/react-vite";
import { Plus } from "lucide-react";
import { expect } from "storybook/test";

import { Button } from "../Button/Button";
import { TextField } from "../TextField/TextField";
import { Heading, Overline, Text } from "../typography/typography";
import { Card, Grid, Inline, Page, Stack } from "./layout";

const meta = {
  title: "Design/Layout",
  component: Page,
  parameters: { layout: "fullscreen" },
  args: { title: "Tenants", children: null },
} satisfies Meta<typeof Page>;

export default meta;
type Story = StoryObj<typeof meta>;

const figures = [
  ["Active tenants", "1,284", "+3.2% this month"],
  ["Daily users", "18,406", "+1.1% this week"],
  ["Failed sign-ins", "37", "last 24 hours"],
  ["Storage", "412 GB", "of 1 TB"],
];

export const WholePage: Story = {
  args: {
    description: "Companies that use this installation.",
    actions: (
      <>
        <Button>Export</Button>
        <Button variant="primary" icon={<Plus size={16} aria-hidden />}>
          Create tenant
        </Button>
      </>
    ),
    children: (
      <>
        <Grid $least="14rem">
          {figures.map(([name, value, note]) => (
            <Card key={name}>
              <Stack $gap={1}>
                <Text $size="small" $tone="muted">
                  {name}
                </Text>
                <Text $size="display" $weight="bold" $numeric>
                  {value}
                </Text>
                <Text $size="tiny" $tone="faint">
                  {note}
                </Text>
              </Stack>
            </Card>
          ))}
        </Grid>
        <Card>
          <Stack>
            <Heading>Company</Heading>
            <Text $tone="muted">What people of this tenant see of it.</Text>
            <TextField label="Name" defaultValue="Acme" />
            <Overline>Danger zone</Overline>
            <Inline $justify="end">
              <Button variant="quiet">Cancel</Button>
              <Button variant="primary">Save</Button>
            </Inline>
          </Stack>
        </Card>
      </>
    ),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("heading", { level: 1, name: "Tenants" })).toBeVisible();
    await expect(document.title).toBe("Tenants – Atrium");
  },
};

export const WholePageInTheDark: Story = { ...WholePage, globals: { mode: "dark" } };

export const OnAPhone: Story = {
  ...WholePage,
  globals: { viewport: { value: "mobile1" } },
};
