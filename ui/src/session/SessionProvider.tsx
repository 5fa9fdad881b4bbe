import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";

import { ApiError } from "@/api/errors";
import type { Me } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { sessionCalls, sessionOf, type RealmKey, type Session, type SessionState } from "@/api/session";

interface SessionValue {
  session: Session;
  realm: RealmKey;
  state: SessionState;
  /**
   * Who is signed in, as the platform sees them; undefined until it has said so. Stays while `interrupted`.
   */
  me: Me | undefined;
  /**
   * Whether the session of `me` was ended by the platform: it ran out or was revoked. What they were at is kept, for
   * the case that the same person signs in again.
   */
  interrupted: boolean;
  /** Why it is not known whether somebody is signed in, or who. */
  failure: ApiError | undefined;
  /** Asks again: after a failure, and after people changed something about themselves. */
  reload: () => Promise<void>;
}

/** Where sessions come from: the browser's own, unless a test puts others in their place. */
export const SessionsContext = createContext<(realm: RealmKey) => Session>(sessionOf);

const SessionContext = createContext<SessionValue | undefined>(undefined);

interface SessionProviderProps {
  realm: RealmKey;
  children: ReactNode;
}

/** The session of one area, and who is signed in there. Render it with `key={realm}`. */
export function SessionProvider({ realm, children }: SessionProviderProps): ReactNode {
  const session = use(SessionsContext)(realm);
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const [known, setKnown] = useState<{ me?: Me; failure?: ApiError }>({});
  const reload = useCallback(async () => {
    try {
      const state = await session.start();
      if (state.status === "signed-out" && state.reason !== undefined) return;
      if (state.status !== "signed-in") return setKnown({});
      const { getMe } = await sessionCalls();
      const me = await getMe(session.transport);
      setKnown({ me });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setKnown((before) => ({ ...before, failure: error }));
    }
  }, [session]);
  useEffect(() => {
    let begun = false;
    const look = (): void => void reload();
    const begin = async (): Promise<void> => {
      // What comes of beginning is a change of the session, which is looked at below.
      await session.start().catch(() => undefined);
      begun = true;
      look();
    };
    // Another person, or other permissions: what was known is not true any more.
    const end = session.subscribe(() => begun && look());
    void begin();
    return end;
  }, [session, reload]);
  const value = useMemo<SessionValue>(() => {
    const me = stillThere(state, known.me) ? known.me : undefined;
    const interrupted = me !== undefined && state.status === "signed-out";
    return { session, realm, state, me, interrupted, failure: known.failure, reload };
  }, [session, realm, state, known, reload]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** Whether the person who was known before a change of the session is still the one whose pages are shown. */
function stillThere(state: SessionState, me: Me | undefined): boolean {
  if (me === undefined || state.status === "unknown") return false;
  if (state.status === "signed-out") return state.reason !== undefined;
  if (state.sessionId === me.sessionId) return true;
  // The same person with a new session of their own, until the platform has said what they may do in it.
  return state.userId === me.user?.id && state.ends === undefined && me.impersonatorId === "";
}

export function useSession(): SessionValue {
  const value = use(SessionContext);
  if (value === undefined) throw new Error("there is no SessionProvider around this component");
  return value;
}

/** Who is signed in. Only below `SignedIn`, where somebody is. */
export function useMe(): Me {
  const { me } = useSession();
  if (me === undefined) throw new Error("nobody is signed in here");
  return me;
}
