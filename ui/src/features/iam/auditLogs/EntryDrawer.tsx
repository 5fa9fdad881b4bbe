import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { css, styled } from "styled-components";

import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { PLATFORM } from "@/api/session";
import { StatusBadge } from "@/design/Badge/Badge";
import { ButtonLink } from "@/design/Button/Button";
import { Drawer } from "@/design/Drawer/Drawer";
import { KeyValueList, type KeyValue } from "@/design/KeyValueList/KeyValueList";
import { Inline, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Notice } from "@/design/Notice/Notice";
import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { Heading, Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { useScope } from "../scope/ScopeProvider";

interface EntryDrawerProps {
  entry: AuditLog | undefined;
  /** It was asked for and is not among those that are shown. */
  missing: boolean;
  onClose: () => void;
}

/** One entry in full: who, what, from where, and what changed. */
export function EntryDrawer({ entry, missing, onClose }: EntryDrawerProps): ReactNode {
  const { t } = useTranslation("auditLogs");
  // It stays while it closes.
  const [last, setLast] = useState(entry);
  if (entry !== undefined && entry !== last) setLast(entry);
  const isOpen = entry !== undefined || missing;
  return (
    <Drawer
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={missing ? t("entry") : (last?.action ?? t("entry"))}
    >
      {missing ? <Notice tone="info">{t("missing")}</Notice> : last !== undefined && <Details entry={last} />}
    </Drawer>
  );
}

function Details({ entry }: { entry: AuditLog }): ReactNode {
  const { t } = useTranslation("auditLogs");
  const { errorText } = useErrorText();
  const format = useFormat();
  const { to } = useScope();
  const ok = entry.outcome === 0;
  return (
    <Stack $gap={6}>
      <Stack $gap={3}>
        <Inline>
          <StatusBadge tone={ok ? "success" : "danger"}>{t(ok ? "succeeded" : "refused")}</StatusBadge>
          {entry.count > 1n && <Text $size="small">{t("times", { count: Number(entry.count) })}</Text>}
        </Inline>
        {!ok && (
          <Text>
            {errorText({ reason: entry.reason, message: entry.reason, metadata: {} }).replaceAll(
              /\s*“?\{\{\w+\}\}”?/g,
              "",
            )}
          </Text>
        )}
      </Stack>
      <section aria-labelledby="entry-changes">
        <Stack $gap={2}>
          <Heading as="h3" $size="medium" id="entry-changes">
            {t("changes")}
          </Heading>
          {entry.changes.length === 0 ? (
            <Text $tone="muted">{t("noChanges")}</Text>
          ) : (
            <Changes>
              <thead>
                <tr>
                  <th scope="col">{t("field")}</th>
                  <th scope="col">{t("before")}</th>
                  <th scope="col">{t("after")}</th>
                </tr>
              </thead>
              <tbody>
                {entry.changes.map(({ field, oldValue, newValue }) => (
                  <tr key={field}>
                    <th scope="row">{field}</th>
                    <Value dir="auto" data-label={t("before")} $kind={oldValue === "" ? undefined : "old"}>
                      {oldValue === "" ? "–" : oldValue}
                    </Value>
                    <Value dir="auto" data-label={t("after")} $kind={newValue === "" ? undefined : "new"}>
                      {newValue === "" ? "–" : newValue}
                    </Value>
                  </tr>
                ))}
              </tbody>
            </Changes>
          )}
        </Stack>
      </section>
      <KeyValueList
        items={[
          { label: t("time"), value: entry.occurTime && format.exact(entry.occurTime) },
          {
            label: t("actor"),
            value: <Thing id={entry.actorId} name={entry.actorEmail} />,
            copy: entry.actorId,
          },
          ...given(t("impersonator"), entry.impersonatorId),
          ...given(t("target"), entry.targetId),
          ...given(t("tenant"), entry.aboutTenantId),
          ...(entry.reason === "" ? [] : [{ label: t("reason"), value: <code>{entry.reason}</code> }]),
          { label: t("method"), value: entry.method },
          { label: t("address"), value: entry.address, copy: entry.address },
          { label: t("userAgent"), value: entry.userAgent },
          { label: t("requestId"), value: entry.requestId, copy: entry.requestId },
          { label: t("entry"), value: entry.id, copy: entry.id },
          {
            label: t("seal"),
            value: entry.sealNumber === 0n ? t("unsealed") : format.number(entry.sealNumber),
          },
        ]}
      />
      <Inline>
        {entry.actorId !== "" && (
          <ButtonLink size="small" href={to("auditLogs", {}, { actor: entry.actorId })}>
            {t("sameActor")}
          </ButtonLink>
        )}
        {entry.targetId !== "" && (
          <ButtonLink size="small" href={to("auditLogs", {}, { target: entry.targetId })}>
            {t("sameTarget")}
          </ButtonLink>
        )}
        {entry.action !== "" && (
          <ButtonLink size="small" href={to("auditLogs", {}, { action: entry.action })}>
            {t("sameAction")}
          </ButtonLink>
        )}
      </Inline>
    </Stack>
  );
}

/** A line for an id; none where there is none. */
function given(label: string, id: string): KeyValue[] {
  return id === "" ? [] : [{ label, value: <Thing id={id} name="" />, copy: id }];
}

/** What an id names, with the way to its page where it has one. */
function Thing({ id, name }: { id: string; name: string }): ReactNode {
  const { realm } = useSession();
  const { to } = useScope();
  const shown = name === "" ? id : name;
  if (id.startsWith("usr_")) return <Link href={to("user", { id })}>{shown}</Link>;
  if (id.startsWith("rol_") || id.startsWith("role_")) return <Link href={to("role", { id })}>{shown}</Link>;
  if (id.startsWith("ten_") && realm === PLATFORM) return <Link href={paths.to(realm, "tenant", { id })}>{shown}</Link>;
  return shown;
}

const Changes = styled.table`
  inline-size: 100%;
  table-layout: fixed;
  font-size: ${theme.text.size.small};
  & th,
  & td {
    padding: ${theme.space[2]};
    border-block-end: 1px solid ${theme.color.border};
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  & th {
    font-weight: ${theme.text.weight.medium};
  }
  & thead th {
    color: ${theme.color.muted};
  }
  @media ${breakpoints.narrow} {
    & thead {
      display: none;
    }
    & tr,
    & tbody th,
    & td {
      display: block;
    }
    & tbody th {
      padding-block-end: 0;
      border: 0;
    }
    & td:not(:last-child) {
      border: 0;
    }
    & td::before {
      content: attr(data-label) ": ";
      color: ${theme.color.muted};
    }
  }
`;

const Value = styled.td<{ $kind: "old" | "new" | undefined }>`
  ${({ $kind }) =>
    $kind !== undefined &&
    css`
      background: ${theme.color[$kind === "old" ? "danger" : "success"].soft};
      color: ${theme.color[$kind === "old" ? "danger" : "success"].text};
    `}
`;
