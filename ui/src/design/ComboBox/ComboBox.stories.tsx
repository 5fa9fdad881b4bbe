import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor } from "storybook/test";

import { Stack } from "../layout/layout";
import type { Option } from "../ListBox/options";
import { ComboBox, type ComboBoxProps } from "./ComboBox";
import { MultiComboBox } from "./MultiComboBox";

function Kept(props: ComboBoxProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return (
    <ComboBox
      {...props}
      value={value}
      onChange={(next) => {
        setValue(next);
        props.onChange(next);
      }}
    />
  );
}

const zones: Option[] = ["Europe/Zurich", "Europe/Zagreb", "America/New_York", "Asia/Tokyo", "América/São_Paulo"].map(
  (id) => ({ id, label: id }),
);
const people: Option[] = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "שרה לוי"].map((label, at) => ({
  id: `usr_${at}`,
  label,
  description: `person${at}@example.com`,
}));

const load = fn<NonNullable<ComboBoxProps["load"]>>();

const meta = {
  title: "Design/ComboBox",
  component: ComboBox,
  render: (args) => <Kept {...args} />,
  args: { label: "Time zone", options: zones, value: null, onChange: fn() },
  beforeEach: () =>
    void load
      .mockReset()
      .mockImplementation(async (query) =>
        people.filter((one) => one.label.toLowerCase().includes(query.toLowerCase())),
      ),
  decorators: [
    (Story) => (
      <div style={{ maxInlineSize: 320, minBlockSize: 260 }}>
        <Story />
      </div>
    ),
  ],
} satisfies Meta<typeof ComboBox>;

export default meta;
type Story = StoryObj<typeof meta>;

export const FindsByEveryWordWithoutAccents: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const field = canvas.getByRole("combobox", { name: "Time zone" });
    await userEvent.type(field, "sao america");
    await expect(await screen.findAllByRole("option")).toHaveLength(1);
    await userEvent.keyboard("{ArrowDown}{Enter}");
    await expect(args.onChange).toHaveBeenCalledWith(zones[4]);
    await expect(field).toHaveValue("América/São_Paulo");
  },
};

export const WhatWasNotChosenGoes: Story = {
  args: { value: zones[0] ?? null },
  play: async ({ args, canvas, userEvent }) => {
    const field = canvas.getByRole("combobox");
    await userEvent.type(field, "{Backspace}{Backspace}");
    await userEvent.tab();
    await waitFor(() => expect(field).toHaveValue("Europe/Zurich"));
    await expect(args.onChange).not.toHaveBeenCalled();
    await userEvent.clear(field);
    await userEvent.tab();
    await expect(args.onChange).toHaveBeenLastCalledWith(null);
    await expect(field).toHaveValue("");
  },
};

export const NothingFound: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.type(canvas.getByRole("combobox"), "Atlantis");
    await expect(await screen.findByText("Nothing found")).toBeInTheDocument();
  },
};

export const Loads: Story = {
  args: { label: "Owner", load, value: { id: "usr_77", label: "Somebody Else" } },
  play: async ({ args, canvas, userEvent }) => {
    const field = canvas.getByRole("combobox", { name: "Owner" });
    await expect(field).toHaveValue("Somebody Else");
    await userEvent.click(canvas.getByRole("button", { name: /^Show the choices/ }));
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(5));
    await userEvent.clear(field);
    await userEvent.type(field, "gra");
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    await userEvent.click(screen.getByRole("option", { name: /Grace/ }));
    await expect(args.onChange).toHaveBeenLastCalledWith(people[1]);
    await userEvent.tab();
    await expect(field).toHaveValue("Grace Hopper");
  },
};

/** The answer to an older question comes last, and is thrown away. */
export const AnswersThatComeLate: Story = {
  args: { label: "Owner", load },
  play: async ({ canvas, userEvent }) => {
    const answers = new Map<string, (options: Option[]) => void>();
    load.mockImplementation((query) => new Promise((resolve) => answers.set(query, resolve)));
    const field = canvas.getByRole("combobox", { name: "Owner" });
    await userEvent.type(field, "a");
    await waitFor(() => expect(answers.has("a")).toBe(true));
    await userEvent.type(field, "l");
    await waitFor(() => expect(answers.has("al")).toBe(true));
    answers.get("al")?.([people[2] as Option]);
    await expect(await screen.findByRole("option", { name: /Alan/ })).toBeInTheDocument();
    answers.get("a")?.([people[0] as Option]);
    await expect(screen.queryByRole("option", { name: /Ada/ })).toBeNull();
  },
};

export const TheChoicesCannotBeLoaded: Story = {
  args: { label: "Owner", load },
  play: async ({ canvas, userEvent }) => {
    load.mockRejectedValue(new Error("offline"));
    await userEvent.type(canvas.getByRole("combobox"), "x");
    await expect(await screen.findByText("The choices could not be loaded")).toBeInTheDocument();
  },
};

function Several(): ReactNode {
  const [value, setValue] = useState<Option[]>([people[3] as Option]);
  return <MultiComboBox label="Members" load={load} value={value} onChange={setValue} />;
}

export const ChoosesSeveral: Story = {
  render: () => <Several />,
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByRole("combobox", { name: "Members" });
    await userEvent.type(field, "a");
    await userEvent.click(await screen.findByRole("option", { name: /Ada/ }));
    await expect(field).toHaveValue("");
    await userEvent.type(field, "al");
    await userEvent.click(await screen.findByRole("option", { name: /Alan/ }));
    await userEvent.keyboard("{Escape}");
    const chosen = canvas.getByRole("grid", { name: "Chosen for Members" });
    await expect(chosen).toHaveTextContent("שרה לויAda LovelaceAlan Turing");
    await userEvent.click(canvas.getByRole("button", { name: /Remove Ada/ }));
    await expect(chosen).not.toHaveTextContent("Ada");
    canvas.getByRole("row", { name: "Alan Turing" }).focus();
    await userEvent.keyboard("{Delete}");
    await expect(chosen).not.toHaveTextContent("Alan");
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <ComboBox label="Time zone" options={zones} value={zones[0] ?? null} onChange={() => undefined} optional />
      <ComboBox label="Wrong" options={zones} value={null} onChange={() => undefined} error="Choose a time zone." />
      <ComboBox label="Disabled" options={zones} value={zones[1] ?? null} onChange={() => undefined} isDisabled />
      <MultiComboBox
        label="Members"
        options={people}
        value={[...people, { id: "long", label: `<script> ${"incomprehensibilities".repeat(5)}` }]}
        onChange={() => undefined}
      />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark" } };
