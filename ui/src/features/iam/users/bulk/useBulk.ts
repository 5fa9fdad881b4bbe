import { useRef, useState } from "react";

import { ApiError } from "@/api/errors";
import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import type { Client } from "@/api/rest";
import { useClient } from "@/session/useClient";

import { useScope } from "../../scope/ScopeProvider";
import { pool } from "./pool";

export type BulkTask =
  | { kind: "suspend"; reason: string }
  | { kind: "restore" }
  | { kind: "delete" }
  | { kind: "invite" }
  | { kind: "assign"; roleId: string }
  | { kind: "revoke"; roleId: string };

/** What became of one of the users: how they are now, or why nothing was done. */
export type BulkResult = { user: User; error?: undefined } | { user: User; error: ApiError };

export interface Bulk {
  /** In the order in which they were done. */
  results: readonly BulkResult[];
  state: "idle" | "running" | "done";
  /** How many there are in all. */
  of: number;
  run: (users: readonly User[], task: BulkTask) => Promise<void>;
  /** Begins no more; those that are under way are finished. */
  stop: () => void;
  reset: () => void;
}

const AT_ONCE = 4;

/** The same change to several users, one call each: what is refused for one leaves the others done. */
export function useBulk(): Bulk {
  const { tenantId } = useScope();
  const client = useClient(UserService);
  const [results, setResults] = useState<readonly BulkResult[]>([]);
  const [state, setState] = useState<Bulk["state"]>("idle");
  const [of, setOf] = useState(0);
  const control = useRef<AbortController>(undefined);
  return {
    results,
    state,
    of,
    run: async (users, task) => {
      control.current = new AbortController();
      setResults([]);
      setOf(users.length);
      setState("running");
      const work = async (user: User): Promise<BulkResult> => {
        try {
          return { user: await perform(client, task, { id: user.id, tenantId }) };
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          return { user, error };
        }
      };
      const note = (_: User, result: BulkResult): void => setResults((before) => [...before, result]);
      await pool(users, AT_ONCE, work, note, control.current.signal);
      setState("done");
    },
    stop: () => control.current?.abort(),
    reset: () => {
      setResults([]);
      setState("idle");
    },
  };
}

function perform(
  client: Client<typeof UserService>,
  task: BulkTask,
  whom: { id: string; tenantId: string },
): Promise<User> {
  switch (task.kind) {
    case "suspend":
      return client.suspendUser({ ...whom, reason: task.reason });
    case "restore":
      return client.restoreUser(whom);
    case "delete":
      return client.deleteUser(whom);
    case "invite":
      return client.inviteUser(whom);
    case "assign":
      return client.assignRole({ ...whom, roleId: task.roleId });
    case "revoke":
      return client.revokeRole({ ...whom, roleId: task.roleId });
  }
}
