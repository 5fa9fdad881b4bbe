import { useLocation } from "react-router";

/** The one-time token of a mailed link. It stands after the `#`, which browsers send to nobody. Empty without one. */
export function useLinkToken(): string {
  return new URLSearchParams(useLocation().hash.slice(1)).get("token") ?? "";
}
