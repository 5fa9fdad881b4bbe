import { CircleAlert, CircleCheck } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { User } from "@/api/gen/atrium/iam/v1/user_pb";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { Select } from "@/design/Select/Select";
import { TextField } from "@/design/TextField/TextField";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";

import { useAssignable, useRoleOptions } from "../useAssignable";
import { useBulk, type BulkResult, type BulkTask } from "./useBulk";

export type BulkKind = BulkTask["kind"];

interface BulkDialogProps {
  /** What is to be done; undefined while it is closed. */
  kind: BulkKind | undefined;
  users: readonly User[];
  onClose: () => void;
  /** Told of the users that were changed, once it is over. */
  onDone: (results: readonly BulkResult[]) => void;
}

/** Asks, does it for every one of the users, and says for each what became of it. */
export function BulkDialog({ kind, users, onClose, onDone }: BulkDialogProps): ReactNode {
  const [opening, setOpening] = useState<{ kind: BulkKind; count: number; isOpen: boolean }>({
    kind: "suspend",
    count: 0,
    isOpen: false,
  });
  // Every opening is a new one; while it closes it still shows what it was about.
  if (kind !== undefined && !opening.isOpen) setOpening({ kind, count: opening.count + 1, isOpen: true });
  if (kind === undefined && opening.isOpen) setOpening({ ...opening, isOpen: false });
  return (
    <Task
      key={opening.count}
      isOpen={opening.isOpen}
      kind={opening.kind}
      users={users}
      onClose={onClose}
      onDone={onDone}
    />
  );
}

interface TaskProps extends Omit<BulkDialogProps, "kind"> {
  isOpen: boolean;
  kind: BulkKind;
}

function Task({ isOpen, kind, users: chosen, onClose, onDone }: TaskProps): ReactNode {
  const { t } = useTranslation("users");
  const { errorText } = useErrorText();
  const bulk = useBulk();
  const roles = useRoleOptions(useAssignable(), kind === "assign");
  // The selection changes as people are done with; whom it was about does not.
  const [users] = useState(chosen);
  const [reason, setReason] = useState("");
  const [roleId, setRoleId] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const word = t("bulk.word");
  const owes =
    ((kind === "assign" || kind === "revoke") && roleId === null) || (kind === "delete" && typed.trim() !== word);
  const failed = bulk.results.filter(({ error }) => error !== undefined);
  const start = (): void => {
    if (owes) return setMissing(true);
    const task: BulkTask =
      kind === "suspend"
        ? { kind, reason }
        : kind === "assign" || kind === "revoke"
          ? { kind, roleId: roleId ?? "" }
          : { kind };
    void bulk.run(users, task);
  };
  const close = (): void => {
    if (bulk.results.length > 0) onDone(bulk.results);
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && close()}
      isBusy={bulk.state === "running"}
      title={t(`bulk.${kind}.title`, { count: users.length })}
      description={bulk.state === "idle" ? t(`bulk.${kind}.text`) : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
      footer={
        bulk.state === "idle" ? (
          <>
            <Button variant="quiet" onPress={close}>
              {t("cancel")}
            </Button>
            <Button type="submit" variant={kind === "delete" || kind === "suspend" ? "danger" : "primary"}>
              {t(`bulk.${kind}.do`)}
            </Button>
          </>
        ) : bulk.state === "running" ? (
          <Button onPress={bulk.stop}>{t("bulk.stop")}</Button>
        ) : (
          <Button variant="primary" onPress={close}>
            {t("bulk.close")}
          </Button>
        )
      }
    >
      <Stack>
        {bulk.state === "idle" ? (
          <>
            {kind === "suspend" && (
              <TextField label={t("suspend.reason")} value={reason} onChange={setReason} maxLength={500} optional />
            )}
            {(kind === "assign" || kind === "revoke") && (
              <Select
                label={t("role")}
                value={roleId}
                onChange={setRoleId}
                options={roles}
                error={missing && roleId === null ? t("bulk.chooseRole") : undefined}
              />
            )}
            {kind === "delete" && (
              <TextField
                label={t("bulk.type", { word })}
                value={typed}
                onChange={setTyped}
                autoComplete="off"
                error={missing && typed.trim() !== word ? t("bulk.typeWrong", { word }) : undefined}
              />
            )}
          </>
        ) : (
          <>
            <ProgressBar
              label={t(bulk.state === "running" ? "bulk.running" : "bulk.finished")}
              value={bulk.results.length}
              max={bulk.of}
              valueText={t("bulk.progress", { done: bulk.results.length, of: bulk.of })}
              tone={failed.length > 0 ? "warning" : bulk.state === "done" ? "success" : "accent"}
            />
            {bulk.state === "done" && (
              <Text role="status">
                {t("bulk.summary", {
                  done: bulk.results.length - failed.length,
                  failed: failed.length,
                  left: bulk.of - bulk.results.length,
                })}
              </Text>
            )}
            <Results aria-label={t("bulk.results")}>
              {bulk.results.toReversed().map(({ user, error }) => (
                <li key={user.id} data-failed={error !== undefined}>
                  {error === undefined ? <CircleCheck size={16} aria-hidden /> : <CircleAlert size={16} aria-hidden />}
                  <span>
                    <bdi>{user.displayName}</bdi>
                    <small>{error === undefined ? t("bulk.done") : errorText(error)}</small>
                  </span>
                </li>
              ))}
            </Results>
          </>
        )}
      </Stack>
    </Dialog>
  );
}

const Results = styled.ul`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[2]};
  & > li {
    display: flex;
    gap: ${theme.space[2]};
    overflow-wrap: anywhere;
  }
  & > li > svg {
    margin-block-start: 0.125rem;
    color: ${theme.color.success.text};
  }
  & > li[data-failed="true"] > svg {
    color: ${theme.color.danger.text};
  }
  & small {
    display: block;
    color: ${theme.color.muted};
    font-size: ${theme.text.size.small};
  }
`;
