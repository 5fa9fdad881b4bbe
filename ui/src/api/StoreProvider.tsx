import type { ReactNode } from "react";
import { Provider } from "react-redux";

import { storeOf } from "./rtk";
import type { Session } from "./session";

/** Gives the components of a module the Redux store of their session. Import it from lazily loaded files only. */
export function StoreProvider({ session, children }: { session: Session; children: ReactNode }): ReactNode {
  return <Provider store={storeOf(session)}>{children}</Provider>;
}
