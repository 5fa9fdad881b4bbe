import { useCallback, useMemo, useState } from "react";

import { ApiError } from "@/api/errors";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { useClient } from "@/session/useClient";

import { useScope } from "../../scope/ScopeProvider";
import { useRoles } from "../RolesProvider";
import { changesOf, onNewest, toggled, without, type Drafts, type RoleChange } from "./drafts";

/** What became of one role when the matrix was saved. */
export type Outcome =
  | { kind: "saved"; role: Role }
  | { kind: "refused"; role: Role; error: ApiError }
  /** Somebody else had changed the role meanwhile; `newest` is what it is now. */
  | { kind: "conflict"; role: Role; newest: Role };

export interface Matrix {
  drafts: Drafts;
  changes: RoleChange[];
  toggle: (role: Role, pattern: string) => void;
  discard: () => void;
  /** Saves each changed role by itself: one that is refused leaves the others saved. */
  save: () => Promise<void>;
  /** How many of how many are done, while it is being saved. */
  progress: { done: number; of: number } | undefined;
  outcomes: readonly Outcome[];
  /** Puts the changes on top of what somebody else has saved. */
  takeNewest: (role: Role, newest: Role) => void;
  forget: () => void;
}

export function useMatrix(roles: readonly Role[]): Matrix {
  const { tenantId } = useScope();
  const { put } = useRoles();
  const client = useClient(RoleService);
  const [drafts, setDrafts] = useState<Drafts>({});
  const [progress, setProgress] = useState<Matrix["progress"]>();
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const changes = useMemo(() => changesOf(roles, drafts), [roles, drafts]);

  const saveOne = async ({ role, names }: RoleChange): Promise<Outcome> => {
    try {
      const permissions = { names: [...names] };
      return {
        kind: "saved",
        role: await client.updateRole({ id: role.id, tenantId, etag: role.etag, permissions }),
      };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason !== "ETAG_STALE") return { kind: "refused", role, error };
      try {
        return { kind: "conflict", role, newest: await client.getRole({ id: role.id, tenantId }) };
      } catch (again) {
        if (!(again instanceof ApiError)) throw again;
        return { kind: "refused", role, error: again };
      }
    }
  };
  const save = async (): Promise<void> => {
    const found: Outcome[] = [];
    setOutcomes([]);
    setProgress({ done: 0, of: changes.length });
    try {
      for (const change of changes) {
        const outcome = await saveOne(change);
        found.push(outcome);
        if (outcome.kind === "saved") {
          put(outcome.role);
          setDrafts((before) => without(before, change.role.id));
        }
        setProgress({ done: found.length, of: changes.length });
        setOutcomes([...found]);
      }
    } finally {
      setProgress(undefined);
    }
  };
  return {
    drafts,
    changes,
    toggle: useCallback((role, pattern) => setDrafts((before) => toggled(before, role, pattern)), []),
    discard: () => {
      setDrafts({});
      setOutcomes([]);
    },
    save,
    progress,
    outcomes,
    takeNewest: (role, newest) => {
      setDrafts((before) => onNewest(before, role, newest));
      put(newest);
      setOutcomes((before) => before.filter((one) => one.role.id !== role.id));
    },
    forget: () => setOutcomes([]),
  };
}
