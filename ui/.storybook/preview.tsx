import type { Preview } from "@storybook/react-vite";
import type { i18n } from "i18next";
import { RouterProvider } from "react-aria-components";
import { configure } from "storybook/test";

import "../src/design/fonts.css";
import type { Mode } from "../src/design/tokens";
import { Surroundings, textsIn } from "../src/testing/surroundings";

// A limit, not a measure: the machine may be busy.
configure({ asyncUtilTimeout: 10_000 });

const preview: Preview = {
  globalTypes: {
    mode: {
      description: "Colour mode",
      toolbar: { icon: "mirror", items: ["light", "dark"], dynamicTitle: true },
    },
    locale: {
      description: "Locale",
      toolbar: { icon: "globe", items: ["en", "de"], dynamicTitle: true },
    },
    brand: {
      description: "A tenant's colour",
      toolbar: {
        icon: "paintbrush",
        items: ["#3b4fd8", "#0b6e4f", "#d4380d", "#ffd400", "#111111"],
        dynamicTitle: true,
      },
    },
  },
  initialGlobals: { mode: "light", locale: "en", brand: "#3b4fd8" },
  parameters: {
    a11y: {
      test: "error",
      options: { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
      // Stories are parts of pages: landmarks and the h1 are checked on whole pages, by the browser journeys.
      config: {
        rules: [
          { id: "region", enabled: false },
          { id: "page-has-heading-one", enabled: false },
          { id: "landmark-one-main", enabled: false },
        ],
      },
    },
    layout: "padded",
    controls: { expanded: true },
  },
  tags: ["autodocs"],
  loaders: [async ({ globals }) => ({ texts: await textsIn(String(globals["locale"])) })],
  decorators: [
    (Story, { globals, loaded }) => (
      <Surroundings
        texts={loaded["texts"] as i18n}
        locale={String(globals["locale"])}
        mode={globals["mode"] as Mode}
        brand={String(globals["brand"])}
      >
        {/* Links lead nowhere: following one would end the story. */}
        <RouterProvider navigate={() => undefined}>
          <Story />
        </RouterProvider>
      </Surroundings>
    ),
  ],
};

export default preview;
