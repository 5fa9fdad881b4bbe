import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { PaymentMethod } from "@/api/gen/atrium/billing/v1/payment_pb";

/** Until when a method is good, as cards say it: `12/2029`; undefined for those that do not expire. */
export function useMethodExpiry(): (method: PaymentMethod) => string | undefined {
  const { t } = useTranslation("paymentMethods");
  return useCallback(
    ({ expireMonth, expireYear }) =>
      expireYear === 0
        ? undefined
        : t("expires", { time: `${String(expireMonth).padStart(2, "0")}/${String(expireYear)}` }),
    [t],
  );
}
