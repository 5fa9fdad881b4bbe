import type { ReactNode } from "react";

import { Button, type ButtonProps } from "../Button/Button";
import { Tooltip, type Placement } from "../Tooltip/Tooltip";

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "aria-label" | "wide"> {
  /** What it does: its name, and its tooltip. */
  label: string;
  /** An icon of 16 px. */
  icon: ReactNode;
  /** Where the tooltip stands. Default: `top`. */
  placement?: Placement;
}

/** A button that shows only an icon. Where there is room for its word, use `Button`. */
export function IconButton({ label, icon, variant = "quiet", placement = "top", ...rest }: IconButtonProps): ReactNode {
  const button = <Button {...rest} variant={variant} icon={icon} aria-label={label} />;
  if (rest.disabledReason !== undefined) return button;
  return (
    <Tooltip text={label} names placement={placement}>
      {button}
    </Tooltip>
  );
}
