/** The look that everything has that floats over the page. */
import { css } from "styled-components";

import { theme } from "../theme";

/** Menus, popovers, dialogs. */
export const floating = css`
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.raised};
  box-shadow: ${theme.shadow.middle};
  outline: none;
`;

/** Popovers come from the side of what opened them, and go at once. */
export const popoverMotion = css`
  transition:
    opacity ${theme.motion.fast} ${theme.motion.ease},
    translate ${theme.motion.fast} ${theme.motion.ease};
  &[data-entering],
  &[data-exiting] {
    opacity: 0;
  }
  &[data-entering][data-placement="bottom"] {
    translate: 0 -4px;
  }
  &[data-entering][data-placement="top"] {
    translate: 0 4px;
  }
`;
