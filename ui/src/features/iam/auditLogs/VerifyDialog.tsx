import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useCallback, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import {
  AuditLogService,
  AuditVerification_Fault as Fault,
  type AuditVerification,
} from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { ErrorState } from "@/design/states/states";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useAnswer } from "@/session/useAnswer";
import { useClient } from "@/session/useClient";

interface VerifyDialogProps {
  isOpen: boolean;
  onClose: () => void;
  tenantId: string;
}

/** Has the platform compute the chain of seals again, and draws what it found. */
export function VerifyDialog({ isOpen, onClose, tenantId }: VerifyDialogProps): ReactNode {
  const { t } = useTranslation("auditLogs");
  const client = useClient(AuditLogService);
  const ask = useCallback((signal: AbortSignal) => client.verifyAuditLog({ tenantId }, { signal }), [client, tenantId]);
  const { answer, failure, pending, reload } = useAnswer(isOpen ? ask : undefined);
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("verify.title")}
      description={t("verify.lead")}
      footer={
        <>
          <Button variant="quiet" onPress={reload} isPending={pending}>
            {t("verify.again")}
          </Button>
          <Button variant="primary" onPress={onClose}>
            {t("verify.close")}
          </Button>
        </>
      }
    >
      {pending && answer === undefined && <ProgressBar label={t("verify.running")} />}
      {failure !== undefined && <ErrorState failure={failure} onRetry={reload} isRetrying={pending} />}
      {answer !== undefined && <Verification result={answer} />}
    </Dialog>
  );
}

const FAULTS = {
  [Fault.UNSPECIFIED]: "other",
  [Fault.ENTRY_CHANGED]: "entryChanged",
  [Fault.ENTRY_REMOVED]: "entryRemoved",
  [Fault.ENTRY_INSERTED]: "entryInserted",
  [Fault.SEAL_CHANGED]: "sealChanged",
  [Fault.SEAL_REMOVED]: "sealRemoved",
} as const;

/** What a verification found, in words and as a picture. */
export function Verification({ result }: { result: AuditVerification }): ReactNode {
  const { t } = useTranslation("auditLogs");
  const format = useFormat();
  const { intact, seals, sealedEntries, unsealedEntries, sealNumber, entryId } = result;
  const fault = FAULTS[result.fault];
  return (
    <Stack $gap={5}>
      {intact ? (
        <Notice tone="success" title={t("verify.intact")}>
          {t("verify.intactText", { count: Number(sealedEntries), entries: format.number(sealedEntries) })}
        </Notice>
      ) : (
        <Notice tone="danger" title={t(`verify.fault.${fault}`)}>
          {t("verify.brokenText", { number: format.number(sealNumber) })}
        </Notice>
      )}
      <Chain result={result} />
      <KeyValueList
        items={[
          { label: t("verify.seals"), value: format.number(seals) },
          { label: t("verify.sealed"), value: format.number(sealedEntries) },
          { label: t("verify.unsealed"), value: format.number(unsealedEntries) },
          ...(intact
            ? []
            : [
                { label: t("verify.brokenSeal"), value: format.number(sealNumber) },
                { label: t("verify.brokenEntry"), value: entryId, copy: entryId },
              ]),
        ]}
      />
    </Stack>
  );
}

/** The seals from first to last: those that hold, the one that does not, those that can prove nothing after it. */
function Chain({ result }: { result: AuditVerification }): ReactNode {
  const { t } = useTranslation("auditLogs");
  const format = useFormat();
  const last = Math.max(Number(result.seals), Number(result.sealNumber));
  const broken = result.intact ? 0 : Number(result.sealNumber);
  const good = result.intact ? last : broken - 1;
  const after = result.intact ? 0 : last - broken;
  // Each part is in sight however short it is next to the others.
  const share = (count: number): string => `${String(Math.max(count / Math.max(last, 1), 0.04) * 100)}%`;
  const range = (from: number, to: number): string =>
    from === to ? format.number(from) : t("verify.range", { from: format.number(from), to: format.number(to) });
  return (
    <figure>
      <Bar aria-hidden>
        {good > 0 && (
          <Part $kind="good" style={{ flexBasis: share(good) }}>
            <ShieldCheck size={16} />
          </Part>
        )}
        {broken > 0 && (
          <Part $kind="broken" style={{ flexBasis: share(1) }}>
            <ShieldAlert size={16} />
          </Part>
        )}
        {after > 0 && <Part $kind="after" style={{ flexBasis: share(after) }} />}
        {result.unsealedEntries > 0n && <Part $kind="open" style={{ flexBasis: "6%" }} />}
      </Bar>
      <Legend>
        {good > 0 && <Item $kind="good">{t("verify.good", { seals: range(1, good) })}</Item>}
        {broken > 0 && <Item $kind="broken">{t("verify.broken", { seals: range(broken, broken) })}</Item>}
        {after > 0 && <Item $kind="after">{t("verify.after", { seals: range(broken + 1, last) })}</Item>}
        {result.unsealedEntries > 0n && (
          <Item $kind="open">{t("verify.open", { count: Number(result.unsealedEntries) })}</Item>
        )}
        {last === 0 && result.unsealedEntries === 0n && (
          <Text as="li" $tone="muted">
            {t("verify.nothing")}
          </Text>
        )}
      </Legend>
    </figure>
  );
}

type Kind = "good" | "broken" | "after" | "open";

const fills: Record<Kind, string> = {
  good: theme.color.success.solid,
  broken: theme.color.danger.solid,
  after: theme.color.control,
  open: `repeating-linear-gradient(45deg, ${theme.color.control} 0 3px, transparent 3px 6px)`,
};

const Bar = styled.div`
  display: flex;
  gap: 2px;
  block-size: 2rem;
`;

const Part = styled.div<{ $kind: Kind }>`
  display: grid;
  place-items: center;
  flex-grow: 1;
  min-inline-size: 1.25rem;
  border-radius: ${theme.radius.small};
  background: ${({ $kind }) => fills[$kind]};
  color: ${theme.color.success.onSolid};
`;

const Legend = styled.ul`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space[1]} ${theme.space[4]};
  margin-block-start: ${theme.space[2]};
  font-size: ${theme.text.size.small};
`;

const Item = styled.li<{ $kind: Kind }>`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  &::before {
    content: "";
    inline-size: 0.75rem;
    block-size: 0.75rem;
    border-radius: ${theme.radius.small};
    background: ${({ $kind }) => fills[$kind]};
  }
`;
