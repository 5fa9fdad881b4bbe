import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { ApiError } from "@/api/errors";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { Payment_State, Provider, type Payment } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { PLATFORM } from "@/api/session";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { toast } from "@/design/Toast/toast";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { openMinor } from "../invoices/InvoiceTable";
import { Asked } from "../parts/Asked";
import { PaymentBadge } from "../parts/badges";
import { PlainTable } from "../parts/PlainTable";
import { StripeDialog } from "../paymentMethods/StripeDialog";
import { providers } from "../words/words";
import { useConfirmPaymentMutation, useListPaymentsQuery } from "./api";
import { Disputes } from "./Disputes";
import { refundableMinor } from "./refundable";
import { RefundDialog } from "./RefundDialog";
import { useConfirmation } from "./useConfirmation";
import { useDecline } from "./useDecline";
import { useReturn } from "./useReturn";

/** How often a payment that is on its way is looked at again. */
const LOOK_MS = 3000;

/** An attempt to pay; without a payment one that is still to come. */
interface Attempt {
  id: string;
  payment?: Payment;
}

/** The attempts to pay an invoice, and the next one; one that waits for the payer is confirmed from here. */
export function InvoicePayments({ invoice }: { invoice: Invoice }): ReactNode {
  const { t } = useTranslation("payments");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const can = useCan();
  const { realm } = useSession();
  const { declineText } = useDecline();
  const [isUnderWay, setUnderWay] = useState(false);
  const query = useListPaymentsQuery(
    { invoiceId: invoice.id, tenantId: invoice.tenantId, pageSize: 100 },
    { refetchOnMountOrArgChange: 5, pollingInterval: isUnderWay ? LOOK_MS : 0 },
  );
  const payments = query.data?.payments ?? [];
  const underWay = payments.some(({ state }) => state === Payment_State.PENDING);
  if (underWay !== isUnderWay) setUnderWay(underWay);
  const [refunded, setRefunded] = useState<Payment>();
  const confirming = useConfirming(invoice);
  const open = payments.find(({ state }) => state === Payment_State.REQUIRES_ACTION);
  useReturn(query.data !== undefined, () => {
    const waiting = open ?? payments.find(({ state }) => state === Payment_State.PENDING);
    if (waiting !== undefined) void confirming.look(waiting);
  });
  const mayRefund = can(PaymentService.method.refundPayment);
  const { nextAttemptTime, attemptCount } = invoice;
  const attempts: Attempt[] = [
    ...(nextAttemptTime === undefined ? [] : [{ id: "next" }]),
    ...payments.map((payment) => ({ id: payment.id, payment })),
  ];
  return (
    <Card aria-labelledby="payments">
      <Stack>
        <Heading $size="medium" id="payments">
          {t("title")}
        </Heading>
        {open !== undefined &&
          (realm === PLATFORM ? (
            <Notice tone="warning">{t("confirm.payerWaits")}</Notice>
          ) : (
            <Notice
              tone="warning"
              title={t("confirm.title")}
              actions={
                <Inline>
                  <Button
                    size="small"
                    variant="primary"
                    isPending={confirming.isLoading}
                    onPress={() => confirming.begin(open)}
                  >
                    {t("confirm.do")}
                  </Button>
                  <Button size="small" isDisabled={confirming.isLoading} onPress={() => void confirming.look(open)}>
                    {t("confirm.look")}
                  </Button>
                </Inline>
              }
            >
              {t("confirm.lead")}
            </Notice>
          ))}
        <Asked query={query} label={t("loading")} lines={2}>
          {() =>
            attempts.length === 0 ? (
              <Text $tone="muted">{t("none")}</Text>
            ) : (
              <PlainTable
                label={t("label")}
                rows={attempts}
                rowId={({ id }) => id}
                // They are answered by the provider's people.
                detail={({ payment }) =>
                  realm === PLATFORM &&
                  payment !== undefined &&
                  payment.disputes.length > 0 && <Disputes disputes={payment.disputes} />
                }
                columns={[
                  {
                    id: "time",
                    header: t("time"),
                    cell: ({ payment }) => {
                      const time = payment === undefined ? nextAttemptTime : payment.createTime;
                      return time && format.dateTime(time);
                    },
                  },
                  {
                    id: "state",
                    header: billing("state"),
                    cell: ({ payment }) =>
                      payment === undefined ? (
                        <StatusBadge tone="neutral">{t("planned.state")}</StatusBadge>
                      ) : (
                        <PaymentBadge state={payment.state} />
                      ),
                  },
                  {
                    id: "provider",
                    header: t("provider"),
                    cell: ({ payment }) => payment && billing(`provider.${providers.word(payment.provider)}`),
                  },
                  {
                    id: "why",
                    header: t("why"),
                    cell: ({ payment }) =>
                      payment === undefined ? (
                        t(attemptCount === 0 ? "planned.first" : "planned.again", {
                          number: format.number(attemptCount + 1),
                        })
                      ) : payment.state === Payment_State.FAILED ? (
                        declineText(payment.declineReason)
                      ) : (
                        <bdi>{payment.note}</bdi>
                      ),
                  },
                  {
                    id: "amount",
                    header: t("amount"),
                    align: "end" as const,
                    cell: ({ payment }) =>
                      payment === undefined ? (
                        format.money(openMinor(invoice), invoice.currency)
                      ) : (
                        <Stack as="span" $gap="hair">
                          <span>{format.money(payment.amountMinor, payment.currency)}</span>
                          {payment.refundedMinor > 0n && (
                            <Text as="span" $size="small" $tone="muted">
                              {t("refundedPart", { amount: format.money(payment.refundedMinor, payment.currency) })}
                            </Text>
                          )}
                        </Stack>
                      ),
                  },
                  ...(mayRefund && payments.some((payment) => refundableMinor(payment) > 0n)
                    ? [
                        {
                          id: "refund",
                          header: t("refund.ask"),
                          headerHidden: true,
                          align: "end" as const,
                          cell: ({ payment }: Attempt) =>
                            payment !== undefined &&
                            refundableMinor(payment) > 0n && (
                              <Button size="small" variant="quiet" onPress={() => setRefunded(payment)}>
                                {t("refund.ask")}
                              </Button>
                            ),
                        },
                      ]
                    : []),
                ]}
              />
            )
          }
        </Asked>
      </Stack>
      {refunded !== undefined && <RefundDialog payment={refunded} onClose={() => setRefunded(undefined)} />}
      {confirming.dialog}
    </Card>
  );
}

/** Has the payer confirm, and looks up what became of it. */
export function useConfirming(invoice: Pick<Invoice, "id" | "number">) {
  const { t } = useTranslation("payments");
  const { realm } = useSession();
  const { declineText, failureText } = useDecline();
  const leave = useConfirmation();
  const [confirm, { isLoading }] = useConfirmPaymentMutation();
  const [asked, setAsked] = useState<Payment>();
  const look = async ({ id }: Payment): Promise<void> => {
    try {
      say(await answered(confirm({ id })));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: failureText(error) });
    }
  };
  const say = (payment: Payment): void => {
    if (payment.state === Payment_State.SUCCEEDED)
      toast({ tone: "success", title: t("confirm.paid", { number: invoice.number }) });
    else if (payment.state === Payment_State.FAILED)
      toast({ tone: "danger", title: t("confirm.failed"), description: declineText(payment.declineReason) });
    else if (payment.state === Payment_State.PENDING) toast({ tone: "info", title: t("confirm.pending") });
  };
  const begin = (payment: Payment): void => {
    const back = paths.to(realm, "invoice", { id: invoice.id }, { confirm: "1" });
    if (leave(payment.confirmation, back)) return;
    if (payment.provider === Provider.STRIPE && (payment.confirmation?.clientSecret ?? "") !== "") setAsked(payment);
    else void look(payment);
  };
  const dialog = asked !== undefined && (
    <StripeDialog
      kind="payment"
      clientSecret={asked.confirmation?.clientSecret ?? ""}
      onClose={() => setAsked(undefined)}
      onDone={() => {
        setAsked(undefined);
        void look(asked);
      }}
    />
  );
  return { begin, look, say, isLoading, dialog };
}
