import { useRef, type ReactNode } from "react";
// Triggers of react-aria-components take what is done to them from here; the public module has all of the popup too.
import { FocusableProvider } from "react-aria/private/interactions/useFocusable";
import { useTooltipTrigger } from "react-aria/useTooltipTrigger";
import { useTooltipTriggerState } from "react-stately/useTooltipTriggerState";

import { later, usePreload } from "../later/later";

const Popup = later(async () => (await import("./TooltipPopup")).TooltipPopup);

export type Placement = "top" | "bottom" | "start" | "end";

interface TooltipProps {
  /** A few words. Nothing is shown while there are none. */
  text: string | undefined;
  /** The text is the element's name already, and is not read out a second time. */
  names?: boolean;
  /** Default: `top`; the other side where there is no room. */
  placement?: Placement;
  /** A Button, Link or another element of react-aria that takes the keyboard. */
  children: ReactNode;
}

/**
 * Says more about what the pointer rests on or the keyboard is at; the next ones show at once. Escape hides it, and the
 * pointer may move onto it. Nothing may be known from a tooltip alone: touch screens have none.
 */
export function Tooltip({ text, names = false, placement = "top", children }: TooltipProps): ReactNode {
  const ref = useRef<HTMLElement>(null);
  const isDisabled = text === undefined || text === "";
  const state = useTooltipTriggerState({ delay: 500, closeDelay: 150, isDisabled });
  const { triggerProps, tooltipProps } = useTooltipTrigger({ isDisabled }, state, ref);
  usePreload(Popup);
  const { "aria-describedby": described, ...trigger } = triggerProps;
  return (
    <>
      <FocusableProvider
        {...trigger}
        {...(described === undefined || names ? {} : { "aria-describedby": described })}
        ref={ref}
      >
        {children}
      </FocusableProvider>
      {state.isOpen && !isDisabled && (
        <Popup state={state} id={tooltipProps.id ?? ""} triggerRef={ref} placement={placement}>
          {text}
        </Popup>
      )}
    </>
  );
}
