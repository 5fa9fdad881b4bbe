import type { ReactNode } from "react";

import { useBilled } from "../accounts/billed";
import { MethodList } from "./MethodList";

/** How one's own tenant pays. */
export function MethodsSection(): ReactNode {
  const { tenantId } = useBilled();
  return <MethodList tenantId={tenantId} />;
}
