import { useRef, useState, type ReactNode } from "react";

import { Button, type ButtonProps } from "../Button/Button";
import { later, usePreload } from "../later/later";
import { Tooltip } from "../Tooltip/Tooltip";
import type { MenuEntry } from "./entries";

export const MenuPopup = later(async () => (await import("./MenuPopup")).MenuPopup);

export interface MenuButtonProps extends Omit<ButtonProps, "onPress" | "aria-label" | "isPending"> {
  /** What the menu holds: “Actions for Acme”. The button's name and tooltip where it shows only an icon. */
  label: string;
  entries: readonly MenuEntry[];
}

/** A button that opens a menu below it. Arrow keys open it too, at its first or last entry. */
export function MenuButton({ label, entries, children, ...rest }: MenuButtonProps): ReactNode {
  const ref = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<"first" | "last" | "any">();
  const bare = children === undefined;
  usePreload(MenuPopup);
  const button = (
    <Button
      {...rest}
      ref={ref}
      aria-haspopup="menu"
      aria-expanded={open !== undefined}
      onPress={(event) =>
        setOpen(event.pointerType === "keyboard" || event.pointerType === "virtual" ? "first" : "any")
      }
      onKeyDown={(event) => {
        if (event.key === "ArrowDown") setOpen("first");
        else if (event.key === "ArrowUp") setOpen("last");
        else return;
        event.preventDefault();
      }}
      {...(bare ? { "aria-label": label } : {})}
    >
      {children}
    </Button>
  );
  return (
    <>
      {bare ? (
        <Tooltip text={open === undefined ? label : undefined} names>
          {button}
        </Tooltip>
      ) : (
        button
      )}
      {open !== undefined && (
        <MenuPopup triggerRef={ref} label={label} entries={entries} start={open} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}
