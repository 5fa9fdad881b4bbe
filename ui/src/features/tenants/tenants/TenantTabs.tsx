import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";

import { PLATFORM } from "@/api/session";
import { LinkTabs } from "@/design/Tabs/Tabs";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { SECTIONS } from "./sections";

/** The sections of a tenant, each an address of its own. */
export function TenantTabs({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const { pathname } = useLocation();
  const items = SECTIONS.filter(({ needs }) => needs === undefined || can(needs)).map(({ name, segment }) => ({
    id: name,
    label: t(`detail.tab.${name}`),
    href: paths.to(PLATFORM, segment, { id }),
  }));
  const current = items.find(({ href }) => href === pathname.replace(/\/$/, ""))?.id ?? "";
  return <LinkTabs label={t("detail.sections")} items={items} current={current} />;
}
