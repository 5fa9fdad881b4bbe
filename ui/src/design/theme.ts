import { createTheme } from "styled-components";

import { modes } from "./tokens";

/**
 * The tokens as CSS variables: `color: ${theme.color.muted}` in a styled component is `var(--atrium-color-muted, …)`.
 * Styles are therefore the same text in both modes and for every tenant; `Design` gives the variables their values.
 */
export const theme = createTheme(modes.light, { prefix: "atrium" });
