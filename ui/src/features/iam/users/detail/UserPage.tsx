import { MoreHorizontal, Pencil } from "lucide-react";
import { useCallback, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { reportId } from "@/api/errors";
import { User_Status as Status, type User } from "@/api/gen/atrium/iam/v1/user_pb";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { Button } from "@/design/Button/Button";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Inline, Page, Stack } from "@/design/layout/layout";
import { MenuButton } from "@/design/Menu/MenuButton";
import { Notice } from "@/design/Notice/Notice";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState, NoPermission } from "@/design/states/states";
import { Tabs, type TabItem } from "@/design/Tabs/Tabs";
import { useFormat } from "@/i18n/Locale";
import { useCrumb } from "@/routing/crumb";
import { oneOf, useListState } from "@/routing/listState";
import { useMe } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { RecentEntries } from "../../auditLogs/RecentEntries";
import { ScopeNote } from "../../scope/ScopeNote";
import { useScope } from "../../scope/ScopeProvider";
import { SessionList } from "../../sessions/SessionList";
import { UserStatusBadge } from "../status";
import { useUserActions } from "../useUserActions";
import { UserPermissions } from "./UserPermissions";
import { UserRoles } from "./UserRoles";

const TABS = ["profile", "roles", "permissions", "sessions", "activity"] as const;
const params = { tab: oneOf(TABS, "profile") };

/** Somebody: who they are, what they may do and why, where they are signed in, what they did. */
export function UserPage(): ReactNode {
  const { t } = useTranslation("users");
  const { id = "" } = useParams();
  const { tenantId } = useScope();
  const can = useCan();
  const users = useClient(UserService);
  const permitted = can(UserService.method.getUser);
  const ask = useCallback((signal: AbortSignal) => users.getUser({ id, tenantId }, { signal }), [users, id, tenantId]);
  const { answer: user, failure, pending, reload, replace } = useAnswer(permitted ? ask : undefined);
  useCrumb(user?.displayName);
  if (user !== undefined) return <Known user={user} onChange={(changed) => replace(() => changed)} />;
  return (
    <Page title={t("user")} trail={<ScopeNote />}>
      {!permitted && <NoPermission permission="users.read" />}
      {failure !== undefined && (
        <ErrorState failure={failure} requestId={reportId(failure)} onRetry={reload} isRetrying={pending} />
      )}
      {permitted && failure === undefined && (
        <Loading label={t("loading")}>
          <SkeletonText lines={8} />
        </Loading>
      )}
    </Page>
  );
}

function Known({ user, onChange }: { user: User; onChange: (user: User) => void }): ReactNode {
  const { t } = useTranslation("users");
  const me = useMe();
  const can = useCan();
  const list = useListState(params);
  const actions = useUserActions(onChange);
  const { id, tenantId } = user;
  const deleted = user.status === Status.DELETED;
  const entries = actions.actionsOf(user).filter((entry) => entry.id !== "edit" && entry.id !== "roles");
  const seesSessions = id === me.user?.id || can("sessions.manage");
  const items: TabItem[] = [
    { id: "profile", label: t("tabs.profile"), content: <Profile user={user} /> },
    { id: "roles", label: t("tabs.roles"), content: <UserRoles user={user} onChange={onChange} /> },
    { id: "permissions", label: t("tabs.permissions"), content: <UserPermissions user={user} /> },
    {
      id: "sessions",
      label: t("tabs.sessions"),
      content: seesSessions ? (
        <Card>
          <SessionList userId={id} tenantId={tenantId} />
        </Card>
      ) : (
        <NoPermission permission="sessions.manage" />
      ),
    },
    {
      id: "activity",
      label: t("tabs.activity"),
      content: can("audit.read") ? (
        <RecentEntries userId={id} tenantId={tenantId} />
      ) : (
        <NoPermission permission="audit.read" />
      ),
    },
  ];
  return (
    <Page
      title={user.displayName}
      trail={<ScopeNote />}
      description={
        <Inline as="span">
          <bdi>{user.email}</bdi>
          <UserStatusBadge user={user} />
        </Inline>
      }
      actions={
        <>
          {can(UserService.method.updateUser) && (
            <Button
              icon={<Pencil size={16} aria-hidden />}
              onPress={() => actions.edit(user)}
              disabledReason={deleted ? t("actions.deleted") : undefined}
            >
              {t("actions.edit")}
            </Button>
          )}
          {entries.length > 0 && (
            <MenuButton
              label={t("actions.for", { name: user.displayName })}
              icon={<MoreHorizontal size={16} aria-hidden />}
              entries={entries}
            />
          )}
        </>
      }
    >
      {user.status === Status.SUSPENDED && (
        <Notice tone="warning" title={t("suspend.isSuspended")}>
          {user.suspendReason === "" ? t("suspend.noReason") : user.suspendReason}
        </Notice>
      )}
      {deleted && <Notice tone="info">{t("actions.deleted")}</Notice>}
      {user.status === Status.INVITED && <Notice tone="info">{t("actions.waits")}</Notice>}
      <Tabs
        label={t("tabs.label")}
        items={items}
        selected={list.values.tab}
        onChange={(tab) => list.set({ tab: tab as (typeof TABS)[number] })}
      />
      {actions.dialogs}
    </Page>
  );
}

function Profile({ user }: { user: User }): ReactNode {
  const { t } = useTranslation("users");
  const format = useFormat();
  const languages = new Intl.DisplayNames(format.locale, { type: "language", languageDisplay: "standard" });
  const moment = (time: User["createTime"]): string => (time === undefined ? "" : format.dateTime(time));
  return (
    <Card>
      <Stack>
        <KeyValueList
          layout="above"
          items={[
            { label: t("name"), value: user.displayName },
            { label: t("email"), value: user.email, copy: user.email },
            { label: t("factor"), value: t(user.mfaEnabled ? "on" : "off") },
            { label: t("locale"), value: user.locale === "" ? "" : languages.of(user.locale) },
            { label: t("timeZone"), value: user.timeZone },
            { label: t("seen"), value: moment(user.lastSignInTime) },
            { label: t("created"), value: moment(user.createTime) },
            { label: t("changed"), value: moment(user.updateTime) },
            { label: t("id"), value: <code>{user.id}</code>, copy: user.id },
          ]}
        />
      </Stack>
    </Card>
  );
}
