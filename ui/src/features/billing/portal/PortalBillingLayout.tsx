import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation } from "react-router";

import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { LinkTabs } from "@/design/Tabs/Tabs";
import { paths } from "@/routing/paths";
import { useMe, useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { useBilledQuery } from "../accounts/billed";
import { Asked } from "../parts/Asked";

const SECTIONS = [
  { name: "subscription", segment: "billing", needs: "subscriptions.read" },
  { name: "invoices", segment: "invoices", needs: "invoices.read" },
  { name: "paymentMethods", segment: "paymentMethods", needs: "payment-methods.read" },
  { name: "account", segment: "billingDetails", needs: "invoices.read" },
] as const;

/** What a tenant's people see of its plan and what it pays: the section that the address names. */
export function PortalBillingLayout(): ReactNode {
  const { t } = useTranslation("accounts");
  const can = useCan();
  const { realm } = useSession();
  const { pathname } = useLocation();
  const { tenant } = useMe();
  const query = useBilledQuery(tenant?.id ?? "");
  const items = SECTIONS.filter(({ needs }) => can(needs)).map(({ name, segment }) => ({
    id: name,
    label: t(`section.${name}`),
    href: paths.to(realm, segment),
  }));
  const current = items.find(({ href }) => href === pathname.replace(/\/$/, ""))?.id ?? "";
  return (
    <Page title={t("portal.title")} description={t("portal.lead", { tenant: tenant?.displayName ?? "" })}>
      {items.length === 0 ? (
        <NoPermission permission="subscriptions.read" />
      ) : (
        <>
          <LinkTabs label={t("section.label")} items={items} current={current} />
          <Asked query={query} label={t("loading")} lines={8}>
            {(billed) => <Outlet context={billed} />}
          </Asked>
        </>
      )}
    </Page>
  );
}
