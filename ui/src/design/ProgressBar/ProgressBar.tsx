import type { ReactNode } from "react";
import { Label } from "react-aria-components/Label";
import { ProgressBar as AriaProgressBar } from "react-aria-components/ProgressBar";
import { keyframes, styled } from "styled-components";

import { theme } from "../theme";

type Tone = "accent" | "success" | "warning" | "danger";

interface ProgressBarProps {
  label: string;
  /** Hides the label from sight where something else on the page says it. */
  labelHidden?: boolean;
  /** From 0 to `max`; left out while nobody knows how far it is. */
  value?: number | undefined;
  /** Default: 100. */
  max?: number;
  /** In place of the percentage: “3 of 6 steps”. */
  valueText?: string;
  /** Default: `accent`. */
  tone?: Tone;
}

/** How far something is, or how full. */
export function ProgressBar({
  label,
  labelHidden = false,
  value,
  max = 100,
  valueText,
  tone = "accent",
}: ProgressBarProps): ReactNode {
  return (
    <Bar
      value={Math.min(Math.max(value ?? 0, 0), max)}
      maxValue={max}
      isIndeterminate={value === undefined}
      {...(labelHidden ? { "aria-label": label } : {})}
      {...(valueText === undefined ? {} : { valueLabel: valueText })}
    >
      {({ percentage, valueText: shown, isIndeterminate }) => (
        <>
          {!labelHidden && (
            <Words>
              <Label>{label}</Label>
              {!isIndeterminate && <Value>{shown}</Value>}
            </Words>
          )}
          <Track>
            {isIndeterminate ? <Runner /> : <Fill $tone={tone} style={{ inlineSize: `${String(percentage ?? 0)}%` }} />}
          </Track>
        </>
      )}
    </Bar>
  );
}

const Bar = styled(AriaProgressBar)`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.snug};
  min-inline-size: 0;
`;

const Words = styled.div`
  display: flex;
  justify-content: space-between;
  gap: ${theme.space[2]};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
`;

const Value = styled.span`
  color: ${theme.color.muted};
  font-variant-numeric: tabular-nums;
`;

const Track = styled.div`
  position: relative;
  block-size: 0.375rem;
  overflow: clip;
  border-radius: ${theme.radius.full};
  background: ${theme.color.active};
  @media (forced-colors: active) {
    outline: 1px solid;
  }
`;

const colors = {
  accent: theme.color.accent,
  success: theme.color.success.solid,
  warning: theme.color.warning.solid,
  danger: theme.color.danger.solid,
};

const Fill = styled.div<{ $tone: Tone }>`
  block-size: 100%;
  border-radius: inherit;
  background: ${({ $tone }) => colors[$tone]};
  transition: inline-size ${theme.motion.medium} ${theme.motion.ease};
  @media (forced-colors: active) {
    background: CanvasText;
    forced-color-adjust: none;
  }
`;

const run = keyframes`
  from { translate: -100% 0; }
  to { translate: 300% 0; }
`;

const Runner = styled(Fill).attrs({ $tone: "accent" })`
  inline-size: 33%;
  animation: ${run} 1.4s ${theme.motion.ease} infinite;
  @media (prefers-reduced-motion: reduce) {
    inline-size: 100%;
    opacity: 0.5;
    animation: none;
  }
`;
