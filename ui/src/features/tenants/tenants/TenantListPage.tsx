import { ArrowRight, Building2, CirclePause, CirclePlay, Plus, Settings2 } from "lucide-react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDispatch } from "react-redux";

import { reportId } from "@/api/errors";
import { Tenant_State, type Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { isFailure, type Store } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { DataTable, type Sort } from "@/design/DataTable/DataTable";
import { FilterDates } from "@/design/Filters/FilterDates";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Page } from "@/design/layout/layout";
import type { MenuEntry } from "@/design/Menu/entries";
import { EmptyState, NoPermission } from "@/design/states/states";
import { useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { tenantsApi, useListTenantPlansQuery, useListTenantsQuery } from "./api";
import { BulkDialog, type BulkAction } from "./BulkDialog";
import { CsvExport } from "./CsvExport";
import { isFiltered, listParams, NO_FILTERS, ORDERS, PAGE_SIZE, toRequest } from "./tenantsList";
import { useTenantColumns } from "./useTenantColumns";
import { STATES, stateOf } from "./words";

/** All tenants of the provider. */
export function TenantListPage(): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const may = can(TenantService.method.listTenants);
  return (
    <Page title={t("list.title")} actions={<CreateLink />}>
      {may ? <List /> : <NoPermission permission="tenants.read" />}
    </Page>
  );
}

function CreateLink(): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const icon = <Plus size={16} aria-hidden />;
  return can(TenantService.method.createTenant) ? (
    <ButtonLink variant="primary" icon={icon} href={paths.to(PLATFORM, "newTenant")}>
      {t("list.create")}
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={icon} disabledReason={t("list.createDenied")}>
      {t("list.create")}
    </Button>
  );
}

function List(): ReactNode {
  const { t } = useTranslation("tenants");
  const columns = useTenantColumns();
  const list = useListState(listParams);
  const { values } = list;
  const request = useMemo(() => toRequest(values), [values]);
  // Coming back shows what was there, and what is there now a moment later.
  const { data, error, isFetching, refetch } = useListTenantsQuery(
    { ...request, pageSize: PAGE_SIZE, pageToken: list.page.token },
    { refetchOnMountOrArgChange: 5 },
  );
  const selection = useSelected(data?.tenants);
  const bulk = useBulk(selection.clear);
  const [isExporting, setExporting] = useState(false);
  const closeExport = useCallback(() => setExporting(false), []);
  const onSortChange = ({ column, descending }: Sort): void => {
    const order = ORDERS.find((one) => one === column);
    if (order !== undefined) list.set({ order, dir: descending ? "down" : "up" });
  };
  const clear = (): void => list.set(NO_FILTERS);
  const bulkButtons = <BulkButtons onPress={(action) => bulk.ask(action, selection.tenants)} />;
  return (
    <>
      <DataTable
        name="tenants"
        label={t("list.label")}
        columns={columns}
        rows={data?.tenants}
        rowId={idOf}
        rowName={({ displayName }) => displayName}
        rowHref={({ id }) => paths.to(PLATFORM, "tenant", { id })}
        rowMuted={isGone}
        rowActions={bulk.rowActions}
        sort={{ column: values.order, descending: values.dir === "down" }}
        onSortChange={onSortChange}
        isLoading={isFetching}
        failure={error}
        requestId={isFailure(error) ? reportId(error) : undefined}
        // A page that is not there any more is not asked for again.
        onRetry={() => (list.page.hasPrevious ? list.page.first() : void refetch())}
        page={list.page}
        nextPageToken={data?.nextPageToken}
        selection={selection.of}
        bulkActions={() => bulkButtons}
        onExport={() => setExporting(true)}
        filtered={isFiltered(values)}
        onClearFilters={clear}
        filters={<ListFilters list={list} onClear={clear} />}
        empty={
          <EmptyState icon={<Building2 size={20} />} title={t("list.empty")} actions={<CreateLink />}>
            {t("list.emptyHint")}
          </EmptyState>
        }
      />
      {bulk.dialog}
      {isExporting && <CsvExport values={values} onClose={closeExport} />}
    </>
  );
}

interface ListFiltersProps {
  list: ReturnType<typeof useListState<typeof listParams>>;
  onClear: () => void;
}

function ListFilters({ list: { values, set }, onClear }: ListFiltersProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { data } = useListTenantPlansQuery({});
  const known = data?.plans ?? [];
  const plans = known.some(({ id }) => id === values.plan) || values.plan === "" ? known : [...known, undefined];
  return (
    <Filters
      search={{
        label: t("list.search"),
        placeholder: t("list.searchHint"),
        value: values.query,
        onChange: (query) => set({ query }),
      }}
      filtered={isFiltered(values)}
      onClear={onClear}
    >
      <FilterChoice
        label={t("list.filter.state")}
        options={STATES.map((id) => ({ id, label: t(`state.${id}`) }))}
        value={values.state}
        onChange={(state) => set({ state })}
      />
      <FilterChoice
        label={t("list.filter.plan")}
        options={plans.map((plan) => ({ id: plan?.id ?? values.plan, label: plan?.displayName ?? values.plan }))}
        value={values.plan === "" ? [] : [values.plan]}
        onChange={([plan = ""]) => set({ plan })}
        one
      />
      <FilterDates
        label={t("list.filter.created")}
        value={{ from: dayOf(values.from), to: dayOf(values.to) }}
        onChange={({ from, to }) => set({ from: from ?? "", to: to ?? "" })}
      />
    </Filters>
  );
}

/** The selected tenants, over several pages of the list: each as it was when it was selected. */
function useSelected(rows: readonly Tenant[] | undefined) {
  const [selected, setSelected] = useState<ReadonlyMap<string, Tenant>>(new Map());
  const { t } = useTranslation("tenants");
  return {
    tenants: [...selected.values()],
    clear: useCallback(() => setSelected(new Map()), []),
    of: {
      selected: new Set(selected.keys()),
      onChange: (ids: ReadonlySet<string>) => {
        const known = new Map([...selected, ...(rows ?? []).map((row) => [row.id, row] as const)]);
        setSelected(new Map([...ids].flatMap((id) => (known.has(id) ? [[id, known.get(id) as Tenant]] : []))));
      },
      disabledReason: ({ state }: Tenant) => (state === Tenant_State.PURGED ? t("danger.purged") : undefined),
    },
  };
}

/** Suspending and restoring, many or one: asked in a dialog, which shows what became of each. */
function useBulk(onDone: () => void) {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const dispatch = useDispatch<Store["dispatch"]>();
  const [asked, setAsked] = useState<{ action: BulkAction; tenants: readonly Tenant[] }>();
  const denied = can(TenantService.method.suspendTenant) ? undefined : t("bulk.denied");
  const ask = (action: BulkAction, tenants: readonly Tenant[]): void => setAsked({ action, tenants });
  const close = (changed: boolean): void => {
    setAsked(undefined);
    if (!changed) return;
    onDone();
    // Once for all of them, not once for each.
    dispatch(tenantsApi.util.invalidateTags(["Tenant"]));
  };
  const rowActions = (tenant: Tenant): MenuEntry[] => {
    const closed = tenant.state === Tenant_State.SUSPENDED || tenant.state === Tenant_State.DELETING;
    const action: BulkAction = closed ? "restore" : "suspend";
    const fits = closed || tenant.state === stateOf("active");
    return [
      {
        id: "open",
        label: t("list.open"),
        icon: <ArrowRight size={16} />,
        href: paths.to(PLATFORM, "tenant", { id: tenant.id }),
      },
      {
        id: "settings",
        label: t("detail.tab.settings"),
        icon: <Settings2 size={16} />,
        href: paths.to(PLATFORM, "tenantSettings", { id: tenant.id }),
      },
      {
        id: action,
        label: t(`bulk.${action}`),
        icon: closed ? <CirclePlay size={16} /> : <CirclePause size={16} />,
        disabledReason: denied ?? (fits ? undefined : t("danger.wrongState")),
        onAction: () => ask(action, [tenant]),
      },
    ];
  };
  const dialog = asked !== undefined && (
    <BulkDialog action={asked.action} tenants={asked.tenants} isOpen onClose={close} />
  );
  return { ask, rowActions, dialog };
}

function BulkButtons({ onPress }: { onPress: (action: BulkAction) => void }): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const denied = can(TenantService.method.suspendTenant) ? undefined : t("bulk.denied");
  return (["suspend", "restore"] as const).map((action) => (
    <Button key={action} size="small" disabledReason={denied} onPress={() => onPress(action)}>
      {t(`bulk.${action}`)}
    </Button>
  ));
}

const dayOf = (day: string): string | null => (day === "" ? null : day);
const idOf = ({ id }: Tenant): string => id;
const isGone = ({ state }: Tenant): boolean => state === Tenant_State.DELETING || state === Tenant_State.PURGED;
