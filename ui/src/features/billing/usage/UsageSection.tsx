import type { ReactNode } from "react";

import { useBilled } from "../accounts/billed";
import { UsageMonitor } from "./UsageMonitor";

/** What one tenant uses. */
export function UsageSection(): ReactNode {
  const { tenantId } = useBilled();
  return <UsageMonitor tenantId={tenantId} />;
}
