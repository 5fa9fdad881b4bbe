import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn } from "storybook/test";

import { Badge } from "../Badge/Badge";
import { Stack } from "../layout/layout";
import { LinkTabs, Tabs } from "./Tabs";

function Kept(props: Parameters<typeof Tabs>[0]): ReactNode {
  const [selected, setSelected] = useState(props.selected);
  return (
    <Tabs
      {...props}
      selected={selected}
      onChange={(id) => {
        setSelected(id);
        props.onChange(id);
      }}
    />
  );
}

const meta = {
  title: "Design/Tabs",
  component: Tabs,
  render: (args) => <Kept {...args} />,
  args: {
    label: "Tenant",
    selected: "overview",
    onChange: fn(),
    items: [
      { id: "overview", label: "Overview", content: "How it is doing" },
      { id: "people", label: "People", badge: <Badge>214</Badge>, content: "Who belongs to it" },
      { id: "settings", label: "Settings", content: "How it is set up" },
    ],
  },
} satisfies Meta<typeof Tabs>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ByMouseAndKeyboard: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole("tabpanel")).toHaveTextContent("How it is doing");
    await userEvent.click(canvas.getByRole("tab", { name: /People/ }));
    await expect(canvas.getByRole("tabpanel")).toHaveTextContent("Who belongs to it");
    await userEvent.keyboard("{ArrowRight}");
    await expect(args.onChange).toHaveBeenLastCalledWith("settings");
    await expect(canvas.getByRole("tab", { name: "Settings" })).toHaveAttribute("aria-selected", "true");
  },
};

export const Links: Story = {
  render: ({ label }) => (
    <LinkTabs
      label={label}
      current="people"
      items={["overview", "people", "settings"].map((id) => ({ id, label: id, href: `#${id}` }))}
    />
  ),
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("link", { name: "people" })).toHaveAttribute("aria-current", "page");
    await expect(canvas.getByRole("link", { name: "settings" })).not.toHaveAttribute("aria-current");
  },
};

/** More than there is room for: the row scrolls, not the page. */
export const Many: Story = {
  render: (args) => (
    <Stack>
      <Kept
        {...args}
        items={Array.from({ length: 20 }, (_, at) => ({
          id: at === 0 ? "overview" : String(at),
          label: `Part ${at}`,
          content: "–",
        }))}
      />
    </Stack>
  ),
  play: async () => expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(window.innerWidth),
};

export const InTheDark: Story = { globals: { mode: "dark" } };
