import { Plus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { ApiError } from "@/api/errors";
import { User_Status as Status, type User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Badge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { IconButton } from "@/design/IconButton/IconButton";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Notice } from "@/design/Notice/Notice";
import { Select } from "@/design/Select/Select";
import { NoPermission } from "@/design/states/states";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { useRoles } from "../../roles/RolesProvider";
import { useRoleDescription } from "../../roles/useRoleDescription";
import { useScope } from "../../scope/ScopeProvider";
import { useAssignable, useRoleOptions } from "../useAssignable";

/** The roles somebody holds; gives and takes them. */
export function UserRoles({ user, onChange }: { user: User; onChange: (user: User) => void }): ReactNode {
  const { t } = useTranslation("users");
  const { errorText } = useErrorText();
  const { to } = useScope();
  const { permitted } = useRoles();
  const assignable = useAssignable();
  const can = useCan();
  const users = useClient(UserService);
  const describe = useRoleDescription();
  const options = useRoleOptions(assignable).filter(({ id }) => !user.roleIds.includes(id));
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState<string>();
  const [failure, setFailure] = useState<ApiError>();
  const change = async (roleId: string, give: boolean): Promise<void> => {
    setBusy(roleId);
    setFailure(undefined);
    try {
      const request = { id: user.id, tenantId: user.tenantId, roleId };
      // Roles are no part of the account itself: what else is known of it stays as it was read.
      const { roleIds } = await (give ? users.assignRole(request) : users.revokeRole(request));
      onChange({ ...user, roleIds });
      setChosen(null);
      const name = assignable.find(({ role }) => role.id === roleId)?.role.displayName ?? roleId;
      toast({ tone: "success", title: t(give ? "roles.given" : "roles.taken", { role: name }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    } finally {
      setBusy(undefined);
    }
  };
  if (!permitted) return <NoPermission permission="roles.read" />;
  const may = can(UserService.method.assignRole);
  const fixed = !may ? t("roles.notAllowed") : user.status === Status.DELETED ? t("actions.deleted") : undefined;
  return (
    <Card>
      <Stack>
        {failure !== undefined && <Notice tone="danger">{errorText(failure)}</Notice>}
        {user.roleIds.length === 0 ? (
          <Text $tone="muted">{t("roles.none")}</Text>
        ) : (
          <List aria-label={t("rolesLabel")}>
            {user.roleIds.map((id) => {
              const role = assignable.find((one) => one.role.id === id)?.role;
              return (
                <li key={id}>
                  <Stack $gap="hair">
                    <Inline>
                      <Link variant="quiet" href={to("role", { id })}>
                        <bdi>{role?.displayName ?? id}</bdi>
                      </Link>
                      {role?.builtIn === true && <Badge>{t("roles.builtIn")}</Badge>}
                    </Inline>
                    <Text $size="small" $tone="muted">
                      <bdi>{role && describe(role)}</bdi>
                    </Text>
                  </Stack>
                  <IconButton
                    label={t("roles.take", { role: role?.displayName ?? id })}
                    icon={<X size={16} aria-hidden />}
                    isPending={busy === id}
                    disabledReason={fixed}
                    onPress={() => void change(id, false)}
                  />
                </li>
              );
            })}
          </List>
        )}
        {fixed === undefined && options.length > 0 && (
          <Give
            onSubmit={(event) => {
              event.preventDefault();
              if (chosen !== null) void change(chosen, true);
            }}
          >
            <div>
              <Select label={t("roles.another")} value={chosen} onChange={setChosen} options={options} />
            </div>
            <Button
              type="submit"
              icon={<Plus size={16} aria-hidden />}
              isPending={busy !== undefined && busy === chosen}
              disabledReason={chosen === null ? t("bulk.chooseRole") : undefined}
            >
              {t("roles.give")}
            </Button>
          </Give>
        )}
      </Stack>
    </Card>
  );
}

const List = styled.ul`
  & > li {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: ${theme.space[3]};
    padding-block: ${theme.space[2]};
    overflow-wrap: anywhere;
  }
  & > li:not(:first-child) {
    border-block-start: 1px solid ${theme.color.border};
  }
`;

const Give = styled.form`
  display: flex;
  flex-wrap: wrap;
  align-items: end;
  gap: ${theme.space[2]};
  & > :first-child {
    flex: 1 1 14rem;
    max-inline-size: 24rem;
  }
`;
