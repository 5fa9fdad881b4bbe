import { use } from "react";

import { PLATFORM } from "@/api/session";
import type { Transport } from "@/api/transport";
import { SessionsContext } from "@/session/SessionProvider";

/** For public methods outside both areas, where nobody is signed in: they are sent without a token. */
export function useVisitorTransport(): Transport {
  return use(SessionsContext)(PLATFORM).transport;
}
