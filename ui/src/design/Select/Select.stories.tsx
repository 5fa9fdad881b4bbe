import type { Meta, StoryObj } from "@storybook/react-vite";
import { Globe } from "lucide-react";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor } from "storybook/test";

import { Stack } from "../layout/layout";
import { MultiSelect, Select, type SelectProps } from "./Select";

function Kept(props: SelectProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return (
    <Select
      {...props}
      value={value}
      onChange={(next) => {
        setValue(next);
        props.onChange(next);
      }}
    />
  );
}

const plans = [
  { id: "free", label: "Free", description: "5 people, 1 GB" },
  { id: "team", label: "Team", description: "50 people, 100 GB" },
  { id: "enterprise", label: "Enterprise", disabledReason: "Ask sales for this plan" },
];

const meta = {
  title: "Design/Select",
  component: Select,
  render: (args) => <Kept {...args} />,
  args: { label: "Plan", options: plans, value: null, onChange: fn() },
  decorators: [
    (Story) => (
      <div style={{ maxInlineSize: 320, minBlockSize: 220 }}>
        <Story />
      </div>
    ),
  ],
} satisfies Meta<typeof Select>;

export default meta;
type Story = StoryObj<typeof meta>;

export const ByMouse: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const button = canvas.getByRole("button", { name: /Plan/ });
    await expect(button).toHaveTextContent("Choose");
    await userEvent.click(button);
    await userEvent.click(await screen.findByRole("option", { name: /Team/ }));
    await expect(args.onChange).toHaveBeenCalledWith("team");
    await waitFor(() => expect(screen.queryByRole("listbox")).toBeNull());
    await expect(button).toHaveTextContent(/^Team$/);
  },
};

export const ByKeyboard: Story = {
  args: { value: "free" },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.tab();
    await userEvent.keyboard("{ArrowDown}");
    await waitFor(() => expect(screen.getByRole("option", { name: /Free/ })).toHaveFocus());
    await userEvent.keyboard("{ArrowDown}{Enter}");
    await expect(args.onChange).toHaveBeenCalledWith("team");
    await waitFor(() => expect(canvas.getByRole("button", { name: /Plan/ })).toHaveFocus());
  },
};

export const WhatCannotBeChosenSaysWhy: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: /Plan/ }));
    const option = await screen.findByRole("option", { name: /Ask sales/ });
    await expect(option).toHaveAttribute("aria-disabled", "true");
    await userEvent.click(option);
    await expect(args.onChange).not.toHaveBeenCalled();
  },
};

function Regions(): ReactNode {
  const [value, setValue] = useState<string[]>([]);
  const regions = ["Europe", "Asia"].flatMap((group) =>
    ["North", "South"].map((part) => ({ id: group + part, label: `${group} ${part}`, group })),
  );
  return <MultiSelect label="Regions" options={regions} value={value} onChange={setValue} />;
}

export const Several: Story = {
  render: () => <Regions />,
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: /Regions/ }));
    await expect(await screen.findByRole("group", { name: "Asia" })).toBeInTheDocument();
    await userEvent.click(screen.getByRole("option", { name: "Europe North" }));
    await userEvent.click(screen.getByRole("option", { name: "Asia South" }));
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("listbox")).toBeNull());
    await expect(canvas.getByRole("button", { name: /Regions/ })).toHaveTextContent("Europe North and Asia South");
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <Select label="Chosen" options={plans} value="team" onChange={() => undefined} description="It can be changed." />
      <Select
        label="With an icon"
        options={[{ id: "en", label: "English", icon: <Globe size={16} /> }]}
        value="en"
        onChange={() => undefined}
      />
      <Select label="Wrong" options={plans} value={null} onChange={() => undefined} error="Choose a plan." />
      <Select label="Disabled" options={plans} value="free" onChange={() => undefined} isDisabled />
      <Select
        label="Long"
        optional
        options={[{ id: "x", label: `<script> ${"incomprehensibilities".repeat(5)}` }]}
        value="x"
        onChange={() => undefined}
      />
    </Stack>
  ),
  play: async ({ canvas }) => {
    await expect(canvas.getByRole("button", { name: /Wrong/ })).toHaveAccessibleDescription("Choose a plan.");
  },
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark", locale: "de" } };
