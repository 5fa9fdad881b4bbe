import { Search } from "lucide-react";
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { Button } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Inline, Page, Stack } from "@/design/layout/layout";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState, NoPermission } from "@/design/states/states";
import { Switch } from "@/design/Switch/Switch";
import { TextField } from "@/design/TextField/TextField";
import { Text } from "@/design/typography/typography";
import { useLeaving } from "@/routing/useLeaving";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { PlanGap } from "../../plan/PlanGap";
import { usePlanLacks } from "../../plan/PlanProvider";
import { SaveBar } from "../../SaveBar";
import { ScopeNote } from "../../scope/ScopeNote";
import { useScope } from "../../scope/ScopeProvider";
import { beyond, granterOf, lineage, type Granter } from "../grants";
import { useRoles } from "../RolesProvider";
import { countOf, type CellState } from "./drafts";
import { MatrixOutcomes } from "./MatrixOutcomes";
import { MatrixTable, type MatrixTableProps } from "./MatrixTable";
import { RoleColumn } from "./RoleColumn";
import { useMatrix } from "./useMatrix";
import { useNarrow } from "./useNarrow";

/** So many columns can be read. */
const MOST_COLUMNS = 24;

/** Roles × permissions, all changed in one place and saved at once. */
export function MatrixPage(): ReactNode {
  const { t } = useTranslation("roles");
  const { roles, catalogue, permitted, failure, pending, reload } = useRoles();
  let content: ReactNode;
  if (!permitted) content = <NoPermission permission="roles.read" />;
  else if (roles !== undefined && catalogue !== undefined) content = <Matrix roles={roles} catalogue={catalogue} />;
  else if (failure !== undefined) content = <ErrorState failure={failure} onRetry={reload} isRetrying={pending} />;
  else
    content = (
      <Loading label={t("loading")}>
        <SkeletonText lines={12} />
      </Loading>
    );
  return (
    <Page title={t("matrix.title")} description={t("matrix.lead")} trail={<ScopeNote />}>
      {content}
    </Page>
  );
}

function Matrix({ roles, catalogue }: { roles: readonly Role[]; catalogue: readonly Permission[] }): ReactNode {
  const { t } = useTranslation("roles");
  const matrix = useMatrix(roles);
  const narrow = useNarrow();
  const reasonOf = useReasons(roles, catalogue);
  const [query, setQuery] = useState("");
  const [builtIn, setBuiltIn] = useState(true);
  const words = useDeferredValue(query).trim().toLocaleLowerCase();
  const found = useMemo(() => catalogue.filter(({ id }) => id.includes(words)), [catalogue, words]);
  const columns = useMemo(() => roles.filter((role) => builtIn || !role.builtIn), [roles, builtIn]);
  const shown = columns.slice(0, MOST_COLUMNS);
  const { changes, drafts, progress } = matrix;
  const leaving = useLeaving(changes.length > 0);
  const lacks = usePlanLacks();
  const table: MatrixTableProps = {
    shown,
    roles,
    catalogue: found,
    drafts,
    reasonOf,
    onToggle: matrix.toggle,
  };
  return (
    <Stack>
      {lacks(RoleService.method.batchUpdateRoles) && <PlanGap what="roles" />}
      <Inline $gap={4} $align="end">
        <Wide>
          <TextField
            type="search"
            label={t("builder.search")}
            value={query}
            onChange={setQuery}
            prefix={<Search size={16} aria-hidden />}
          />
        </Wide>
        <Switch label={t("matrix.builtIn")} isSelected={builtIn} onChange={setBuiltIn} />
      </Inline>
      {columns.length > MOST_COLUMNS && (
        <Text $tone="muted">{t("matrix.more", { count: columns.length - MOST_COLUMNS })}</Text>
      )}
      <MatrixOutcomes outcomes={matrix.outcomes} onTakeNewest={matrix.takeNewest} onDismiss={matrix.forget} />
      {found.length === 0 || shown.length === 0 ? (
        <EmptyState title={t("builder.nothing")} />
      ) : narrow ? (
        <RoleColumn {...table} />
      ) : (
        <MatrixTable {...table} />
      )}
      {changes.length > 0 && (
        <SaveBar
          actions={
            progress === undefined ? (
              <>
                <Button variant="quiet" onPress={matrix.discard}>
                  {t("builder.discard")}
                </Button>
                <Button variant="primary" onPress={() => void matrix.save()}>
                  {t("matrix.save")}
                </Button>
              </>
            ) : (
              <Wide>
                <ProgressBar
                  label={t("matrix.saving")}
                  value={progress.done}
                  max={progress.of}
                  valueText={t("matrix.progress", progress)}
                />
              </Wide>
            )
          }
        >
          {t("matrix.unsaved", { count: countOf(changes), roles: changes.length })}
        </SaveBar>
      )}
      <ConfirmDialog
        isOpen={leaving.isAsking}
        onOpenChange={(open) => !open && leaving.stay()}
        title={t("leave.title")}
        confirmLabel={t("leave.confirm")}
        onConfirm={leaving.leave}
      >
        {t("leave.text")}
      </ConfirmDialog>
    </Stack>
  );
}

/** Why a cell cannot be changed: the role is built in, another name covers it, or the person lacks it. */
function useReasons(roles: readonly Role[], catalogue: readonly Permission[]): MatrixTableProps["reasonOf"] {
  const { t } = useTranslation("roles");
  const me = useMe();
  const can = useCan();
  const { tenantId } = useScope();
  const mayUpdate = can(RoleService.method.updateRole);
  const inPlan = !usePlanLacks()(RoleService.method.batchUpdateRoles);
  const lacking = useMemo(() => lacksOf(granterOf(me, tenantId), roles, catalogue), [me, tenantId, roles, catalogue]);
  return useCallback(
    (role: Role, pattern: string, state: CellState): string | undefined => {
      if (role.builtIn) return t("builder.builtIn");
      if (!mayUpdate) return t("builder.notAllowed");
      if (!inPlan) return t("builder.notInPlan");
      if (state.kind === "covered") return t("builder.covered", { pattern: state.by?.pattern ?? "" });
      if (state.kind === "on") return undefined;
      const missing = lacking(role, pattern);
      if (missing === undefined) return undefined;
      return missing === pattern ? t("builder.lacking") : t("builder.lackingPart", { permission: missing });
    },
    [t, mayUpdate, inPlan, lacking],
  );
}

/** What the person lacks to give a role a permission, remembered: every cell asks at every change. */
function lacksOf(granter: Granter, roles: readonly Role[], catalogue: readonly Permission[]) {
  const known = new Map<string, string | undefined>();
  return (role: Role, pattern: string): string | undefined => {
    const key = `${role.id} ${pattern}`;
    if (!known.has(key)) {
      const had = lineage(role, roles).flatMap(({ permissions }) => permissions);
      known.set(key, beyond([pattern], had, granter, catalogue)[0]);
    }
    return known.get(key);
  };
}

const Wide = styled.div`
  flex: 1 1 16rem;
  max-inline-size: 24rem;
`;
