import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, screen } from "storybook/test";

import { Pagination } from "./Pagination";

const meta = {
  title: "Design/Pagination",
  component: Pagination,
  args: {
    page: { number: 3, hasPrevious: true, next: fn(), previous: fn() },
    nextPageToken: "abc",
    total: 1284,
  },
} satisfies Meta<typeof Pagination>;

export default meta;
type Story = StoryObj<typeof meta>;

export const GoesBothWays: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole("status")).toHaveTextContent("Page 3 · 1,284 entries in all");
    await userEvent.click(canvas.getByRole("button", { name: "Next" }));
    await expect(args.page.next).toHaveBeenCalledWith("abc");
    await userEvent.click(canvas.getByRole("button", { name: "Previous" }));
    await expect(args.page.previous).toHaveBeenCalledOnce();
  },
};

export const TheOnlyPage: Story = {
  args: { page: { number: 1, hasPrevious: false, next: fn(), previous: fn() }, nextPageToken: "", total: 1 },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.tab();
    await expect(await screen.findByRole("tooltip")).toHaveTextContent("first page");
    await userEvent.keyboard("{Enter}{Tab}{Enter}");
    await expect(args.page.previous).not.toHaveBeenCalled();
    await expect(args.page.next).not.toHaveBeenCalled();
    await expect(canvas.getByRole("status")).toHaveTextContent("1 entry in all");
  },
};

export const WhileAPageIsOnItsWay: Story = {
  args: {
    isLoading: true,
    nextPageToken: undefined,
    page: { number: 2, hasPrevious: true, next: fn(), previous: fn() },
  },
  play: async ({ args, canvas, userEvent }) => {
    const next = canvas.getByRole("button", { name: "Next" });
    await userEvent.click(next);
    await expect(next).toHaveFocus();
    await expect(args.page.next).not.toHaveBeenCalled();
  },
};

export const InTheDark: Story = { globals: { mode: "dark", locale: "de" } };
