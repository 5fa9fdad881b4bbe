import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Payment_State } from "@/api/gen/atrium/billing/v1/payment_pb";
import type { SubscriptionChange } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { PLATFORM } from "@/api/session";
import { toast } from "@/design/Toast/toast";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { useConfirmation } from "../payments/useConfirmation";
import { useDecline } from "../payments/useDecline";

/** Says what came of a change, and takes the payer to where a payment is confirmed or paid otherwise. */
export function useOutcome(): (change: SubscriptionChange) => void {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const navigate = useNavigate();
  const { realm } = useSession();
  const confirm = useConfirmation();
  const { declineText } = useDecline();
  return useCallback(
    ({ subscription, invoice, payment }) => {
      const pending = subscription?.pendingChange?.effectiveTime;
      if (payment?.state === Payment_State.REQUIRES_ACTION) {
        const page = paths.to(realm, "invoice", { id: payment.invoiceId }, { confirm: "1" });
        // Who acts for the tenant cannot confirm in the payer's place.
        if (realm === PLATFORM) toast({ tone: "warning", title: t("outcome.payerConfirms") });
        else if (!confirm(payment.confirmation, page)) void navigate(page);
        return;
      }
      if (payment?.state === Payment_State.FAILED) {
        toast({ tone: "danger", title: t("outcome.declined"), description: declineText(payment.declineReason) });
        if (realm !== PLATFORM) void navigate(paths.to(realm, "invoice", { id: payment.invoiceId }));
        return;
      }
      if (pending !== undefined) toast({ tone: "success", title: t("outcome.later", { time: format.date(pending) }) });
      else if (invoice !== undefined && (invoice.totals?.totalMinor ?? 0n) > 0n)
        toast({
          tone: "success",
          title: t(payment?.state === Payment_State.SUCCEEDED ? "outcome.paid" : "outcome.invoiced", {
            number: invoice.number,
            amount: format.money(invoice.totals?.totalMinor ?? 0n, invoice.currency),
          }),
        });
      else toast({ tone: "success", title: t("outcome.done") });
    },
    [t, format, navigate, realm, confirm, declineText],
  );
}
