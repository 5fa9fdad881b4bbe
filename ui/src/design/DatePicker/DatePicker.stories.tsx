import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor } from "storybook/test";

import { Stack } from "../layout/layout";
import { DatePicker, type DatePickerProps } from "./DatePicker";
import { DateRangePicker } from "./DateRangePicker";
import { NO_DAYS, parseDay, type DayRange } from "./days";

function Kept(props: DatePickerProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return (
    <DatePicker
      {...props}
      value={value}
      onChange={(next) => {
        setValue(next);
        props.onChange(next);
      }}
    />
  );
}

const meta = {
  title: "Design/DatePicker",
  component: DatePicker,
  render: (args) => <Kept {...args} />,
  args: { label: "Expires on", value: "2026-11-25", onChange: fn() },
  decorators: [
    (Story) => (
      <div style={{ maxInlineSize: 320, minBlockSize: 380 }}>
        <Story />
      </div>
    ),
  ],
} satisfies Meta<typeof DatePicker>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Typed: Story = {
  args: { value: null },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getAllByRole("spinbutton")[0] as HTMLElement);
    await userEvent.keyboard("03142027");
    await waitFor(() => expect(args.onChange).toHaveBeenLastCalledWith("2027-03-14"));
    await userEvent.keyboard("{ArrowUp}");
    await waitFor(() => expect(args.onChange).toHaveBeenLastCalledWith("2028-03-14"));
  },
};

export const FromTheCalendar: Story = {
  args: { min: "2026-11-10" },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: /Open the calendar/ }));
    await expect(await screen.findByRole("grid", { name: /November 2026/ })).toBeInTheDocument();
    await expect(screen.getByRole("button", { name: /November 9, 2026/ })).toHaveAttribute("aria-disabled", "true");
    await userEvent.click(screen.getByRole("button", { name: /November 12, 2026/ }));
    await expect(args.onChange).toHaveBeenLastCalledWith("2026-11-12");
    await waitFor(() => expect(screen.queryByRole("grid")).toBeNull());
  },
};

function Range({ said }: { said: (range: DayRange) => void }): ReactNode {
  const [value, setValue] = useState<DayRange>(NO_DAYS);
  return (
    <DateRangePicker
      label="Created"
      value={value}
      onChange={(next) => {
        setValue(next);
        said(next);
      }}
      max="2026-11-30"
    />
  );
}

const said = fn<(range: DayRange) => void>();

export const FromADayToADay: Story = {
  render: () => <Range said={said} />,
  globals: { locale: "de" },
  play: async ({ canvas, userEvent }) => {
    said.mockClear();
    await userEvent.click(canvas.getAllByRole("spinbutton")[0] as HTMLElement);
    await userEvent.keyboard("0111202628112026");
    await waitFor(() => expect(said).toHaveBeenLastCalledWith({ from: "2026-11-01", to: "2026-11-28" }));
    await userEvent.click(canvas.getByRole("button", { name: /Kalender öffnen/ }));
    await expect(await screen.findByRole("grid", { name: /November 2026/ })).toBeInTheDocument();
  },
};

export const Days: Story = {
  play: async () => {
    await expect(parseDay("2026-02-30")).toBeNull();
    await expect(parseDay("yesterday")).toBeNull();
    await expect(parseDay("")).toBeNull();
    await expect(String(parseDay("2026-02-28"))).toBe("2026-02-28");
  },
};

export const States: Story = {
  render: () => (
    <Stack>
      <DatePicker label="Empty" value={null} onChange={() => undefined} optional />
      <DatePicker label="Wrong" value="2026-11-25" onChange={() => undefined} error="Choose a later day." />
      <DatePicker label="Disabled" value="2026-11-25" onChange={() => undefined} isDisabled />
      <DateRangePicker label="Range" value={{ from: "2026-11-01", to: "2026-11-25" }} onChange={() => undefined} />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark", locale: "de" } };
