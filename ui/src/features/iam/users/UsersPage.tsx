import { UserPlus, Users } from "lucide-react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { reportId } from "@/api/errors";
import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { ListUsersRequest_Order as Order, UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { PLATFORM } from "@/api/session";
import { Button } from "@/design/Button/Button";
import { DataTable, type Sort } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Page } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { oneOf, someOf, text, useListState } from "@/routing/listState";
import { useSession } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { useRoles } from "../roles/RolesProvider";
import { ScopeNote } from "../scope/ScopeNote";
import { ScopePicker } from "../scope/ScopePicker";
import { useScope } from "../scope/ScopeProvider";
import { AddUserDialog } from "./AddUserDialog";
import { BulkButtons } from "./bulk/BulkButtons";
import { BulkDialog, type BulkKind } from "./bulk/BulkDialog";
import { STATUSES, type StatusWord } from "./status";
import { useUserActions } from "./useUserActions";
import { useUserColumns } from "./useUserColumns";

const ORDERS = {
  name: Order.NAME,
  email: Order.EMAIL,
  created: Order.CREATE_TIME,
  seen: Order.LAST_SIGN_IN_TIME,
} as const;
type Column = keyof typeof ORDERS;
const columnsOf = Object.keys(ORDERS) as Column[];

const params = {
  query: text(),
  status: someOf(Object.keys(STATUSES) as StatusWord[]),
  role: text(),
  order: oneOf(
    columnsOf.flatMap((one) => [one, `-${one}` as const]),
    "-created",
  ),
};
const PAGE_SIZE = 50;
/** The parameter that opens the form for a new user: what the command palette leads to. */
export const ADD_PARAM = "add";

/** Everybody of the platform, or of a tenant. */
export function UsersPage(): ReactNode {
  const { t } = useTranslation("users");
  const { realm } = useSession();
  const { tenantId, to } = useScope();
  const can = useCan();
  const client = useClient(UserService);
  const { roles } = useRoles();
  const list = useListState(params);
  const [search, setSearch] = useSearchParams();
  const { query, status, role, order } = list.values;
  const { token } = list.page;
  const permitted = can(UserService.method.listUsers);
  const ask = useCallback(
    (signal: AbortSignal) =>
      client.listUsers(
        {
          tenantId,
          query,
          statuses: status.map((word) => STATUSES[word]),
          roleId: role,
          order: ORDERS[order.replace("-", "") as Column],
          descending: order.startsWith("-"),
          pageSize: PAGE_SIZE,
          pageToken: token,
        },
        { signal },
      ),
    [client, tenantId, query, status, role, order, token],
  );
  const { answer, failure, pending, reload, replace } = useAnswer(permitted ? ask : undefined, { keep: true });
  const put = useCallback(
    (...changed: User[]) => {
      const byId = new Map(changed.map((user) => [user.id, user]));
      replace((known) => ({ ...known, users: known.users.map((user) => byId.get(user.id) ?? user) }));
    },
    [replace],
  );
  const actions = useUserActions(put);
  const columns = useUserColumns();
  const adding = search.get(ADD_PARAM) === "yes";
  const setAdding = (open: boolean): void =>
    setSearch(
      (before) => {
        if (open) before.set(ADD_PARAM, "yes");
        else before.delete(ADD_PARAM);
        return before;
      },
      { replace: true },
    );

  // Chosen on one page they are still chosen on the next.
  const [chosen, setChosen] = useState<ReadonlyMap<string, User>>(new Map());
  const [task, setTask] = useState<BulkKind>();
  const select = (ids: ReadonlySet<string>): void => {
    const here = new Map((answer?.users ?? []).map((user) => [user.id, user]));
    setChosen((before) => {
      const found = [...ids].flatMap((id) => {
        const user = here.get(id) ?? before.get(id);
        return user === undefined ? [] : [[id, user] as const];
      });
      return new Map(found);
    });
  };
  const selected = useMemo(() => new Set(chosen.keys()), [chosen]);
  const add = can(UserService.method.createUser) && (
    <Button variant="primary" icon={<UserPlus size={16} aria-hidden />} onPress={() => setAdding(true)}>
      {t("add.do")}
    </Button>
  );
  const bulkButtons = <BulkButtons onChoose={setTask} />;
  const title = t(tenantId === "" ? "title" : "people");
  return (
    <Page
      title={title}
      description={t(realm === PLATFORM && tenantId === "" ? "lead" : "leadTenant")}
      trail={<ScopeNote />}
      actions={
        <>
          <ScopePicker />
          {add}
        </>
      }
    >
      {permitted ? (
        <DataTable<User>
          name="iam.users"
          label={title}
          columns={columns}
          rows={answer?.users}
          rowId={(user) => user.id}
          rowName={(user) => user.displayName}
          rowHref={({ id }) => to("user", { id })}
          rowActions={actions.actionsOf}
          rowMuted={({ deleteTime }) => deleteTime !== undefined}
          sort={sortOf(order)}
          onSortChange={({ column, descending }) =>
            list.set({ order: `${descending ? "-" : ""}${column as Column}` as const })
          }
          selection={{ selected, onChange: select }}
          bulkActions={() => bulkButtons}
          isLoading={pending}
          failure={failure}
          requestId={failure && reportId(failure)}
          onRetry={reload}
          page={list.page}
          nextPageToken={answer?.nextPageToken}
          filtered={list.filtered}
          onClearFilters={list.clear}
          filters={
            <Filters
              search={{ label: t("search"), value: query, onChange: (value) => list.set({ query: value }) }}
              filtered={query !== "" || status.length > 0 || role !== ""}
              onClear={list.clear}
            >
              <FilterChoice
                label={t("statusLabel")}
                options={(Object.keys(STATUSES) as StatusWord[]).map((id) => ({ id, label: t(`status.${id}`) }))}
                value={status}
                onChange={(value) => list.set({ status: value })}
              />
              {roles !== undefined && (
                <FilterChoice
                  label={t("role")}
                  one
                  options={roles.map(({ id, displayName }) => ({ id, label: displayName }))}
                  value={role === "" ? [] : [role]}
                  onChange={([value = ""]) => list.set({ role: value })}
                />
              )}
            </Filters>
          }
          empty={
            <EmptyState icon={<Users size={20} />} title={t("empty")} actions={add}>
              {t("emptyText")}
            </EmptyState>
          }
        />
      ) : (
        <NoPermission permission="users.read" />
      )}
      {actions.dialogs}
      <AddUserDialog isOpen={adding} onClose={() => setAdding(false)} onAdded={reload} />
      <BulkDialog
        kind={task}
        users={[...chosen.values()]}
        onClose={() => setTask(undefined)}
        onDone={(results) => {
          put(...results.map(({ user }) => user));
          // What failed stays chosen, for another try.
          const done = new Set(results.filter(({ error }) => error === undefined).map(({ user }) => user.id));
          setChosen((before) => new Map([...before].filter(([id]) => !done.has(id))));
          reload();
        }}
      />
    </Page>
  );
}

function sortOf(order: string): Sort {
  return { column: order.replace("-", ""), descending: order.startsWith("-") };
}
