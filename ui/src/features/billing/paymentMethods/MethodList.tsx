import { CreditCard, Ellipsis, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { answered } from "@/api/answered";
import { ApiError } from "@/api/errors";
import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { PaymentMethod_State, Provider, type PaymentMethod } from "@/api/gen/atrium/billing/v1/payment_pb";
import { Badge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { MenuButton } from "@/design/Menu/MenuButton";
import { EmptyState, NoPermission } from "@/design/states/states";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { Asked } from "../parts/Asked";
import { MethodBadge } from "../parts/badges";
import { useConfirmation } from "../payments/useConfirmation";
import { useDecline } from "../payments/useDecline";
import { useReturn } from "../payments/useReturn";
import { providers } from "../words/words";
import { AddMethodDialog } from "./AddMethodDialog";
import {
  useConfirmPaymentMethodMutation,
  useDeletePaymentMethodMutation,
  useListPaymentMethodsQuery,
  useListPaymentProvidersQuery,
  useSetDefaultPaymentMethodMutation,
} from "./api";
import { SandboxNotice } from "./SandboxNotice";
import { StripeDialog } from "./StripeDialog";
import { useMethodExpiry } from "./useMethodExpiry";

interface MethodListProps {
  tenantId: string;
  /** Who looks is not the payer: nothing can be added or changed. */
  readOnly?: boolean;
}

/** How a tenant pays. */
export function MethodList({ tenantId, readOnly = false }: MethodListProps): ReactNode {
  const can = useCan();
  if (!can(PaymentMethodService.method.listPaymentMethods)) return <NoPermission permission="payment-methods.read" />;
  return <Methods tenantId={tenantId} readOnly={readOnly} />;
}

function Methods({ tenantId, readOnly }: Required<MethodListProps>): ReactNode {
  const { t } = useTranslation("paymentMethods");
  const billing = useTranslation("billing").t;
  const can = useCan();
  const query = useListPaymentMethodsQuery({ tenantId, pageSize: 100 }, { refetchOnMountOrArgChange: 5 });
  const providersQuery = useListPaymentProvidersQuery({}, { skip: readOnly });
  const [isAdding, setAdding] = useState(false);
  const confirming = useConfirmingMethod();
  const methods = (query.data?.paymentMethods ?? []).filter(({ state }) => state !== PaymentMethod_State.REMOVED);
  useReturn(query.data !== undefined, () => {
    for (const method of methods) if (method.state === PaymentMethod_State.PENDING) void confirming.look(method);
  });
  const denied = can(PaymentMethodService.method.createPaymentMethod)
    ? undefined
    : billing("denied", { permission: "payment-methods.manage" });
  // Transfers need no method that is kept.
  const offered = (providersQuery.data?.providers ?? []).filter(({ provider }) => provider !== Provider.MANUAL);
  const add = !readOnly && (
    <Button
      variant="primary"
      icon={<Plus size={16} aria-hidden />}
      disabledReason={
        denied ?? (providersQuery.data !== undefined && offered.length === 0 ? t("add.noProvider") : undefined)
      }
      isDisabled={providersQuery.data === undefined}
      onPress={() => setAdding(true)}
    >
      {t("add.ask")}
    </Button>
  );
  return (
    <Stack>
      {!readOnly && <SandboxNotice />}
      <Asked query={query} label={t("loading")}>
        {() =>
          methods.length === 0 ? (
            <Card>
              <EmptyState icon={<CreditCard size={20} />} title={t("empty")} actions={add}>
                {t(readOnly ? "emptyHintProvider" : "emptyHint")}
              </EmptyState>
            </Card>
          ) : (
            <>
              {add !== false && <Inline $justify="end">{add}</Inline>}
              <List aria-label={t("label")}>
                {methods.map((method) => (
                  <Method key={method.id} method={method} readOnly={readOnly} confirming={confirming} denied={denied} />
                ))}
              </List>
            </>
          )
        }
      </Asked>
      {isAdding && (
        <AddMethodDialog
          tenantId={tenantId}
          offered={offered}
          isFirst={methods.length === 0}
          onClose={() => setAdding(false)}
        />
      )}
      {confirming.dialog}
    </Stack>
  );
}

interface MethodProps {
  method: PaymentMethod;
  readOnly: boolean;
  confirming: ReturnType<typeof useConfirmingMethod>;
  denied: string | undefined;
}

function Method({ method, readOnly, confirming, denied }: MethodProps): ReactNode {
  const { t } = useTranslation("paymentMethods");
  const billing = useTranslation("billing").t;
  const expiry = useMethodExpiry();
  const { failureText } = useDecline();
  const [setDefault] = useSetDefaultPaymentMethodMutation();
  const [remove] = useDeletePaymentMethodMutation();
  const [isRemoving, setRemoving] = useState(false);
  const makeDefault = async (): Promise<void> => {
    try {
      await answered(setDefault({ id: method.id }));
      toast({ tone: "success", title: t("default.done", { name: method.label }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: failureText(error) });
    }
  };
  const name = method.label === "" ? billing(`provider.${providers.word(method.provider)}`) : method.label;
  return (
    <Item>
      <Words>
        <CreditCard size={18} aria-hidden />
        <div>
          <Inline $gap={2}>
            <Text as="span" $weight="medium">
              <bdi>{name}</bdi>
            </Text>
            {method.default && <Badge tone="accent">{t("default.badge")}</Badge>}
            {method.state !== PaymentMethod_State.ACTIVE && <MethodBadge state={method.state} />}
          </Inline>
          <Text $size="small" $tone="muted">
            {[billing(`provider.${providers.word(method.provider)}`), expiry(method)]
              .filter((one) => one !== undefined && one !== name)
              .join(" · ")}
          </Text>
        </div>
      </Words>
      {!readOnly && (
        <Inline $nowrap>
          {method.state === PaymentMethod_State.PENDING && (
            <Button size="small" disabledReason={denied} onPress={() => confirming.begin(method)}>
              {t("confirm.do")}
            </Button>
          )}
          <MenuButton
            label={t("actionsFor", { name })}
            size="small"
            variant="quiet"
            icon={<Ellipsis size={16} aria-hidden />}
            entries={[
              ...(method.state === PaymentMethod_State.ACTIVE && !method.default
                ? [
                    {
                      id: "default",
                      label: t("default.do"),
                      disabledReason: denied,
                      onAction: () => void makeDefault(),
                    },
                  ]
                : []),
              {
                id: "remove",
                label: t("remove.do"),
                tone: "danger",
                disabledReason: denied,
                onAction: () => setRemoving(true),
              },
            ]}
          />
        </Inline>
      )}
      <ConfirmDialog
        isOpen={isRemoving}
        onOpenChange={setRemoving}
        title={t("remove.title", { name })}
        confirmLabel={t("remove.do")}
        onConfirm={async () => {
          await answered(remove({ id: method.id }));
          toast({ tone: "success", title: t("remove.done", { name }) });
        }}
      >
        {t("remove.lead")}
      </ConfirmDialog>
    </Item>
  );
}

/** Has the payer confirm a method, and looks up at the provider whether they have. */
function useConfirmingMethod() {
  const { t } = useTranslation("paymentMethods");
  const { realm } = useSession();
  const { failureText } = useDecline();
  const leave = useConfirmation();
  const [confirm] = useConfirmPaymentMethodMutation();
  const [asked, setAsked] = useState<PaymentMethod>();
  const look = async ({ id }: PaymentMethod): Promise<void> => {
    try {
      const method = await answered(confirm({ id }));
      if (method.state === PaymentMethod_State.ACTIVE)
        toast({ tone: "success", title: t("add.done", { name: method.label }) });
      else if (method.state !== PaymentMethod_State.PENDING) toast({ tone: "danger", title: t("confirm.failed") });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: failureText(error) });
    }
  };
  const begin = (method: PaymentMethod): void => {
    if (leave(method.setup, paths.to(realm, "paymentMethods", {}, { confirm: "1" }))) return;
    if (method.provider === Provider.STRIPE && (method.setup?.clientSecret ?? "") !== "") setAsked(method);
    else void look(method);
  };
  const dialog = asked !== undefined && (
    <StripeDialog
      kind="setup"
      clientSecret={asked.setup?.clientSecret ?? ""}
      onClose={() => setAsked(undefined)}
      onDone={() => {
        setAsked(undefined);
        void look(asked);
      }}
    />
  );
  return { begin, look, dialog };
}

const List = styled.ul`
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.surface};
`;

const Item = styled.li`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[3]};
  padding: ${theme.space[3]} ${theme.space[4]};
  &:not(:last-child) {
    border-block-end: 1px solid ${theme.color.border};
  }
`;

const Words = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  min-inline-size: 0;
  overflow-wrap: anywhere;
  & > svg {
    flex: none;
    color: ${theme.color.muted};
  }
`;
