import { use, useCallback, type ReactNode } from "react";
import { Navigate } from "react-router";

import { PLATFORM } from "@/api/session";
import { getSetup } from "@/api/visitor";
import { paths } from "@/routing/paths";
import { SessionsContext } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";

import { Failure } from "./ErrorPage";
import { Waiting } from "./Waiting";

/** `/`: the set-up wizard while the installation waits for it, else the administration, which asks to sign in. */
export function LandingPage(): ReactNode {
  const session = use(SessionsContext)(PLATFORM);
  const ask = useCallback(async () => {
    if ((await getSetup(session.transport)).open) return paths.setup;
    // Not by way of the administration's pages, whose code somebody who has to sign in does not need yet.
    return (await session.start()).status === "signed-in" ? paths.area(PLATFORM) : paths.login(PLATFORM);
  }, [session]);
  const { answer, failure, reload } = useAnswer(ask);
  if (answer !== undefined) return <Navigate replace to={answer} />;
  if (failure !== undefined) return <Failure error={failure} again={reload} />;
  return <Waiting />;
}
