import type { ReactNode } from "react";

import { StoreProvider } from "@/api/StoreProvider";
import { useSession } from "@/session/SessionProvider";

import { BillingFigures } from "./BillingFigures";

/** The board of billing. Boards stand outside their modules' layouts, so it brings the store along. */
export function BillingBoard(): ReactNode {
  const { session } = useSession();
  return (
    <StoreProvider session={session}>
      <BillingFigures />
    </StoreProvider>
  );
}
