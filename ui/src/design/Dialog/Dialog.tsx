import { useState, type FormEvent, type ReactNode } from "react";

import { later } from "../later/later";

const Frame = later(async () => (await import("./DialogFrame")).DialogFrame);

/** Fetches the dialogs' code: when a pointer or the keyboard is at what will open one. */
export const { preload: preloadDialog } = Frame;

export interface OverlayProps {
  isOpen: boolean;
  /** Called with `false` by Escape, the cross, and a press outside. */
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  /** Under the title: what it is about. */
  description?: ReactNode;
  /** Buttons that stay in view below the content, the main one last. */
  footer?: ReactNode;
  /** Makes content and footer one form: a `<Button type="submit">` in the footer sends it. */
  onSubmit?: (event: FormEvent<HTMLFormElement>) => void;
  /** It cannot be closed: something is running, or is not saved. */
  isBusy?: boolean;
  children?: ReactNode;
}

export interface DialogProps extends OverlayProps {
  /** A question, a form, or a piece of work: 26, 36 or 60 rem wide. Default: `medium`. */
  size?: "small" | "medium" | "large";
  /** `alertdialog` for what interrupts and needs an answer: a press outside does not close it. Default: `dialog`. */
  role?: "dialog" | "alertdialog";
}

/**
 * Something to finish before going on with the page, which cannot be reached meanwhile. Keeps the keyboard inside and
 * gives it back to what opened it; the content lives only while it is open. On phones it comes from below.
 */
export function Dialog(props: DialogProps): ReactNode {
  return useOnceOpen(props.isOpen) && <Frame {...props} kind="dialog" />;
}

/** Whether it is or was open: before that, its code is not needed; after it, it stays for its way out. */
export function useOnceOpen(isOpen: boolean): boolean {
  const [once, setOnce] = useState(isOpen);
  if (isOpen && !once) setOnce(true);
  return once;
}
