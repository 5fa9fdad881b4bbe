import type { ReactNode } from "react";
import { styled } from "styled-components";

import { Inline } from "@/design/layout/layout";
import { theme } from "@/design/theme";

interface SaveBarProps {
  /** How much is not saved yet. */
  children: ReactNode;
  actions: ReactNode;
}

/** At the foot of a page that holds something unsaved, in view wherever one is on it. */
export function SaveBar({ children, actions }: SaveBarProps): ReactNode {
  return (
    <Bar role="region" aria-live="polite">
      <div>{children}</div>
      <Inline>{actions}</Inline>
    </Bar>
  );
}

const Bar = styled.div`
  position: sticky;
  inset-block-end: ${theme.space[4]};
  z-index: ${theme.layer.sticky};
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[2]} ${theme.space[4]};
  padding: ${theme.space[3]} ${theme.space[4]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.raised};
  box-shadow: ${theme.shadow.middle};
`;
