import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";

/**
 * Calls `look` once after the payer has come back from the provider's page, which the address says (`?confirm=1`), and
 * takes that out of the address, so that reloading the page does not look again.
 */
export function useReturn(ready: boolean, look: () => void): void {
  const [search, setSearch] = useSearchParams();
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });
  const came = search.has("confirm");
  useEffect(() => {
    if (!came || !ready) return;
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        // The provider adds words of its own.
        for (const name of [
          "confirm",
          "payment_intent",
          "payment_intent_client_secret",
          "redirect_status",
          "setup_intent",
        ])
          next.delete(name);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
    latest.current();
  }, [came, ready, setSearch]);
}
