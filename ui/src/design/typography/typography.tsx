import { css, styled } from "styled-components";

import { theme } from "../theme";

type Size = keyof typeof theme.text.size;
type Tone = "text" | "muted" | "faint" | "accent" | "danger" | "success" | "warning";

const tones: Record<Tone, string> = {
  text: theme.color.text,
  muted: theme.color.muted,
  faint: theme.color.faint,
  accent: theme.color.accentText,
  danger: theme.color.danger.text,
  success: theme.color.success.text,
  warning: theme.color.warning.text,
};

/** Running text; `as` chooses the element. */
export const Text = styled.p<{
  $size?: Size;
  $tone?: Tone;
  $weight?: keyof typeof theme.text.weight;
  /** Figures of one width, for columns and values that change. */
  $numeric?: boolean;
  /** One line; what does not fit is cut off. */
  $truncate?: boolean;
}>`
  color: ${({ $tone = "text" }) => tones[$tone]};
  font-size: ${({ $size = "medium" }) => theme.text.size[$size]};
  ${({ $weight }) =>
    $weight !== undefined &&
    css`
      font-weight: ${theme.text.weight[$weight]};
    `}
  ${({ $numeric = false }) =>
    $numeric &&
    css`
      font-variant-numeric: tabular-nums;
    `}
  ${({ $truncate = false }) =>
    $truncate &&
    css`
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    `}
`;

/** A heading inside a page; `as` sets its level (`h2` unless it says otherwise). The page's `h1` is `Page`'s. */
export const Heading = styled.h2<{ $size?: Size }>`
  font-size: ${({ $size = "large" }) => theme.text.size[$size]};
  font-weight: ${theme.text.weight.bold};
  line-height: ${theme.text.line.tight};
  letter-spacing: -0.008em;
  text-wrap: balance;
`;

/** A small heading over a group. */
export const Overline = styled.h3`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
  letter-spacing: 0.02em;
`;

/** An identifier, a code, a path. */
export const Code = styled.code`
  padding: 0.1em 0.35em;
  border-radius: ${theme.radius.small};
  background: ${theme.color.sunken};
  border: 1px solid ${theme.color.border};
  overflow-wrap: anywhere;
`;

/** For screen readers only. */
export const VisuallyHidden = styled.span`
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
`;
