import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { Provisioning_State } from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Card, Inline, Page } from "@/design/layout/layout";
import { KeptMails } from "@/design/Notice/KeptMails";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";
import { paths } from "@/routing/paths";
import { useArea } from "@/session/AreaProvider";

import { useGetProvisioningQuery } from "../provisioning/api";
import { ProvisioningSection } from "../provisioning/ProvisioningSection";
import { useGetTenantQuery } from "./api";
import { stateWord } from "./words";

/** A tenant that was just created, live until it is ACTIVE or its set-up has failed. */
export function CreationProgress({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const { data: tenant, error, isFetching, refetch } = useGetTenantQuery({ id });
  const { mailKept } = useArea();
  const { data: provisioning } = useGetProvisioningQuery({ tenantId: id });
  // It may end between both questions: then nobody watches it, and what is known of the tenant is from before.
  const outdated =
    tenant !== undefined &&
    stateWord(tenant.state) === "provisioning" &&
    provisioning !== undefined &&
    provisioning.state !== Provisioning_State.RUNNING;
  useEffect(() => {
    if (outdated) void refetch();
  }, [outdated, refetch]);
  if (tenant === undefined)
    return (
      <Page title={t("create.title")}>
        {error === undefined ? (
          <Loading label={t("detail.loading")}>
            <SkeletonText lines={5} />
          </Loading>
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
  const name = tenant.displayName;
  const word = stateWord(tenant.state);
  const [title, lead] =
    word === "failed"
      ? [t("create.progress.failed", { name }), t("create.progress.failedLead")]
      : word === "provisioning"
        ? [t("create.progress.title", { name }), undefined]
        : [t("create.progress.done", { name }), t("create.progress.doneLead", { email: tenant.adminEmail })];
  return (
    <Page
      title={title}
      description={lead}
      actions={
        word !== "provisioning" && (
          <>
            {word !== "failed" && (
              <ButtonLink href={paths.to(PLATFORM, "newTenant")}>{t("create.progress.another")}</ButtonLink>
            )}
            <ButtonLink variant="primary" href={paths.to(PLATFORM, "tenant", { id })}>
              {t("create.progress.open")}
            </ButtonLink>
          </>
        )
      }
    >
      {mailKept && word !== "failed" && word !== "provisioning" && <KeptMails />}
      <Card>
        <ProvisioningSection tenantId={id} />
      </Card>
      <Inline>
        <ButtonLink variant="quiet" href={paths.to(PLATFORM, "tenants")}>
          {t("create.progress.list")}
        </ButtonLink>
      </Inline>
    </Page>
  );
}
