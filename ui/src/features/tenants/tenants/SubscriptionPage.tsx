import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { ApiError, reportId } from "@/api/errors";
import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService, type TenantPlan } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { Heading, Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { useListTenantPlansQuery, useUpdateTenantMutation } from "./api";
import { PlanCards } from "./PlanCards";
import { useTenant } from "./TenantLayout";
import { isolationWord } from "./words";

/** The plan a tenant is on, and the change to another. */
export function SubscriptionPage(): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const can = useCan();
  const tenant = useTenant();
  const { data, error, isFetching, refetch } = useListTenantPlansQuery({});
  const [isOpen, setOpen] = useState(false);
  if (data === undefined)
    return error === undefined ? (
      <Loading label={t("detail.loading")}>
        <SkeletonText lines={4} />
      </Loading>
    ) : (
      <ErrorState
        failure={error}
        requestId={isFailure(error) ? reportId(error) : undefined}
        onRetry={() => void refetch()}
        isRetrying={isFetching}
      />
    );
  const plan = data.plans.find((one) => one.id === tenant.plan);
  const closed = tenant.state === Tenant_State.DELETING || tenant.state === Tenant_State.PURGED;
  const why = can(TenantService.method.updateTenant)
    ? closed
      ? t("subscription.closed")
      : undefined
    : t("subscription.denied");
  return (
    <Card>
      <Stack>
        <Inline $justify="space-between" $gap={3}>
          <Stack $gap="hair">
            <Text $size="small" $tone="muted">
              {t("subscription.current")}
            </Text>
            <Heading>{plan?.displayName ?? tenant.plan}</Heading>
          </Stack>
          <Inline>
            {can("subscriptions.read") && (
              <ButtonLink href={paths.to(PLATFORM, "tenantBilling", { id: tenant.id })}>
                {t("subscription.billing")}
              </ButtonLink>
            )}
            {/* A plan that is billed changes with its subscription: with what that costs, and when it begins. */}
            {can("subscriptions.manage") && why === undefined ? (
              <ButtonLink variant="primary" href={paths.to(PLATFORM, "tenantBillingPlan", { id: tenant.id })}>
                {t("subscription.change")}
              </ButtonLink>
            ) : (
              <Button disabledReason={why} onPress={() => setOpen(true)}>
                {t("subscription.change")}
              </Button>
            )}
          </Inline>
        </Inline>
        {plan === undefined && <Notice tone="warning">{t("subscription.unknown")}</Notice>}
        <KeyValueList
          layout="above"
          items={[
            ...(plan === undefined
              ? []
              : [
                  {
                    label: t("activity.calls"),
                    value: t("subscription.calls", { calls: format.number(plan.callsPerMinute) }),
                  },
                ]),
            { label: t("overview.tier"), value: tenant.tier },
            { label: t("overview.isolation"), value: t(`isolation.${isolationWord(tenant.isolation)}`) },
          ]}
        />
        <ChangePlanDialog plans={data.plans} present={plan} isOpen={isOpen} onOpenChange={setOpen} />
      </Stack>
    </Card>
  );
}

interface ChangePlanDialogProps {
  plans: readonly TenantPlan[];
  present: TenantPlan | undefined;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

function ChangePlanDialog({ plans, present, isOpen, onOpenChange }: ChangePlanDialogProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const format = useFormat();
  const { id, displayName, plan, isolation, etag } = useTenant();
  const [update, { isLoading }] = useUpdateTenantMutation();
  const [chosen, setChosen] = useState(plan);
  const [failure, setFailure] = useState<ApiError>();
  const next = plans.find((one) => one.id === chosen);
  const close = (open: boolean): void => {
    if (open) return;
    onOpenChange(false);
    setChosen(plan);
    setFailure(undefined);
  };
  const change = async (): Promise<void> => {
    if (next === undefined || isLoading || chosen === plan) return;
    setFailure(undefined);
    try {
      await answered(update({ id, plan: chosen, etag }));
      onOpenChange(false);
      toast({ tone: "success", title: t("subscription.changed", { name: displayName, plan: next.displayName }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={close}
      title={t("subscription.changeTitle")}
      description={t("subscription.changeLead")}
      size="large"
      isBusy={isLoading}
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
      footer={
        <>
          <Button variant="quiet" isDisabled={isLoading} onPress={() => close(false)}>
            {t("subscription.cancel")}
          </Button>
          <Button
            type="submit"
            variant="primary"
            isPending={isLoading}
            disabledReason={chosen === plan ? t("subscription.same") : undefined}
          >
            {next === undefined || chosen === plan
              ? t("subscription.change")
              : t("subscription.confirm", { plan: next.displayName })}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <PlanCards label={t("subscription.choose")} plans={plans} value={chosen} onChange={setChosen} />
        {next !== undefined && chosen !== plan && (
          <Notice
            tone="info"
            title={t("subscription.summary", { from: present?.displayName ?? plan, to: next.displayName })}
          >
            <Stack $gap={1}>
              <Text as="span">
                {t("subscription.callsFromTo", {
                  from: present === undefined ? "?" : format.number(present.callsPerMinute),
                  to: format.number(next.callsPerMinute),
                })}
              </Text>
              {next.isolation !== isolation && (
                <Text as="span">
                  {t("subscription.isolationStays", { isolation: t(`isolation.${isolationWord(isolation)}`) })}
                </Text>
              )}
            </Stack>
          </Notice>
        )}
      </Stack>
    </Dialog>
  );
}
