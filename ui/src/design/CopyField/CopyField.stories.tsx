import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn } from "storybook/test";

import { Stack } from "../layout/layout";
import { CopyField } from "./CopyField";

const written = fn<(text: string) => Promise<void>>();

const meta = {
  title: "Design/CopyField",
  component: CopyField,
  args: { label: "Tenant ID", value: "ten_01JC7Z5T0X9GQ2M4R8B6V3N1KD" },
  beforeEach: () => {
    written.mockReset().mockResolvedValue();
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: written } });
  },
} satisfies Meta<typeof CopyField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const IsCopied: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Copy Tenant ID" }));
    await expect(written).toHaveBeenCalledWith(args.value);
    await expect(canvas.getByRole("status")).toHaveTextContent("Copied");
  },
};

export const WithoutAClipboard: Story = {
  play: async ({ canvas, userEvent }) => {
    written.mockRejectedValue(new DOMException("not allowed"));
    await userEvent.click(canvas.getByRole("button", { name: "Copy Tenant ID" }));
    await expect(await canvas.findByRole("status")).toHaveTextContent("select it");
  },
};

export const Secret: Story = {
  args: { label: "API key", value: "atr_live_9f3c", secret: true, description: "It is shown this one time only." },
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.queryByText("atr_live_9f3c")).toBeNull();
    await userEvent.click(canvas.getByRole("button", { name: "Copy API key" }));
    await expect(written).toHaveBeenCalledWith("atr_live_9f3c");
    await userEvent.click(canvas.getByRole("button", { name: "Show API key" }));
    await expect(canvas.getByText("atr_live_9f3c")).toBeVisible();
  },
};

export const Variants: Story = {
  render: () => (
    <Stack>
      <CopyField label="Tenant ID" value="ten_01JC7Z5T0X9GQ2M4R8B6V3N1KD" />
      <CopyField label="Key" value="secret" secret description="Keep it where nobody else can read it." />
      <CopyField label="Link" value={`https://example.com/${"very-long-".repeat(20)}`} />
    </Stack>
  ),
};

export const VariantsInTheDark: Story = { ...Variants, globals: { mode: "dark" } };
