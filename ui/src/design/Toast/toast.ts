/** Messages that appear over the page, from anywhere: `toast({ tone: "success", title })`. `Toasts` shows them. */
import { ToastQueue } from "react-stately/useToastState";

export interface ToastContent {
  /** Default: `info`. */
  tone?: "success" | "info" | "warning" | "danger";
  title: string;
  description?: string;
  /** One thing to do about it, such as “Undo”. It must be possible elsewhere too: the message goes. */
  action?: { label: string; onPress: () => void };
  /** How long it stays. Default: 6 s, 12 s with an action; `danger` stays until it is dismissed. */
  timeoutSeconds?: number;
}

const SECONDS = 6;
const SECONDS_WITH_ACTION = 12;

/** At most four are shown at once; others wait. */
export const queue = new ToastQueue<ToastContent>({ maxVisibleToasts: 4 });

/**
 * Says what has happened where nothing on the page shows it. Screen readers say it at once; while the pointer or the
 * keyboard is at the messages, none of them goes. Answers with what takes it away.
 */
export function toast(content: ToastContent): () => void {
  const key = queue.add(content, timeoutOf(content));
  return () => queue.close(key);
}

/** Takes all away: after signing out, they are nobody's business. */
export function clearToasts(): void {
  queue.clear();
}

function timeoutOf({ tone, action, timeoutSeconds }: ToastContent): { timeout?: number } {
  if (timeoutSeconds !== undefined) return { timeout: timeoutSeconds * 1000 };
  if (tone === "danger") return {};
  return { timeout: (action === undefined ? SECONDS : SECONDS_WITH_ACTION) * 1000 };
}
