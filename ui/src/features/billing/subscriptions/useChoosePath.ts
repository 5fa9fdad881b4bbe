import { PLATFORM } from "@/api/session";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { useBilled } from "../accounts/billed";

/** Where a plan is chosen for the tenant that the page is about. */
export function useChoosePath(): string {
  const { realm } = useSession();
  const { tenantId } = useBilled();
  return realm === PLATFORM ? paths.to(realm, "tenantBillingPlan", { id: tenantId }) : paths.to(realm, "choosePlan");
}
