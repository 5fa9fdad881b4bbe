import type { DescMethod } from "@bufbuild/protobuf";
import { useTranslation } from "react-i18next";

import { permissionOf } from "@/api/access";
import { useCan } from "@/session/useCan";

/** Says why the person may not call a method; undefined when they may. */
export function useWhyNot(): (method: DescMethod) => string | undefined {
  const { t } = useTranslation("tenants");
  const can = useCan();
  return (method) => (can(method) ? undefined : t("danger.denied", { permission: permissionOf(method) ?? "" }));
}
