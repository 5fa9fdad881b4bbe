import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { createClient } from "@/api/rest";
import { StatusBadge, type BadgeTone } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useSession } from "@/session/SessionProvider";

import { toEach, type Outcome } from "./bulk";

export type BulkAction = "suspend" | "restore";

interface BulkDialogProps {
  action: BulkAction;
  tenants: readonly Tenant[];
  isOpen: boolean;
  /** Called when it is closed; `changed` when anything was done. */
  onClose: (changed: boolean) => void;
}

const TONES: Record<Outcome["status"], BadgeTone> = {
  waiting: "neutral",
  running: "info",
  done: "success",
  failed: "danger",
  stopped: "neutral",
};

/** Asks, does it to one tenant after the other, and says of each what became of it. */
export function BulkDialog({ action, tenants, isOpen, onClose }: BulkDialogProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { session } = useSession();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>();
  const stop = useRef<AbortController>(undefined);
  const all = tenants.length;
  const count = (status: Outcome["status"]): number =>
    [...(outcomes?.values() ?? [])].filter((one) => one.status === status).length;
  const settled = count("done") + count("failed") + count("stopped");
  const running = outcomes !== undefined && settled < all;
  const over = outcomes !== undefined && !running;
  const owed = action === "suspend" && all > 1 && typed.trim() !== String(all);
  const begin = async (): Promise<void> => {
    if (owed || outcomes !== undefined) return;
    const client = createClient(TenantService, session.transport);
    stop.current = new AbortController();
    setOutcomes(new Map(tenants.map(({ id }) => [id, { status: "waiting" }])));
    await toEach(
      tenants.map(({ id }) => id),
      (id) =>
        action === "suspend" ? client.suspendTenant({ id, reason: reason.trim() }) : client.restoreTenant({ id }),
      {
        signal: stop.current.signal,
        onOutcome: (id, outcome) => setOutcomes((before) => new Map(before).set(id, outcome)),
      },
    );
  };
  const close = (): void => {
    if (running) return;
    onClose(count("done") > 0);
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={close}
      role="alertdialog"
      isBusy={running}
      title={t(`bulk.${action}Title`, { count: all })}
      description={t(`bulk.${action}Lead`)}
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
      footer={
        over ? (
          <Button variant="primary" onPress={close}>
            {t("bulk.close")}
          </Button>
        ) : running ? (
          <Button onPress={() => stop.current?.abort()}>{t("bulk.stop")}</Button>
        ) : (
          <>
            <Button variant="quiet" onPress={close}>
              {t("bulk.cancel")}
            </Button>
            <Button
              type="submit"
              variant={action === "suspend" ? "danger" : "primary"}
              disabledReason={owed ? t("bulk.confirm", { word: all }) : undefined}
            >
              {t(`bulk.${action}`)}
            </Button>
          </>
        )
      }
    >
      <Stack>
        {outcomes === undefined && action === "suspend" && (
          <>
            <TextField
              label={t("bulk.reason")}
              description={t("bulk.reasonHint")}
              value={reason}
              onChange={setReason}
              maxLength={500}
              optional
            />
            {all > 1 && (
              <TextField
                label={t("bulk.confirm", { word: all })}
                value={typed}
                onChange={setTyped}
                inputMode="numeric"
                autoComplete="off"
              />
            )}
          </>
        )}
        {outcomes !== undefined && (
          <ProgressBar
            label={
              over
                ? [
                    t("bulk.resultDone", { count: count("done") }),
                    ...(count("failed") > 0 ? [t("bulk.resultFailed", { count: count("failed") })] : []),
                  ].join(", ")
                : t("bulk.outcome.running")
            }
            value={settled}
            max={all}
            valueText={t("bulk.running", { done: settled, all })}
            tone={over ? (count("failed") > 0 ? "warning" : "success") : "accent"}
          />
        )}
        <List aria-label={t("list.label")}>
          {tenants.map((tenant) => (
            <Row key={tenant.id} tenant={tenant} outcome={outcomes?.get(tenant.id)} />
          ))}
        </List>
      </Stack>
    </Dialog>
  );
}

function Row({ tenant, outcome }: { tenant: Tenant; outcome: Outcome | undefined }): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  return (
    <li>
      <div>
        <Text as="span" dir="auto">
          {tenant.displayName}
        </Text>
        {outcome?.status === "failed" && (
          <Text $size="small" $tone="danger">
            {errorText(outcome.error)}
          </Text>
        )}
      </div>
      {outcome !== undefined && (
        <StatusBadge tone={TONES[outcome.status]} live={outcome.status === "running"}>
          {t(`bulk.outcome.${outcome.status}`)}
        </StatusBadge>
      )}
    </li>
  );
}

const List = styled.ul`
  max-block-size: 16rem;
  overflow-y: auto;
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  li {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: ${theme.space[3]};
    padding: ${theme.space[2]} ${theme.space[3]};
    overflow-wrap: anywhere;
  }
  li + li {
    border-block-start: 1px solid ${theme.color.border};
  }
`;
