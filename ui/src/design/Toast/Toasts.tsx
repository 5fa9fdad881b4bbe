import { useState, useSyncExternalStore, type ReactNode } from "react";

import { later, usePreload } from "../later/later";
import { queue } from "./toast";

const Region = later(async () => (await import("./ToastRegion")).ToastRegion);
const subscribe = (changed: () => void): (() => void) => queue.subscribe(changed);

/** Where `toast` messages appear. Once, around all pages. F6 brings the keyboard to them. */
export function Toasts(): ReactNode {
  const some = useSyncExternalStore(subscribe, () => queue.visibleToasts.length > 0);
  const [once, setOnce] = useState(false);
  if (some && !once) setOnce(true);
  usePreload(Region);
  return once && <Region />;
}
