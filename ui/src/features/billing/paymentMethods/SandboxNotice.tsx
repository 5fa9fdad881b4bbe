import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { Notice } from "@/design/Notice/Notice";
import { useCan } from "@/session/useCan";

import { useListPaymentProvidersQuery } from "./api";

/** Says plainly that no money moves, where the only provider that charges is one that moves none. */
export function SandboxNotice(): ReactNode {
  const { t } = useTranslation("billing");
  const can = useCan();
  const { data } = useListPaymentProvidersQuery({}, { skip: !can(PaymentMethodService.method.listPaymentProviders) });
  return (
    data?.providers.some(({ sandbox }) => sandbox) === true && <Notice tone="warning">{t("sandboxNotice")}</Notice>
  );
}
