import { UsersRound } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { User_Status, type User } from "@/api/gen/atrium/iam/v1/user_pb";
import { ListUsersRequest_Order, UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { api, isFailure, rpc } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { StatusBadge, type BadgeTone } from "@/design/Badge/Badge";
import { ButtonLink } from "@/design/Button/Button";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { Filters } from "@/design/Filters/Filters";
import { Inline } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { useFormat } from "@/i18n/Locale";
import { text, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";

import { useTenant } from "./TenantLayout";

const PAGE_SIZE = 50;
const params = { query: text() };

const people = api.injectEndpoints({
  endpoints: (build) => ({
    // Nothing here changes people, and coming back looks again.
    listTenantPeople: build.query({ ...rpc(UserService.method.listUsers), keepUnusedDataFor: 0 }),
  }),
});

const STATUSES = {
  [User_Status.INVITED]: "info",
  [User_Status.ACTIVE]: "success",
  [User_Status.SUSPENDED]: "warning",
  [User_Status.DELETED]: "neutral",
} as const satisfies Partial<Record<User_Status, BadgeTone>>;
type KnownStatus = keyof typeof STATUSES;

/** The people of the tenant at a glance. Their own pages, and what is done with them, are below identity. */
export function PeoplePage(): ReactNode {
  const { t } = useTranslation("tenants");
  const { id: tenantId } = useTenant();
  const columns = useColumns();
  const list = useListState(params);
  const { data, error, isFetching, refetch } = people.useListTenantPeopleQuery({
    tenantId,
    query: list.values.query.trim(),
    order: ListUsersRequest_Order.NAME,
    pageSize: PAGE_SIZE,
    pageToken: list.page.token,
  });
  return (
    <DataTable
      name="tenants.people"
      label={t("people.label")}
      columns={columns}
      rows={data?.users}
      rowId={({ id }) => id}
      rowName={({ displayName }) => displayName}
      rowHref={({ id }) => paths.to(PLATFORM, "user", { id }, { tenant: tenantId })}
      isLoading={isFetching}
      failure={error}
      requestId={isFailure(error) ? reportId(error) : undefined}
      onRetry={() => (list.page.hasPrevious ? list.page.first() : void refetch())}
      page={list.page}
      nextPageToken={data?.nextPageToken}
      filtered={list.filtered}
      onClearFilters={list.clear}
      filters={
        <Inline>
          <Filters
            search={{
              label: t("people.search"),
              value: list.values.query,
              onChange: (query) => list.set({ query }),
            }}
            filtered={list.filtered}
            onClear={list.clear}
          />
          <ButtonLink href={paths.to(PLATFORM, "users", {}, { tenant: tenantId })}>{t("people.all")}</ButtonLink>
        </Inline>
      }
      empty={<EmptyState icon={<UsersRound size={20} />} title={t("people.empty")} />}
    />
  );
}

function useColumns(): readonly Column<User>[] {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  return useMemo<Column<User>[]>(
    () => [
      { id: "name", header: t("people.name"), cell: ({ displayName }) => <bdi>{displayName}</bdi>, rowHeader: true },
      { id: "email", header: t("people.email"), cell: ({ email }) => <bdi>{email}</bdi>, width: 320 },
      {
        id: "status",
        header: t("people.status"),
        cell: ({ status }) =>
          isKnown(status) && <StatusBadge tone={STATUSES[status]}>{t(`people.status_${status}`)}</StatusBadge>,
        width: 130,
      },
      {
        id: "mfa",
        header: t("people.factor"),
        cell: ({ mfaEnabled }) => t(mfaEnabled ? "people.factorOn" : "people.factorOff"),
        width: 140,
      },
      {
        id: "lastSignIn",
        header: t("people.lastSignIn"),
        cell: ({ lastSignInTime }) =>
          lastSignInTime === undefined ? t("people.never") : format.relative(lastSignInTime),
        width: 160,
      },
      {
        id: "created",
        header: t("people.since"),
        cell: ({ createTime }) => createTime && format.date(createTime),
        width: 130,
      },
    ],
    [t, format],
  );
}

function isKnown(status: User_Status): status is KnownStatus {
  return status in STATUSES;
}
