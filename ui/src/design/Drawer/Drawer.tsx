import type { ReactNode } from "react";

import { useOnceOpen, type OverlayProps } from "../Dialog/Dialog";
import { later } from "../later/later";

const Frame = later(async () => (await import("../Dialog/DialogFrame")).DialogFrame);

export interface DrawerProps extends OverlayProps {
  /** 26, 36 or 60 rem wide, at most as wide as the page. Default: `medium`. */
  size?: "small" | "medium" | "large";
}

/** The details of something on the page, at its end; the page stays in sight. Otherwise it is like a `Dialog`. */
export function Drawer(props: DrawerProps): ReactNode {
  return useOnceOpen(props.isOpen) && <Frame {...props} kind="drawer" />;
}
