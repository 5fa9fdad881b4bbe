import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, waitFor } from "storybook/test";

import { Stack } from "../layout/layout";
import { FileField, type FileFieldProps } from "./FileField";

function Kept(props: FileFieldProps): ReactNode {
  const [value, setValue] = useState(props.value);
  return <FileField {...props} value={value} onChange={setValue} />;
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#0b6e4f" d="M0 0h8v8H0z"/></svg>';
const logo = new File([svg], "logo.svg", { type: "image/svg+xml" });

function drop(zone: HTMLElement, file: File): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}

const meta = {
  title: "Design/FileField",
  component: FileField,
  render: (args) => <Kept {...args} />,
  args: {
    label: "Logo",
    value: null,
    onChange: fn(),
    accept: ["image/png", "image/webp", "image/svg+xml"],
    maxBytes: 64_000,
  },
} satisfies Meta<typeof FileField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const Chosen: Story = {
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByLabelText("Logo");
    await expect(field).toHaveAccessibleDescription("PNG, WEBP, SVG, at most 64 kB");
    await userEvent.upload(field, logo);
    await expect(await canvas.findByAltText("The picture that was chosen")).toBeVisible();
    await expect(canvas.getByText("logo.svg")).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: "Remove" }));
    await expect(canvas.queryByText("logo.svg")).toBeNull();
  },
};

export const Dropped: Story = {
  play: async ({ canvas }) => {
    const zone = canvas.getByText("Choose a file").closest("label") as HTMLElement;
    drop(zone, logo);
    await expect(await canvas.findByText("logo.svg")).toBeVisible();
  },
};

/** The reason is said, and what was there stays. */
export const Refused: Story = {
  args: { value: logo },
  play: async ({ canvas }) => {
    const zone = canvas.getByText("logo.svg").closest("label") as HTMLElement;
    drop(zone, new File(["x"], "logo.exe", { type: "application/x-msdownload" }));
    await expect(await canvas.findByRole("alert")).toHaveTextContent("Only files of these kinds: PNG, WEBP, SVG");
    drop(zone, new File([new Uint8Array(70_000)], "large.png", { type: "image/png" }));
    await waitFor(() => expect(canvas.getByRole("alert")).toHaveTextContent("at most 64 kB"));
    await expect(canvas.getByText("logo.svg")).toBeVisible();
    await expect(canvas.getByLabelText("Logo")).toBeInvalid();
  },
};

export const States: Story = {
  render: (args) => (
    <Stack>
      <FileField {...args} optional />
      <FileField {...args} currentUrl={`data:image/svg+xml,${encodeURIComponent(svg)}`} onRemove={() => undefined} />
      <FileField {...args} error="The logo must be a picture." />
      <FileField {...args} isDisabled />
    </Stack>
  ),
};

export const StatesInTheDark: Story = { ...States, globals: { mode: "dark" } };
