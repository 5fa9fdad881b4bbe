import { useCallback } from "react";
import { useNavigate } from "react-router";

import type { Payment_Confirmation } from "@/api/gen/atrium/billing/v1/payment_pb";
import { paths } from "@/routing/paths";

const KEY = "atrium.billing.back";

/** Where to go once the payer has answered, for providers' pages that were not told when the payment began. */
export function rememberedBack(): string | undefined {
  const path = sessionStorage.getItem(KEY) ?? undefined;
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : undefined;
}

/**
 * Sends the payer to the provider's page that asks for the confirmation; `back` is where they come back to. Tells
 * whether there is such a page: without one the provider's script in the browser has to ask.
 */
export function useConfirmation(): (confirmation: Payment_Confirmation | undefined, back: string) => boolean {
  const navigate = useNavigate();
  return useCallback(
    (confirmation, back) => {
      if (confirmation === undefined || confirmation.redirectUrl === "") return false;
      sessionStorage.setItem(KEY, back);
      const url = new URL(confirmation.redirectUrl, location.href);
      // The sandbox's page is one of this application's own.
      if (url.origin === location.origin && url.pathname === paths.sandboxConfirm)
        void navigate(url.pathname + url.search + url.hash);
      else location.assign(url.href);
      return true;
    },
    [navigate],
  );
}
