import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { answered } from "@/api/answered";
import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Button } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Card, Stack } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { toast } from "@/design/Toast/toast";
import { breakpoints } from "@/design/tokens";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { RetryProvisioning } from "../provisioning/ProvisioningSection";
import { useDeleteTenantMutation, useRestoreTenantMutation, useSuspendTenantMutation } from "./api";
import { useTenant } from "./TenantLayout";
import { useWhyNot } from "./useWhyNot";

/** What ends a tenant's access or its existence, and the ways back. */
export function DangerPage(): ReactNode {
  const { t } = useTranslation("tenants");
  const { state } = useTenant();
  if (state === Tenant_State.PURGED) return <EmptyState title={t("danger.purged")} />;
  const closed = state === Tenant_State.SUSPENDED || state === Tenant_State.DELETING;
  return (
    <Stack>
      {state === Tenant_State.FAILED && <Retry />}
      {closed ? <Restore /> : <Suspend />}
      {state !== Tenant_State.DELETING && <Delete />}
    </Stack>
  );
}

function Retry(): ReactNode {
  const { t } = useTranslation("tenants");
  const { id } = useTenant();
  return (
    <Action
      title={t("danger.retry.title")}
      text={t("danger.retry.text")}
      button={<RetryProvisioning tenantId={id} />}
    />
  );
}

function Suspend(): ReactNode {
  const { t } = useTranslation("tenants");
  const { id, displayName: name, state, etag } = useTenant();
  const why = useWhyNot()(TenantService.method.suspendTenant);
  const [suspend] = useSuspendTenantMutation();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  return (
    <Action
      title={t("danger.suspend.title")}
      text={t("danger.suspend.text")}
      button={
        <Button
          disabledReason={state === Tenant_State.ACTIVE ? why : (why ?? t("danger.wrongState"))}
          onPress={() => setOpen(true)}
        >
          {t("danger.suspend.action")}
        </Button>
      }
    >
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={t("danger.suspend.dialog", { name })}
        confirmLabel={t("danger.suspend.action")}
        fields={
          <TextField
            label={t("danger.suspend.reason")}
            description={t("danger.suspend.reasonHint")}
            value={reason}
            onChange={setReason}
            maxLength={500}
            optional
          />
        }
        onConfirm={async () => {
          await answered(suspend({ id, reason: reason.trim(), etag }));
          setReason("");
          toast({ tone: "success", title: t("danger.suspend.done", { name }) });
        }}
      >
        {t("danger.suspend.text")}
      </ConfirmDialog>
    </Action>
  );
}

function Restore(): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { id, displayName: name, state, purgeTime, etag } = useTenant();
  const why = useWhyNot()(TenantService.method.restoreTenant);
  const [restore] = useRestoreTenantMutation();
  const [isOpen, setOpen] = useState(false);
  const text =
    state === Tenant_State.SUSPENDED || purgeTime === undefined
      ? t("danger.restore.suspended")
      : t("danger.restore.deleting", { time: format.dateTime(purgeTime) });
  return (
    <Action
      title={t("danger.restore.title")}
      text={text}
      button={
        <Button disabledReason={why} onPress={() => setOpen(true)}>
          {t("danger.restore.action")}
        </Button>
      }
    >
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={t("danger.restore.title")}
        confirmLabel={t("danger.restore.action")}
        tone="primary"
        onConfirm={async () => {
          await answered(restore({ id, etag }));
          toast({ tone: "success", title: t("danger.restore.done", { name }) });
        }}
      >
        {text}
      </ConfirmDialog>
    </Action>
  );
}

function Delete(): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { id, displayName: name, slug, state, userCount, etag } = useTenant();
  const why = useWhyNot()(TenantService.method.deleteTenant);
  const [remove] = useDeleteTenantMutation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Action
      title={t("danger.delete.title")}
      text={t("danger.delete.text")}
      button={
        <Button
          variant="danger"
          disabledReason={state === Tenant_State.PROVISIONING ? (why ?? t("danger.wrongState")) : why}
          onPress={() => setOpen(true)}
        >
          {t("danger.delete.action")}
        </Button>
      }
    >
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={t("danger.delete.dialog", { name })}
        confirmLabel={t("danger.delete.submit")}
        typed={slug}
        onConfirm={async () => {
          const { purgeTime } = await answered(remove({ id, etag }));
          const time = purgeTime === undefined ? "–" : format.dateTime(purgeTime);
          toast({ tone: "success", title: t("danger.delete.done", { name, time }) });
        }}
      >
        {t("danger.delete.dialogText", { users: format.number(userCount) })}
      </ConfirmDialog>
    </Action>
  );
}

interface ActionProps {
  title: string;
  text: string;
  button: ReactNode;
  children?: ReactNode;
}

function Action({ title, text, button, children }: ActionProps): ReactNode {
  return (
    <Row>
      <Stack $gap={1}>
        <Heading $size="medium">{title}</Heading>
        <Text $tone="muted">{text}</Text>
      </Stack>
      <div>{button}</div>
      {children}
    </Row>
  );
}

const Row = styled(Card)`
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: ${theme.space[5]};
  & > div:first-child {
    max-inline-size: ${theme.width.text};
  }
  @media ${breakpoints.narrow} {
    flex-direction: column;
    align-items: stretch;
  }
`;
