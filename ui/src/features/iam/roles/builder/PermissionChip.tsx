import { Check, CornerDownRight, Lock } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useDrag } from "react-aria/useDrag";
import { css, styled } from "styled-components";

import { theme } from "@/design/theme";
import { Tooltip } from "@/design/Tooltip/Tooltip";

/** Names of permissions, and nothing else, can be dropped onto a role. */
export const PERMISSION_TYPE = "application/x-atrium-permission";

export type ChipState =
  /** The role does not have it. */
  | "off"
  /** The role names it itself. */
  | "on"
  /** Another of the role's own names covers it. */
  | "covered"
  /** A role it inherits from has it. */
  | "inherited";

interface PermissionChipProps {
  /** `users.create`, `users.*` or `*`. */
  pattern: string;
  /** What is written on it: beside its noun the verb is enough. */
  label: string;
  state: ChipState;
  /** Shown while the pointer rests on it or the keyboard is at it. */
  hint: string | undefined;
  /** Why it cannot be changed. */
  disabledReason: string | undefined;
  /** Whether the saved role has it the other way round. */
  changed: boolean;
  onToggle: () => void;
}

/** A permission of the catalogue: pressed when the role has it. It can be pressed or dragged. */
export function PermissionChip({
  pattern,
  label,
  state,
  hint,
  disabledReason,
  changed,
  onToggle,
}: PermissionChipProps): ReactNode {
  const ref = useRef<HTMLSpanElement>(null);
  const fixed = disabledReason !== undefined;
  // The button inside is for the keyboard: dragging is for pointers only.
  const { dragProps, isDragging } = useDrag({
    hasDragButton: true,
    isDisabled: fixed,
    getItems: () => [{ [PERMISSION_TYPE]: pattern }],
  });
  return (
    <Holder ref={ref} {...dragProps} $dragged={isDragging}>
      <Tooltip text={disabledReason ?? hint}>
        <Chip
          aria-label={pattern}
          aria-pressed={state === "on" || state === "covered"}
          {...(fixed ? { "aria-disabled": "true" as const } : {})}
          onPress={() => !fixed && onToggle()}
          $state={state}
          $changed={changed}
        >
          {fixed && state === "off" ? <Lock size={12} aria-hidden /> : null}
          {state === "on" || state === "covered" ? <Check size={12} aria-hidden /> : null}
          {state === "inherited" ? <CornerDownRight size={12} aria-hidden /> : null}
          {label}
        </Chip>
      </Tooltip>
    </Holder>
  );
}

const Holder = styled.span<{ $dragged: boolean }>`
  display: inline-flex;
  opacity: ${({ $dragged }) => ($dragged ? 0.5 : 1)};
`;

const states = {
  off: css`
    border-color: ${theme.color.border};
    background: ${theme.color.surface};
    color: ${theme.color.muted};
  `,
  on: css`
    border-color: transparent;
    background: ${theme.color.accent};
    color: ${theme.color.onAccent};
  `,
  covered: css`
    border-color: transparent;
    background: ${theme.color.accentSoft};
    color: ${theme.color.onAccentSoft};
  `,
  inherited: css`
    border-color: ${theme.color.control};
    border-style: dashed;
    background: ${theme.color.sunken};
    color: ${theme.color.text};
  `,
};

const Chip = styled(Button)<{ $state: ChipState; $changed: boolean }>`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[1]};
  min-block-size: 1.625rem;
  padding-inline: ${theme.space[2]};
  border: 1px solid;
  border-radius: ${theme.radius.full};
  font-family: ${theme.font.code};
  font-size: ${theme.text.size.tiny};
  line-height: 1;
  cursor: grab;
  ${({ $state }) => states[$state]}
  &[data-hovered]:not([aria-disabled]) {
    box-shadow: 0 0 0 1px ${theme.color.control};
  }
  &[aria-disabled] {
    cursor: not-allowed;
  }
  ${({ $changed }) =>
    $changed &&
    css`
      outline: 2px solid ${theme.color.warning.solid};
      outline-offset: 1px;
      &[data-focus-visible] {
        outline-color: ${theme.color.focus};
      }
    `}
  @media (pointer: coarse) {
    min-block-size: 2.25rem;
    padding-inline: ${theme.space[3]};
  }
`;
