import type { ReactNode, RefObject } from "react";
import { Tooltip as AriaTooltip, TooltipContext, TooltipTriggerStateContext } from "react-aria-components/Tooltip";
import type { TooltipTriggerState } from "react-stately/useTooltipTriggerState";
import { styled } from "styled-components";

import { popoverMotion } from "../overlay/overlay";
import { theme } from "../theme";
import type { Placement } from "./Tooltip";

interface TooltipPopupProps {
  state: TooltipTriggerState;
  id: string;
  triggerRef: RefObject<Element | null>;
  placement: Placement;
  children: ReactNode;
}

export function TooltipPopup({ state, id, triggerRef, placement, children }: TooltipPopupProps): ReactNode {
  const trigger = { id, triggerRef };
  return (
    <TooltipTriggerStateContext value={state}>
      <TooltipContext value={trigger}>
        <Bubble placement={placement} offset={6}>
          {children}
        </Bubble>
      </TooltipContext>
    </TooltipTriggerStateContext>
  );
}

const Bubble = styled(AriaTooltip)`
  z-index: ${theme.layer.tooltip};
  max-inline-size: 18rem;
  padding: ${theme.space[1]} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.strong};
  color: ${theme.color.onStrong};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
  line-height: ${theme.text.line.body};
  text-wrap: pretty;
  overflow-wrap: anywhere;
  ${popoverMotion}
  @media (forced-colors: active) {
    border: 1px solid;
  }
`;
