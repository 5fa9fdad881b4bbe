import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, fn, screen, waitFor } from "storybook/test";

import { FilterChoice, Filters } from "./Filters";

type State = "active" | "suspended" | "deleted";
const said = fn();
const none = { query: "", state: [] as State[], plan: [] as string[] };

/** Like a page that keeps its filters in the address. */
function List(): ReactNode {
  const [values, setValues] = useState(none);
  const set = (changes: Partial<typeof none>): void => {
    said(changes);
    setValues((before) => ({ ...before, ...changes }));
  };
  return (
    <Filters
      search={{ label: "Search tenants", value: values.query, onChange: (query) => set({ query }) }}
      filtered={values.query !== "" || values.state.length > 0 || values.plan.length > 0}
      onClear={() => set(none)}
    >
      <FilterChoice<State>
        label="State"
        options={[
          { id: "active", label: "Active" },
          { id: "suspended", label: "Suspended" },
          { id: "deleted", label: "Deleted" },
        ]}
        value={values.state}
        onChange={(state) => set({ state })}
      />
      <FilterChoice
        label="Plan"
        one
        options={[
          { id: "free", label: "Free" },
          { id: "team", label: "Team" },
        ]}
        value={values.plan}
        onChange={(plan) => set({ plan })}
      />
    </Filters>
  );
}

const meta = {
  title: "Design/Filters",
  component: List,
  beforeEach: () => void said.mockClear(),
} satisfies Meta<typeof List>;

export default meta;
type Story = StoryObj<typeof meta>;

export const SearchesWhenTypingPauses: Story = {
  play: async ({ canvas, userEvent }) => {
    const field = canvas.getByRole("searchbox", { name: "Search tenants" });
    await userEvent.type(field, "acme");
    await expect(said).not.toHaveBeenCalled();
    await waitFor(() => expect(said).toHaveBeenCalledWith({ query: "acme" }));
    await expect(said).toHaveBeenCalledOnce();
    await userEvent.type(field, " ltd{Enter}");
    await expect(said).toHaveBeenLastCalledWith({ query: "acme ltd" });
    await userEvent.keyboard("{Escape}");
    await expect(said).toHaveBeenLastCalledWith({ query: "" });
    await expect(said).toHaveBeenCalledTimes(3);
  },
};

export const ChoosesAndClears: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "State" }));
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "Suspended" }));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Active" }));
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    await expect(said).toHaveBeenLastCalledWith({ state: ["active", "suspended"] });
    await expect(canvas.getByRole("button", { name: /^State/ })).toHaveTextContent("Active and Suspended");
    await userEvent.click(canvas.getByRole("button", { name: "Clear all" }));
    await expect(said).toHaveBeenLastCalledWith(none);
    await expect(canvas.queryByRole("button", { name: "Clear all" })).toBeNull();
  },
};

export const AtMostOne: Story = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Plan" }));
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "Free" }));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Team" }));
    await expect(said).toHaveBeenLastCalledWith({ plan: ["team"] });
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "Team" }));
    await expect(said).toHaveBeenLastCalledWith({ plan: [] });
  },
};

export const InTheDark: Story = { globals: { mode: "dark", locale: "de" } };
