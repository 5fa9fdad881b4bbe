import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation, useParams } from "react-router";

import { BillingAccount_State } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Inline, Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { LinkTabs } from "@/design/Tabs/Tabs";
import { Code } from "@/design/typography/typography";
import { useCrumb } from "@/routing/crumb";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { Asked } from "../parts/Asked";
import { AccountBadge, SubscriptionBadge } from "../parts/badges";
import { useTenantName } from "../parts/TenantName";
import { useBilledQuery } from "./billed";

const SECTIONS = [
  { name: "subscription", segment: "tenantBilling", needs: "subscriptions.read" },
  { name: "usage", segment: "tenantBillingUsage", needs: "usage.read" },
  { name: "invoices", segment: "tenantBillingInvoices", needs: "invoices.read" },
  { name: "payments", segment: "tenantBillingPayments", needs: "payments.read" },
  { name: "ledger", segment: "tenantBillingLedger", needs: "ledger.read" },
  { name: "account", segment: "tenantBillingAccount", needs: "invoices.read" },
] as const;

/** The billing of one tenant, as the provider sees it: the section that the address names under its name. */
export function TenantBillingLayout(): ReactNode {
  const { t } = useTranslation("accounts");
  const can = useCan();
  const { id = "" } = useParams();
  const { pathname } = useLocation();
  const { name } = useTenantName(id);
  const query = useBilledQuery(id);
  const { account, subscription } = query.data ?? {};
  const title = name ?? account?.party?.name ?? id;
  useCrumb(title);
  const items = SECTIONS.filter(({ needs }) => can(needs)).map(({ name: section, segment }) => ({
    id: section,
    label: t(`section.${section}`),
    href: paths.to(PLATFORM, segment, { id }),
  }));
  const current = items.find(({ href }) => href === pathname.replace(/\/$/, ""))?.id ?? "";
  if (items.length === 0)
    return (
      <Page title={t("list.title")}>
        <NoPermission permission="subscriptions.read" />
      </Page>
    );
  return (
    <Page
      title={title}
      description={
        <Inline as="span" $gap={2}>
          {subscription !== undefined && <SubscriptionBadge state={subscription.state} />}
          {account?.state === BillingAccount_State.PARKED && <AccountBadge state={account.state} />}
          <Code>{id}</Code>
        </Inline>
      }
      actions={<ButtonLink href={paths.to(PLATFORM, "tenant", { id })}>{t("toTenant")}</ButtonLink>}
    >
      <LinkTabs label={t("section.label")} items={items} current={current} />
      <Asked query={query} label={t("loading")} lines={8}>
        {(billed) => <Outlet context={billed} />}
      </Asked>
    </Page>
  );
}
