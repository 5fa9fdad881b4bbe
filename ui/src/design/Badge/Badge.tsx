import type { ReactNode } from "react";
import { css, keyframes, styled } from "styled-components";

import { theme } from "../theme";

export type BadgeTone = "neutral" | "accent" | "success" | "warning" | "danger" | "info";

interface BadgeProps {
  /** Default: `neutral`. */
  tone?: BadgeTone;
  /** Before the text, 12 px. */
  icon?: ReactNode;
  children: ReactNode;
}

/** One or two words about the thing beside it. */
export function Badge({ tone = "neutral", icon, children }: BadgeProps): ReactNode {
  return (
    <Pill $tone={tone}>
      {icon}
      <Word>{children}</Word>
    </Pill>
  );
}

interface StatusBadgeProps {
  tone: BadgeTone;
  /** Something is happening right now, and the state will change by itself. */
  live?: boolean;
  children: ReactNode;
}

/** The state a thing is in: a dot and its word, for colour alone says nothing to many. */
export function StatusBadge({ tone, live = false, children }: StatusBadgeProps): ReactNode {
  return (
    <Pill $tone={tone}>
      <Dot $live={live} />
      <Word>{children}</Word>
    </Pill>
  );
}

const tones = {
  neutral: css`
    background: ${theme.color.sunken};
    border-color: ${theme.color.border};
    color: ${theme.color.muted};
  `,
  accent: css`
    background: ${theme.color.accentSoft};
    color: ${theme.color.onAccentSoft};
  `,
  success: css`
    background: ${theme.color.success.soft};
    color: ${theme.color.success.text};
  `,
  warning: css`
    background: ${theme.color.warning.soft};
    color: ${theme.color.warning.text};
  `,
  danger: css`
    background: ${theme.color.danger.soft};
    color: ${theme.color.danger.text};
  `,
  info: css`
    background: ${theme.color.info.soft};
    color: ${theme.color.info.text};
  `,
};

const Pill = styled.span<{ $tone: BadgeTone }>`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[1]};
  max-inline-size: 100%;
  min-block-size: 1.25rem;
  padding-inline: ${theme.space.snug};
  border: 1px solid transparent;
  border-radius: ${theme.radius.full};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
  line-height: 1.125rem;
  white-space: nowrap;
  ${({ $tone }) => tones[$tone]}
  @media (forced-colors: active) {
    border-color: currentColor;
  }
`;

const Word = styled.span`
  overflow: hidden;
  text-overflow: ellipsis;
`;

const pulse = keyframes`50% { opacity: 0.35; }`;

const Dot = styled.span<{ $live: boolean }>`
  flex: none;
  inline-size: 0.375rem;
  block-size: 0.375rem;
  border-radius: ${theme.radius.full};
  background: currentColor;
  forced-color-adjust: none;
  ${({ $live }) =>
    $live &&
    css`
      animation: ${pulse} 1.6s ${theme.motion.ease} infinite;
    `}
`;
