import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, waitFor, within } from "storybook/test";

import { Button } from "../Button/Button";
import { Stack } from "../layout/layout";
import { ChartCard } from "./ChartCard";
import { LineChart } from "./LineChart";
import { daysFrom, wave } from "./samples";
import type { SeriesChartProps } from "./SeriesChart";
import { useDayPoints } from "./useDayPoints";

const days = daysFrom("2026-10-27", 30);

function OverDays(props: Omit<SeriesChartProps, "points" | "pointsLabel"> & { days: readonly string[] }) {
  return <LineChart {...props} points={useDayPoints(props.days)} pointsLabel="Day" />;
}

const meta = {
  title: "Design/Charts/LineChart",
  component: OverDays,
  args: {
    label: "Sign-ins a day",
    days,
    series: [
      { name: "Sign-ins", values: wave(30, 420) },
      { name: "Failed", values: wave(30, 60, 3), color: "danger" },
    ],
  },
} satisfies Meta<typeof OverDays>;

export default meta;
type Story = StoryObj<typeof meta>;

export const GoesFromPointToPointByKeyboard: Story = {
  play: async ({ canvas, userEvent }) => {
    const plot = canvas.getByRole("slider", { name: /^Sign-ins a day/ });
    await userEvent.tab();
    await userEvent.tab();
    await userEvent.tab();
    await userEvent.tab();
    await expect(plot).toHaveFocus();
    await expect(plot).toHaveAttribute("aria-valuetext", expect.stringContaining("Nov 25, 2026. Sign-ins: "));
    await userEvent.keyboard("{ArrowLeft}");
    await expect(plot).toHaveAttribute("aria-valuetext", expect.stringContaining("Nov 24, 2026. "));
    await userEvent.keyboard("{Home}");
    await expect(plot).toHaveAttribute("aria-valuenow", "1");
    await userEvent.keyboard("{Escape}");
    await expect(plot).toHaveAttribute("aria-valuetext", "30 points");
  },
};

export const ShowsItsNumbersAsATable: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Show as table" }));
    const table = within(canvas.getByRole("table"));
    await expect(table.getAllByRole("row")).toHaveLength(31);
    // The newest first.
    await expect(table.getAllByRole("rowheader")[0]).toHaveTextContent("Nov 25, 2026");
    await userEvent.click(canvas.getByRole("button", { name: "Show as chart" }));
    await expect(canvas.getByRole("slider")).toBeVisible();
  },
};

export const HidesASeriesButNeverTheLast: Story = {
  play: async ({ canvas, userEvent }) => {
    const [first, second] = [
      canvas.getByRole("button", { name: "Sign-ins" }),
      canvas.getByRole("button", { name: "Failed" }),
    ];
    await userEvent.click(first);
    await expect(first).toHaveAttribute("aria-pressed", "false");
    await userEvent.click(second);
    await expect(second).toHaveAttribute("aria-pressed", "true");
    canvas.getByRole("slider").focus();
    await expect(canvas.getByRole("slider")).not.toHaveAttribute(
      "aria-valuetext",
      expect.stringContaining("Sign-ins: "),
    );
  },
};

export const ReadsWithThePointer: Story = {
  play: async ({ canvas, canvasElement, userEvent }) => {
    const plot = canvas.getByRole("slider");
    const { left, top, width } = plot.getBoundingClientRect();
    await userEvent.pointer({ target: plot, coords: { clientX: left + width / 29 + 1, clientY: top + 20 } });
    await expect(within(canvasElement).getByText("Oct 28, 2026")).toBeVisible();
    await userEvent.unhover(plot);
    await expect(within(canvasElement).queryByText("Oct 28, 2026")).toBeNull();
  },
};

const one = { series: [{ name: "Active users", values: wave(30, 900) }] };

function Variety() {
  const [count, setCount] = useState(7);
  return (
    <Stack>
      <ChartCard
        title="Active users"
        description="Users who signed in or refreshed a session on the day"
        actions={
          <Button size="small" onPress={() => setCount(count === 7 ? 30 : 7)}>
            Change the period
          </Button>
        }
      >
        <OverDays
          label="Active users"
          days={days.slice(-count)}
          series={[{ name: "Active users", values: wave(count, 900) }]}
        />
      </ChartCard>
      <ChartCard title="With gaps, a forecast and a limit">
        <OverDays
          label="Storage"
          days={days}
          limit={{ label: "Included: 50", value: 50 }}
          series={[
            { name: "Measured", values: days.map((_, at) => (at > 20 || at === 5 ? undefined : 10 + at * 1.5)) },
            {
              name: "Forecast",
              values: days.map((_, at) => (at < 20 ? undefined : 10 + at * 1.5)),
              dashed: true,
              color: 1,
            },
          ]}
        />
      </ChartCard>
      <ChartCard title="Eight lines, long and odd names">
        <OverDays
          label="Many"
          days={days}
          series={Array.from({ length: 8 }, (_, at) => ({
            name:
              ["<script>alert(1)</script>", "שרה לוי", "incomprehensibilities".repeat(4)][at] ?? `Series ${String(at)}`,
            values: wave(30, 100 + 40 * at, at),
          }))}
        />
      </ChartCard>
      <ChartCard title="Few and small">
        <OverDays label="Few" days={days.slice(0, 3)} series={[{ name: "Few", values: [0, 1, 2] }]} />
      </ChartCard>
      <ChartCard title="One point">
        <OverDays label="One" days={days.slice(0, 1)} series={[{ name: "One", values: [12] }]} />
      </ChartCard>
      <ChartCard title="Nothing is known">
        <OverDays label="Nothing" days={days} series={[{ name: "Nothing", values: [] }]} />
      </ChartCard>
      <ChartCard title="Loading" loading="Loading the chart">
        <OverDays {...one} label="Loading" days={days} />
      </ChartCard>
      <ChartCard
        title="Failed"
        failure={{ reason: "PERMISSION_MISSING", metadata: { permission: "iam-metrics.read" } }}
      >
        <OverDays {...one} label="Failed" days={days} />
      </ChartCard>
      <ChartCard title="Empty" empty="No one has signed in yet">
        <OverDays {...one} label="Empty" days={days} />
      </ChartCard>
    </Stack>
  );
}

export const Variants: Story = { render: () => <Variety /> };

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };

export const OnAPhone: Story = {
  decorators: [
    (Story) => (
      <div style={{ width: 296 }}>
        <Story />
      </div>
    ),
  ],
  play: async ({ canvasElement }) => {
    const box = canvasElement.querySelector("figure");
    // It is drawn once more as soon as its width is known.
    await waitFor(() => expect(box?.scrollWidth).toBeLessThanOrEqual(296));
  },
};
