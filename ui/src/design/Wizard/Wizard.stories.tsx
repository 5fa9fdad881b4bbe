import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, fn } from "storybook/test";

import { TextField } from "../TextField/TextField";
import { Wizard } from "./Wizard";

const STEPS = [
  { id: "company", label: "Company" },
  { id: "plan", label: "Plan" },
  { id: "review", label: "Review" },
] as const;
type Step = (typeof STEPS)[number]["id"];

function Example({ onFinish, start = "company" }: { onFinish: () => void; start?: Step }) {
  const [at, setAt] = useState<Step>(start);
  const index = STEPS.findIndex(({ id }) => id === at);
  const [reached, setReached] = useState(index);
  return (
    <Wizard
      label="New tenant"
      steps={STEPS}
      at={at}
      reached={reached}
      onGo={setAt}
      lead="What it is called and where it is."
      finishLabel="Create tenant"
      onNext={() => {
        const next = STEPS[index + 1];
        if (next === undefined) return onFinish();
        setReached(Math.max(reached, index + 1));
        setAt(next.id);
      }}
    >
      <TextField label={`Field of ${at}`} value="" onChange={() => undefined} />
    </Wizard>
  );
}

const meta = {
  title: "Design/Wizard",
  component: Example,
  args: { onFinish: fn() },
} satisfies Meta<typeof Example>;

export default meta;
type Story = StoryObj<typeof meta>;

export const GoesOnAndBackByKeyboard: Story = {
  play: async ({ canvas, userEvent, args }) => {
    await userEvent.click(canvas.getByLabelText("Field of company"));
    await userEvent.keyboard("{Enter}");
    await expect(canvas.getByRole("heading", { name: "Plan" })).toHaveFocus();
    await expect(canvas.getByRole("button", { name: "Plan" })).toHaveAttribute("aria-current", "step");
    await userEvent.click(canvas.getByRole("button", { name: "Continue" }));
    await expect(canvas.getByRole("heading", { name: "Review" })).toHaveFocus();
    await userEvent.click(canvas.getByRole("button", { name: "Company (done)" }));
    await expect(canvas.getByRole("heading", { name: "Company" })).toHaveFocus();
    await userEvent.click(canvas.getByRole("button", { name: "Review" }));
    await userEvent.click(canvas.getByRole("button", { name: "Create tenant" }));
    await expect(args.onFinish).toHaveBeenCalledOnce();
  },
};

export const InTheDark: Story = { args: { start: "plan" }, globals: { mode: "dark" } };

export const OnAPhone: Story = {
  args: { start: "review" },
  decorators: [
    (Story) => (
      <div style={{ width: 296 }}>
        <Story />
      </div>
    ),
  ],
};
