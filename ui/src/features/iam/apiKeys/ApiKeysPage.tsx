import { Ban, KeyRound, Plus } from "lucide-react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { reportId } from "@/api/errors";
import type { ApiKey } from "@/api/gen/atrium/iam/v1/api_key_pb";
import { ApiKeyService } from "@/api/gen/atrium/iam/v1/api_key_service_pb";
import { Badge, StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import type { Column } from "@/design/DataTable/columns";
import { DataTable } from "@/design/DataTable/DataTable";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Inline, Page } from "@/design/layout/layout";
import type { MenuEntry } from "@/design/Menu/entries";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Switch } from "@/design/Switch/Switch";
import { toast } from "@/design/Toast/toast";
import { toDate } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";
import { oneOf, useListState } from "@/routing/listState";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { PlanGap } from "../plan/PlanGap";
import { usePlanLacks } from "../plan/PlanProvider";
import { ScopeNote } from "../scope/ScopeNote";
import { ScopePicker } from "../scope/ScopePicker";
import { useScope } from "../scope/ScopeProvider";
import { CreateKeyDialog } from "./CreateKeyDialog";

const params = { revoked: oneOf(["hidden", "shown"], "hidden") };
/** The parameter that opens the form for a new key: what the command palette leads to. */
const ADD_PARAM = "add";

/** Machine access to the platform, or to a tenant. */
export function ApiKeysPage(): ReactNode {
  const { t } = useTranslation("apiKeys");
  const { tenantId } = useScope();
  const can = useCan();
  const client = useClient(ApiKeyService);
  const list = useListState(params);
  const [search, setSearch] = useSearchParams();
  const [revoking, setRevoking] = useState<{ key: ApiKey; isOpen: boolean }>();
  const permitted = can(ApiKeyService.method.listApiKeys);
  const showRevoked = list.values.revoked === "shown";
  const { token } = list.page;
  const ask = useCallback(
    (signal: AbortSignal) => client.listApiKeys({ tenantId, showRevoked, pageSize: 50, pageToken: token }, { signal }),
    [client, tenantId, showRevoked, token],
  );
  const { answer, failure, pending, reload } = useAnswer(permitted ? ask : undefined, { keep: true });
  const columns = useKeyColumns();
  const lacks = usePlanLacks()(ApiKeyService.method.createApiKey);
  const adding = search.get(ADD_PARAM) === "yes" && !lacks;
  const setAdding = (open: boolean): void =>
    setSearch(
      (before) => {
        if (open) before.set(ADD_PARAM, "yes");
        else before.delete(ADD_PARAM);
        return before;
      },
      { replace: true },
    );
  const revokeIcon = <Ban size={16} aria-hidden />;
  const actionsOf = (key: ApiKey): MenuEntry[] =>
    can(ApiKeyService.method.deleteApiKey)
      ? [
          {
            id: "revoke",
            label: t("revoke.menu"),
            icon: revokeIcon,
            tone: "danger",
            disabledReason: key.revokeTime === undefined ? undefined : t("revoke.already"),
            onAction: () => setRevoking({ key, isOpen: true }),
          },
        ]
      : [];
  const add = can(ApiKeyService.method.createApiKey) && !lacks && (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onPress={() => setAdding(true)}>
      {t("create.do")}
    </Button>
  );
  return (
    <Page
      title={t("title")}
      description={t("lead")}
      trail={<ScopeNote />}
      actions={
        <>
          <ScopePicker />
          {add}
        </>
      }
    >
      {lacks && <PlanGap what="apiKeys" />}
      {permitted ? (
        <DataTable<ApiKey>
          name="iam.apiKeys"
          label={t("title")}
          columns={columns}
          rows={answer?.apiKeys}
          rowId={({ id }) => id}
          rowName={({ displayName }) => displayName}
          rowMuted={(key) => stateOf(key) !== "usable"}
          rowActions={actionsOf}
          isLoading={pending}
          failure={failure}
          requestId={failure && reportId(failure)}
          onRetry={reload}
          page={list.page}
          nextPageToken={answer?.nextPageToken}
          filters={
            <Switch
              label={t("showRevoked")}
              isSelected={showRevoked}
              onChange={(shown) => list.set({ revoked: shown ? "shown" : "hidden" })}
            />
          }
          empty={
            <EmptyState icon={<KeyRound size={20} />} title={t("empty")} actions={add}>
              {!lacks && t("emptyText")}
            </EmptyState>
          }
        />
      ) : (
        <NoPermission permission="api-keys.read" />
      )}
      <CreateKeyDialog isOpen={adding} onClose={() => setAdding(false)} onCreated={reload} />
      {revoking !== undefined && (
        <ConfirmDialog
          isOpen={revoking.isOpen}
          onOpenChange={(isOpen) => setRevoking({ ...revoking, isOpen })}
          title={t("revoke.title", { name: revoking.key.displayName })}
          confirmLabel={t("revoke.do")}
          typed={revoking.key.displayName}
          onConfirm={async () => {
            await client.deleteApiKey({ id: revoking.key.id, tenantId });
            toast({ tone: "success", title: t("revoke.done", { name: revoking.key.displayName }) });
            reload();
          }}
        >
          {t("revoke.text")}
        </ConfirmDialog>
      )}
    </Page>
  );
}

function stateOf(key: ApiKey): "usable" | "expired" | "revoked" {
  if (key.revokeTime !== undefined) return "revoked";
  return key.expireTime !== undefined && toDate(key.expireTime).getTime() <= Date.now() ? "expired" : "usable";
}

const ELLIPSIS = "…";
const TONES = { usable: "success", expired: "neutral", revoked: "danger" } as const;

function useKeyColumns(): Column<ApiKey>[] {
  const { t } = useTranslation("apiKeys");
  const format = useFormat();
  return useMemo(
    () => [
      { id: "name", header: t("name"), rowHeader: true, cell: ({ displayName }) => <bdi>{displayName}</bdi> },
      {
        id: "prefix",
        header: t("prefix"),
        width: 150,
        cell: ({ prefix }) => <code>{prefix + ELLIPSIS}</code>,
      },
      {
        id: "scopes",
        header: t("scopes"),
        cell: ({ permissions }) => (
          <Inline $gap={1}>
            {permissions.slice(0, 3).map((one) => (
              <Badge key={one}>{one}</Badge>
            ))}
            {permissions.length > 3 && <Badge>{t("more", { count: permissions.length - 3 })}</Badge>}
          </Inline>
        ),
      },
      {
        id: "state",
        header: t("state"),
        width: 120,
        cell: (key) => {
          const state = stateOf(key);
          return <StatusBadge tone={TONES[state]}>{t(`states.${state}`)}</StatusBadge>;
        },
      },
      {
        id: "used",
        header: t("used"),
        width: 150,
        cell: ({ lastUseTime }) => (lastUseTime === undefined ? t("never") : format.relative(lastUseTime)),
      },
      {
        id: "expires",
        header: t("expires"),
        width: 140,
        cell: ({ expireTime }) => (expireTime === undefined ? "–" : format.date(expireTime)),
      },
      {
        id: "created",
        header: t("created"),
        width: 140,
        hidden: true,
        cell: ({ createTime }) => (createTime === undefined ? "–" : format.date(createTime)),
      },
    ],
    [t, format],
  );
}
