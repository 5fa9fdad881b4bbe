import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useOutletContext, useParams } from "react-router";

import { Code as Status, reportId } from "@/api/errors";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Inline, Page } from "@/design/layout/layout";
import { Loading, Skeleton, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState } from "@/design/states/states";
import { Code } from "@/design/typography/typography";
import { useCrumb } from "@/routing/crumb";
import { paths } from "@/routing/paths";

import { useGetTenantQuery } from "./api";
import { StateBadge } from "./badges";
import { StateNotice } from "./StateNotice";
import { TenantActions } from "./TenantActions";
import { TenantTabs } from "./TenantTabs";

/** One tenant: its name and state over the section that the address names. */
export function TenantLayout(): ReactNode {
  const { t } = useTranslation("tenants");
  const { id = "" } = useParams();
  const { data: tenant, error, isFetching, refetch } = useGetTenantQuery({ id });
  useCrumb(tenant?.displayName);
  if (tenant === undefined && error !== undefined)
    return (
      <Page title={t("list.title")}>
        {isFailure(error) && error.code === Status.NOT_FOUND ? (
          <EmptyState
            title={t("detail.missing")}
            actions={<ButtonLink href={paths.to(PLATFORM, "tenants")}>{t("create.progress.list")}</ButtonLink>}
          >
            {t("detail.missingLead")}
          </EmptyState>
        ) : (
          <ErrorState
            failure={error}
            requestId={isFailure(error) ? reportId(error) : undefined}
            onRetry={() => void refetch()}
            isRetrying={isFetching}
          />
        )}
      </Page>
    );
  if (tenant === undefined)
    return (
      <Page title={t("list.title")}>
        <Loading label={t("detail.loading")}>
          <Skeleton $width="18rem" $height="1.5rem" />
          <SkeletonText lines={6} />
        </Loading>
      </Page>
    );
  return (
    <Page
      title={tenant.displayName}
      actions={<TenantActions tenant={tenant} />}
      description={
        <Inline as="span" $gap={2}>
          <StateBadge state={tenant.state} />
          <Code>{tenant.slug}</Code>
        </Inline>
      }
    >
      <StateNotice tenant={tenant} />
      <TenantTabs id={tenant.id} />
      <Outlet context={tenant} />
    </Page>
  );
}

/** The tenant whose section this is. */
export function useTenant(): Tenant {
  return useOutletContext<Tenant>();
}
