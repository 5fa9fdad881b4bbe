import type { ReactNode } from "react";
import { Navigate } from "react-router";

import { paths } from "@/routing/paths";

import { rememberedBack } from "./useConfirmation";

/** Takes a payer who comes from a provider's page back to where they were; this tab knows where that is. */
export function PayerReturnPage(): ReactNode {
  return <Navigate replace to={rememberedBack() ?? paths.home} />;
}
