import type { ReactNode } from "react";
import { Outlet, useParams } from "react-router";

import { PLATFORM } from "@/api/session";
import { SessionProvider } from "@/session/SessionProvider";
import { SignedIn } from "@/session/SignedIn";

import { Failure } from "./ErrorPage";
import { Waiting } from "./Waiting";

/** `/master-admin` or `/t/:slug`: everything below has the session of its realm. */
export function Area(): ReactNode {
  const { slug = PLATFORM } = useParams();
  return (
    <SessionProvider key={slug} realm={slug}>
      <Outlet />
    </SessionProvider>
  );
}

/** The pages of an area for people who are signed in. The shell (navigation, account menu) stands around the outlet. */
export function SignedInArea(): ReactNode {
  return (
    <SignedIn waiting={<Waiting />} renderFailure={(failure, again) => <Failure error={failure} again={again} />}>
      <Outlet />
    </SignedIn>
  );
}
