import type { ReactNode } from "react";
import { css, styled } from "styled-components";

import { theme } from "../theme";

type Mark = "on" | "some" | "off";

/** The box of a checkbox: checked, partly checked, or empty. What it belongs to says it to screen readers. */
export function CheckMark({ mark }: { mark: Mark }): ReactNode {
  return (
    <Box aria-hidden $on={mark !== "off"}>
      {mark !== "off" && (
        <svg width={12} height={12} viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth={2}>
          <path d={mark === "on" ? "M2.5 6.2 5 8.7l4.5-5" : "M2.5 6h7"} strokeLinecap="round" strokeLinejoin="round" />
        </svg>
      )}
    </Box>
  );
}

/** For native inputs, too: `checkBoxOn` while they are checked. */
export const checkBox = css`
  display: inline-grid;
  place-items: center;
  flex: none;
  inline-size: 1rem;
  block-size: 1rem;
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.small};
  background: ${theme.color.surface};
  color: ${theme.color.onAccent};
  transition: background-color ${theme.motion.fast} ${theme.motion.ease};
`;

export const checkBoxOn = css`
  border-color: ${theme.color.accent};
  background: ${theme.color.accent};
`;

const Box = styled.span<{ $on: boolean }>`
  ${checkBox}
  ${({ $on }) => $on && checkBoxOn}
  @media (forced-colors: active) {
    forced-color-adjust: none;
    border-color: CanvasText;
    background: Canvas;
    color: CanvasText;
  }
`;
