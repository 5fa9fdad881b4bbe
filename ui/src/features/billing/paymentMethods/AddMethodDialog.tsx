import { useState, type ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { ApiError } from "@/api/errors";
import { PaymentMethodService, type PaymentProvider } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { PaymentMethod_State, Provider, type PaymentMethod } from "@/api/gen/atrium/billing/v1/payment_pb";
import { Submission } from "@/api/idempotency";
import { Badge } from "@/design/Badge/Badge";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { Select } from "@/design/Select/Select";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { useRequestForm } from "@/forms/useRequestForm";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { FormSwitch } from "../fields/FormSwitch";
import { FormDialog } from "../parts/FormDialog";
import { useConfirmation } from "../payments/useConfirmation";
import { useDecline } from "../payments/useDecline";
import { providers } from "../words/words";
import { useConfirmPaymentMethodMutation, useCreatePaymentMethodMutation } from "./api";
import { StripeDialog } from "./StripeDialog";
import { TEST_CARDS } from "./testCards";

interface AddMethodDialogProps {
  tenantId: string;
  /** Those that are set up here and can keep a method. */
  offered: readonly PaymentProvider[];
  /** There is none yet: the new one is the default. */
  isFirst: boolean;
  onClose: () => void;
}

interface Values {
  provider: string;
  token: string;
  default: boolean;
}

/**
 * Adds a way to pay. What identifies a card or an account is only ever typed in the provider's own fields or page; the
 * sandbox has none of it, so its test cards are chosen from a list.
 */
export function AddMethodDialog({ tenantId, offered, isFirst, onClose }: AddMethodDialogProps): ReactNode {
  const { t } = useTranslation("paymentMethods");
  const billing = useTranslation("billing").t;
  const { realm } = useSession();
  const { failureText } = useDecline();
  const leave = useConfirmation();
  const [create] = useCreatePaymentMethodMutation();
  const [confirm] = useConfirmPaymentMethodMutation();
  const [submission] = useState(() => new Submission());
  const [typing, setTyping] = useState<PaymentMethod>();
  const form = useRequestForm<Values, PaymentMethod>({
    defaultValues: {
      provider: String(offered[0]?.provider ?? Provider.UNSPECIFIED),
      token: TEST_CARDS[0].token,
      default: isFirst,
    },
    send: async ({ provider, token, default: isDefault }) => {
      const chosen = Number(provider) as Provider;
      const request = {
        tenantId,
        provider: chosen,
        providerToken: chosen === Provider.SANDBOX ? token : "",
        returnPath: paths.to(realm, "paymentMethods", {}, { confirm: "1" }),
        default: isDefault,
      };
      try {
        return await submission.run(PaymentMethodService.method.createPaymentMethod, request, (asked, options) =>
          answered(create({ ...asked, ...options })),
        );
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== "PAYMENT_DECLINED") throw error;
        throw new ApiError({ ...error.toFailure(), reason: "DECLINED_IN_WORDS", message: failureText(error) });
      }
    },
    onDone: (method) => {
      if (method.state !== PaymentMethod_State.PENDING) {
        onClose();
        toast({ tone: "success", title: t("add.done", { name: method.label }) });
        return;
      }
      if (leave(method.setup, paths.to(realm, "paymentMethods", {}, { confirm: "1" }))) return;
      setTyping(method);
    },
  });
  const { field } = useController({ control: form.control, name: "provider" });
  const card = useController({ control: form.control, name: "token" }).field;
  const chosen = offered.find(({ provider }) => String(provider) === field.value);
  if (typing !== undefined)
    return (
      <StripeDialog
        kind="setup"
        clientSecret={typing.setup?.clientSecret ?? ""}
        onClose={onClose}
        onDone={() => {
          onClose();
          void answered(confirm({ id: typing.id })).then(
            (method) => toast({ tone: "success", title: t("add.done", { name: method.label }) }),
            (error: unknown) => {
              if (!(error instanceof ApiError)) throw error;
              toast({ tone: "danger", title: failureText(error) });
            },
          );
        }}
      />
    );
  return (
    <FormDialog
      title={t("add.title")}
      form={form}
      submitLabel={t(chosen?.provider === Provider.SANDBOX ? "add.do" : "add.next")}
      disabledReason={chosen === undefined ? t("add.noProvider") : undefined}
      onClose={onClose}
    >
      {offered.length > 1 && (
        <RadioGroup
          label={t("add.provider")}
          look="cards"
          value={field.value}
          onChange={field.onChange}
          options={offered.map(({ provider, sandbox }) => ({
            id: String(provider),
            label: billing(`provider.${providers.word(provider)}`),
            ...(sandbox ? { aside: <Badge tone="warning">{billing("sandboxBadge")}</Badge> } : {}),
          }))}
        />
      )}
      {chosen?.provider === Provider.SANDBOX && (
        <Stack>
          <Notice tone="warning" title={t("sandbox.title")}>
            {t("sandbox.lead")}
          </Notice>
          <Select
            label={t("sandbox.card")}
            description={t("sandbox.hint")}
            value={card.value}
            onChange={card.onChange}
            options={TEST_CARDS.map(({ token, word, label }) => ({
              id: token,
              label,
              description: t(`sandbox.does.${word}`),
            }))}
          />
        </Stack>
      )}
      {chosen?.provider === Provider.STRIPE && <Text $tone="muted">{t("add.stripe")}</Text>}
      {chosen?.provider === Provider.PAYPAL && <Text $tone="muted">{t("add.paypal")}</Text>}
      <FormSwitch control={form.control} name="default" label={t("add.default")} isDisabled={isFirst} />
    </FormDialog>
  );
}
