import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { NoPermission } from "@/design/states/states";
import { Tabs } from "@/design/Tabs/Tabs";
import { oneOf, useListState } from "@/routing/listState";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { MethodList } from "../paymentMethods/MethodList";
import { PaymentTable } from "./PaymentTable";
import { RefundTable } from "./RefundTable";

const params = { show: oneOf(["payments", "refunds", "methods"], "payments") };

/** The payments of one tenant, what went back, and how it pays. */
export function PaymentsSection(): ReactNode {
  const { t } = useTranslation("payments");
  const can = useCan();
  const { tenantId } = useBilled();
  const list = useListState(params);
  if (!can(PaymentService.method.listPayments)) return <NoPermission permission="payments.read" />;
  return (
    <Tabs
      label={t("tabs")}
      selected={list.values.show}
      onChange={(id) => list.set({ show: id as "payments" | "refunds" | "methods" })}
      items={[
        { id: "payments", label: t("title"), content: <PaymentTable tenantId={tenantId} /> },
        { id: "refunds", label: t("refunds.title"), content: <RefundTable tenantId={tenantId} /> },
        { id: "methods", label: t("methods"), content: <MethodList tenantId={tenantId} readOnly /> },
      ]}
    />
  );
}
