import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactNode } from "react";
import { expect, screen, waitFor } from "storybook/test";

import { Stack } from "../layout/layout";
import { LocalePicker } from "./LocalePicker";
import { TimeZonePicker } from "./TimeZonePicker";

/** Both of them, as in an account's settings. */
function Pickers(): ReactNode {
  const [locale, setLocale] = useState<string | null>("de-CH");
  const [zone, setZone] = useState<string | null>("Europe/Zurich");
  return (
    <Stack>
      <LocalePicker label="Language and region" value={locale} onChange={setLocale} />
      <TimeZonePicker label="Time zone" value={zone} onChange={setZone} />
      <output>{`${locale} ${zone}`}</output>
    </Stack>
  );
}

const meta = {
  title: "Design/LocalePicker",
  component: Pickers,
  decorators: [
    (Story) => (
      <div style={{ maxInlineSize: 320, minBlockSize: 320 }}>
        <Story />
      </div>
    ),
  ],
} satisfies Meta<typeof Pickers>;

export default meta;
type Story = StoryObj<typeof meta>;

export const FoundByName: Story = {
  play: async ({ canvas, userEvent }) => {
    const locale = canvas.getByRole("combobox", { name: "Language and region" });
    await expect(locale).toHaveValue("German (Switzerland)");
    await userEvent.clear(locale);
    await userEvent.type(locale, "french switz");
    await userEvent.click(await screen.findByRole("option", { name: /French \(Switzerland\).*texts in English/ }));
    await userEvent.tab();
    const zone = canvas.getByRole("combobox", { name: "Time zone" });
    await userEvent.clear(zone);
    await userEvent.type(zone, "new york");
    await userEvent.click(await screen.findByRole("option", { name: /America\/New York/ }));
    await waitFor(() => expect(canvas.getByText("fr-CH America/New_York")).toBeVisible());
  },
};

export const InTheDark: Story = { globals: { mode: "dark", locale: "de" } };
