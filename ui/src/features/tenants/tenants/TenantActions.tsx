import { Ellipsis, ExternalLink, PencilLine, VenetianMask } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Tenant_State, type Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Button } from "@/design/Button/Button";
import { MenuButton } from "@/design/Menu/MenuButton";
import { paths } from "@/routing/paths";

import { ImpersonateDialog } from "./ImpersonateDialog";
import { RenameDialog } from "./RenameDialog";
import { useWhyNot } from "./useWhyNot";

/** What is done with a tenant on every day: acting for it, naming it, going to its portal. */
export function TenantActions({ tenant }: { tenant: Tenant }): ReactNode {
  const { t } = useTranslation("tenants");
  const [open, setOpen] = useState<"impersonate" | "rename">();
  const mayNot = useWhyNot();
  const close = (): void => setOpen(undefined);
  const { state, slug, displayName } = tenant;
  const gone = state === Tenant_State.DELETING || state === Tenant_State.PURGED;
  return (
    <>
      <Button
        icon={<VenetianMask size={16} aria-hidden />}
        disabledReason={
          mayNot(TenantService.method.impersonateTenant) ??
          (state === Tenant_State.ACTIVE ? undefined : t("danger.impersonate.state"))
        }
        onPress={() => setOpen("impersonate")}
      >
        {t("danger.impersonate.action")}
      </Button>
      <MenuButton
        label={t("detail.more", { name: displayName })}
        icon={<Ellipsis size={16} aria-hidden />}
        entries={[
          {
            id: "rename",
            label: t("detail.rename"),
            icon: <PencilLine size={16} />,
            disabledReason: mayNot(TenantService.method.updateTenant) ?? (gone ? t("danger.wrongState") : undefined),
            onAction: () => setOpen("rename"),
          },
          {
            id: "portal",
            label: t("detail.openPortal"),
            icon: <ExternalLink size={16} />,
            href: paths.login(slug),
          },
        ]}
      />
      <ImpersonateDialog tenant={tenant} isOpen={open === "impersonate"} onOpenChange={close} />
      {open === "rename" && <RenameDialog tenant={tenant} onClose={close} />}
    </>
  );
}
