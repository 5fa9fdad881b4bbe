import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { UsageService } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { PLATFORM } from "@/api/session";
import { Page } from "@/design/layout/layout";
import { LinkTabs } from "@/design/Tabs/Tabs";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

interface PlansFrameProps {
  current: "plans" | "meters";
  title: string;
  description?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** Plans, and the meters that they limit and charge. */
export function PlansFrame({ current, title, description, actions, children }: PlansFrameProps): ReactNode {
  const { t } = useTranslation("plans");
  const can = useCan();
  const items = [
    { id: "plans", label: t("list.title"), href: paths.to(PLATFORM, "plans") },
    ...(can(UsageService.method.listMeters)
      ? [{ id: "meters", label: t("list.meters"), href: paths.to(PLATFORM, "meters") }]
      : []),
  ];
  return (
    <Page title={title} actions={actions} {...(description === undefined ? {} : { description })}>
      {items.length > 1 && <LinkTabs label={t("list.tabs")} current={current} items={items} />}
      {children}
    </Page>
  );
}
