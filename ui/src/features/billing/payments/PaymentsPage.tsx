import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { LinkTabs } from "@/design/Tabs/Tabs";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { DisputeTable } from "./DisputeTable";
import { PaymentTable } from "./PaymentTable";
import { RefundTable } from "./RefundTable";

/** All payments of the provider. */
export function PaymentsPage(): ReactNode {
  return (
    <Frame current="payments">
      <PaymentTable />
    </Frame>
  );
}

/** All refunds of the provider. */
export function RefundsPage(): ReactNode {
  return (
    <Frame current="refunds">
      <RefundTable />
    </Frame>
  );
}

/** All disputes of payments to the provider. */
export function DisputesPage(): ReactNode {
  return (
    <Frame current="disputes">
      <DisputeTable />
    </Frame>
  );
}

interface FrameProps {
  current: "payments" | "refunds" | "disputes";
  children: ReactNode;
}

function Frame({ current, children }: FrameProps): ReactNode {
  const { t } = useTranslation("payments");
  const can = useCan();
  const { realm } = useSession();
  return (
    <Page title={t(current === "payments" ? "title" : `${current}.title`)}>
      <LinkTabs
        label={t("tabs")}
        current={current}
        items={[
          { id: "payments", label: t("title"), href: paths.to(realm, "payments") },
          { id: "refunds", label: t("refunds.title"), href: paths.to(realm, "refunds") },
          { id: "disputes", label: t("disputes.title"), href: paths.to(realm, "disputes") },
        ]}
      />
      {can(PaymentService.method.listPayments) ? children : <NoPermission permission="payments.read" />}
    </Page>
  );
}
