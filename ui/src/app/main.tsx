import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";

import "@/design/fonts.css";
import { Design } from "@/design/Design";
import { startTexts } from "@/i18n/i18n";
import { LocaleProvider } from "@/i18n/Locale";

import { createRouter } from "./router";
import { loadTexts } from "./texts";

// The router fetches the first page while the texts are on their way.
const router = createRouter();
const texts = await startTexts(loadTexts, { first: ["app", "design"] });

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");
createRoot(root).render(
  <LocaleProvider texts={texts}>
    <Design>
      <RouterProvider router={router} />
    </Design>
  </LocaleProvider>,
);
