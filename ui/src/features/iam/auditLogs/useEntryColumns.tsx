import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { Badge, StatusBadge } from "@/design/Badge/Badge";
import type { Column } from "@/design/DataTable/columns";
import { Inline } from "@/design/layout/layout";
import { useFormat } from "@/i18n/Locale";

/** Enough of an id to see whether two are the same. */
const Id = styled.code`
  display: block;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

/** What a list of entries shows of each. */
export function useEntryColumns(): Column<AuditLog>[] {
  const { t } = useTranslation("auditLogs");
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: "action",
        header: t("action"),
        rowHeader: true,
        cell: ({ action, method }) => <code>{action === "" ? method : action}</code>,
      },
      {
        id: "actor",
        header: t("actor"),
        cell: ({ actorEmail, actorId, impersonatorId }) => (
          <Inline $gap={1}>
            <bdi>{actorEmail || actorId || t("anybody")}</bdi>
            {impersonatorId !== "" && <Badge tone="warning">{t("acting")}</Badge>}
          </Inline>
        ),
      },
      {
        id: "outcome",
        header: t("outcome"),
        width: 210,
        cell: ({ outcome, reason, count }) => (
          <Inline $gap={1}>
            <StatusBadge tone={outcome === 0 ? "success" : "danger"}>
              {outcome === 0 ? t("succeeded") : reason || t("refused")}
            </StatusBadge>
            {count > 1n && <Badge>{t("times", { count: Number(count) })}</Badge>}
          </Inline>
        ),
      },
      {
        id: "target",
        header: t("target"),
        width: 200,
        cell: ({ targetId }) => (targetId === "" ? "–" : <Id title={targetId}>{targetId}</Id>),
      },
      {
        id: "address",
        header: t("address"),
        width: 140,
        hidden: true,
        cell: ({ address }) => address || "–",
      },
      {
        id: "time",
        header: t("time"),
        width: 190,
        cell: ({ occurTime }) => (occurTime === undefined ? "–" : format.dateTime(occurTime)),
      },
    ],
    [t, format],
  );
}
