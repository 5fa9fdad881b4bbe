import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { ApiError, reportId } from "@/api/errors";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { PaymentMethod_State, type Payment } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { Submission } from "@/api/idempotency";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { EmptyState } from "@/design/states/states";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { openMinor } from "../invoices/InvoiceTable";
import { Asked } from "../parts/Asked";
import { useListPaymentMethodsQuery } from "../paymentMethods/api";
import { SandboxNotice } from "../paymentMethods/SandboxNotice";
import { useMethodExpiry } from "../paymentMethods/useMethodExpiry";
import { useCreatePaymentMutation } from "./api";
import { useDecline } from "./useDecline";

interface PayDialogProps {
  invoice: Invoice;
  onClose: () => void;
  /** What became of it, whatever that is. */
  onPaid: (payment: Payment) => void;
}

/** Pays an invoice with one of the tenant's methods. */
export function PayDialog({ invoice, onClose, onPaid }: PayDialogProps): ReactNode {
  const { t } = useTranslation("payments");
  const format = useFormat();
  const { realm } = useSession();
  const { failureText } = useDecline();
  const expiry = useMethodExpiry();
  const query = useListPaymentMethodsQuery({ tenantId: invoice.tenantId });
  const [pay, { isLoading }] = useCreatePaymentMutation();
  const [submission] = useState(() => new Submission());
  const [chosen, setChosen] = useState<string>();
  const [failure, setFailure] = useState<ApiError>();
  const ready = (query.data?.paymentMethods ?? []).filter(({ state }) => state === PaymentMethod_State.ACTIVE);
  const method = chosen ?? (ready.find((one) => one.default) ?? ready[0])?.id;
  const send = async (): Promise<void> => {
    if (method === undefined || isLoading) return;
    setFailure(undefined);
    try {
      const request = {
        invoiceId: invoice.id,
        paymentMethodId: method,
        returnPath: paths.to(realm, "invoice", { id: invoice.id }, { confirm: "1" }),
      };
      onPaid(
        await submission.run(PaymentService.method.createPayment, request, (asked, options) =>
          answered(pay({ ...asked, ...options })),
        ),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
  };
  const amount = format.money(openMinor(invoice), invoice.currency);
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={t("pay.title", { number: invoice.number })}
      isBusy={isLoading}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      footer={
        <>
          <Button variant="quiet" isDisabled={isLoading} onPress={onClose}>
            {t("cancel")}
          </Button>
          <Button
            type="submit"
            variant="primary"
            isPending={isLoading}
            disabledReason={method === undefined ? t("pay.choose") : undefined}
          >
            {t("pay.do", { amount })}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {failureText(failure)}
          </Notice>
        )}
        <SandboxNotice />
        <Asked query={query} label={t("pay.loading")}>
          {() =>
            ready.length === 0 ? (
              <EmptyState
                title={t("pay.none")}
                actions={
                  <ButtonLink variant="primary" href={paths.to(realm, "paymentMethods")}>
                    {t("pay.add")}
                  </ButtonLink>
                }
              />
            ) : (
              <RadioGroup
                label={t("pay.with")}
                look="cards"
                value={method ?? null}
                onChange={setChosen}
                options={ready.map((one) => ({ id: one.id, label: one.label, description: expiry(one) }))}
              />
            )
          }
        </Asked>
      </Stack>
    </Dialog>
  );
}
