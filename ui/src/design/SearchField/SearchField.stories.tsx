import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, waitFor } from "storybook/test";

import { SearchField } from "./SearchField";

const meta = {
  title: "Design/SearchField",
  component: SearchField,
  args: { label: "Search by name", value: "", onChange: fn(), pauseMs: 60_000 },
} satisfies Meta<typeof SearchField>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SearchesBeforeTheKeyboardLeaves: Story = {
  play: async ({ canvas, userEvent, args }) => {
    await userEvent.type(canvas.getByRole("searchbox"), "ada");
    await expect(args.onChange).not.toHaveBeenCalled();
    await userEvent.tab();
    await userEvent.tab();
    await expect(args.onChange).toHaveBeenCalledTimes(1);
    await expect(args.onChange).toHaveBeenCalledWith("ada");
  },
};

export const SearchesWhenTypingHasPaused: Story = {
  args: { pauseMs: 50 },
  play: async ({ canvas, userEvent, args }) => {
    await userEvent.type(canvas.getByRole("searchbox"), "ada");
    await waitFor(() => expect(args.onChange).toHaveBeenLastCalledWith("ada"));
  },
};

export const SearchesAtOnceByEnter: Story = {
  globals: { mode: "dark" },
  play: async ({ canvas, userEvent, args }) => {
    await userEvent.type(canvas.getByRole("searchbox"), "ada{Enter}");
    await expect(args.onChange).toHaveBeenCalledTimes(1);
    await expect(args.onChange).toHaveBeenCalledWith("ada");
  },
};
