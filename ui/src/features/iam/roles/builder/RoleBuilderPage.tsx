import { Copy, Trash2, Users } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";

import { ApiError, Code } from "@/api/errors";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Button, ButtonLink } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Page } from "@/design/layout/layout";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState, NoPermission } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { useCrumb } from "@/routing/crumb";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { PlanGap } from "../../plan/PlanGap";
import { usePlanLacks } from "../../plan/PlanProvider";
import { ScopeNote } from "../../scope/ScopeNote";
import { useScope } from "../../scope/ScopeProvider";
import { useRoles } from "../RolesProvider";
import { useRoleDescription } from "../useRoleDescription";
import { RoleEditor } from "./RoleEditor";

/** Builds a role: `/iam/roles/new`, or one that is there. */
export function RoleBuilderPage(): ReactNode {
  const { t } = useTranslation("roles");
  const { id } = useParams();
  const [search] = useSearchParams();
  const { to, tenantId } = useScope();
  const { roles, catalogue, permitted, failure, pending, reload, remove } = useRoles();
  const can = useCan();
  const describe = useRoleDescription();
  const lacks = usePlanLacks();
  const client = useClient(RoleService);
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);

  const role = id === undefined ? undefined : roles?.find((one) => one.id === id);
  const template = roles?.find((one) => one.id === search.get("from"));
  const title = role?.displayName ?? (id === undefined ? t("builder.newTitle") : t("title"));
  useCrumb(title);
  if (!permitted) return <Frame title={title} content={<NoPermission permission="roles.read" />} />;
  if (failure !== undefined && roles === undefined)
    return <Frame title={title} content={<ErrorState failure={failure} onRetry={reload} isRetrying={pending} />} />;
  if (roles === undefined || catalogue === undefined)
    return (
      <Frame
        title={title}
        content={
          <Loading label={t("loading")}>
            <SkeletonText lines={8} />
          </Loading>
        }
      />
    );
  if (id !== undefined && role === undefined)
    return (
      <Frame title={t("title")} content={<ErrorState failure={NOT_FOUND} onRetry={reload} isRetrying={pending} />} />
    );
  if (id === undefined && lacks(RoleService.method.createRole))
    return <Frame title={title} content={<PlanGap what="roles" />} />;
  return (
    <Page
      title={title}
      trail={<ScopeNote />}
      description={role === undefined || role.description === "" ? undefined : describe(role)}
      actions={
        role !== undefined && (
          <>
            {can(UserService.method.listUsers) && (
              <ButtonLink icon={<Users size={16} aria-hidden />} href={to("users", {}, { role: role.id })}>
                {t("people")}
              </ButtonLink>
            )}
            {can(RoleService.method.createRole) && !lacks(RoleService.method.createRole) && (
              <ButtonLink icon={<Copy size={16} aria-hidden />} href={to("newRole", {}, { from: role.id })}>
                {t("copy")}
              </ButtonLink>
            )}
            {can(RoleService.method.deleteRole) && (
              <Button
                icon={<Trash2 size={16} aria-hidden />}
                onPress={() => setDeleting(true)}
                disabledReason={role.builtIn ? t("builder.builtIn") : undefined}
              >
                {t("delete.do")}
              </Button>
            )}
          </>
        )
      }
    >
      <RoleEditor
        key={role?.id ?? `new ${template?.id ?? ""}`}
        role={role}
        template={template}
        roles={roles}
        catalogue={catalogue}
      />
      {role !== undefined && (
        <ConfirmDialog
          isOpen={deleting}
          onOpenChange={setDeleting}
          title={t("delete.title", { name: role.displayName })}
          confirmLabel={t("delete.do")}
          typed={role.displayName}
          onConfirm={async () => {
            await client.deleteRole({ id: role.id, tenantId, etag: role.etag });
            toast({ tone: "success", title: t("delete.done", { name: role.displayName }) });
            await navigate(to("roles"));
            remove(role.id);
          }}
        >
          {t("delete.text")}
        </ConfirmDialog>
      )}
    </Page>
  );
}

const NOT_FOUND = new ApiError({ reason: "NOT_FOUND", message: "there is no such role", code: Code.NOT_FOUND });

function Frame({ title, content }: { title: string; content: ReactNode }): ReactNode {
  return (
    <Page title={title} trail={<ScopeNote />}>
      {content}
    </Page>
  );
}
