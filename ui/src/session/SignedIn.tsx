import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";

import type { ApiError } from "@/api/errors";
import { paths } from "@/routing/paths";

import { useSession } from "./SessionProvider";

interface SignedInProps {
  /** While it is not known yet who is there. */
  waiting: ReactNode;
  /** When the platform could not be asked. */
  renderFailure: (failure: ApiError, again: () => void) => ReactNode;
  children: ReactNode;
}

/**
 * Its children for people who are signed in; everybody else is sent to the sign-in page and back afterwards. The
 * children stay while a session is interrupted: whoever renders them covers them then.
 */
export function SignedIn({ waiting, renderFailure, children }: SignedInProps): ReactNode {
  const { state, realm, me, failure, reload } = useSession();
  const location = useLocation();
  if (state.status === "signed-out" && me === undefined) {
    const next = location.pathname + location.search + location.hash;
    return <Navigate replace to={paths.login(realm, next)} state={{ reason: state.reason }} />;
  }
  if (me !== undefined) return children;
  if (failure !== undefined) return renderFailure(failure, () => void reload());
  return waiting;
}
