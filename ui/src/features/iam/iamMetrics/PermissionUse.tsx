import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { IamMetrics } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { Button } from "@/design/Button/Button";
import { ChartCard } from "@/design/charts/ChartCard";
import { HeatMap } from "@/design/charts/HeatMap";
import { SegmentedControl } from "@/design/SegmentedControl/SegmentedControl";
import { useFormat } from "@/i18n/Locale";

import { permissionRows, spansOf } from "./figures";
import { useSpanPoints } from "./useSpanPoints";

const [MOST_COLUMNS, MOST_ROWS] = [31, 12];
type Which = "allowed" | "denied";

/** Which permissions are used when, and which are asked for by those who lack them. */
export function PermissionUse({ metrics: { days, permissionUses } }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const format = useFormat();
  const [which, setWhich] = useState<Which>("allowed");
  const [all, setAll] = useState(false);
  const spans = useMemo(
    () =>
      spansOf(
        days.map(({ day }) => day),
        MOST_COLUMNS,
      ),
    [days],
  );
  const rows = useMemo(() => permissionRows(permissionUses, spans), [permissionUses, spans]);
  const points = useSpanPoints(spans);
  const sum = which === "allowed" ? "allowedInAll" : "deniedInAll";
  const found = rows.filter((row) => row[sum] > 0).toSorted((a, b) => b[sum] - a[sum]);
  const shown = all ? found : found.slice(0, MOST_ROWS);
  const byName = new Map(rows.map((row) => [row.permission, row]));
  return (
    <ChartCard
      title={t("permissions.title")}
      description={t("permissions.text")}
      empty={found.length > 0 ? undefined : t(which === "allowed" ? "permissions.none" : "permissions.noneDenied")}
      actions={
        <SegmentedControl<Which>
          label={t("permissions.which")}
          value={which}
          onChange={setWhich}
          options={[
            { id: "allowed", label: t("permissions.allowed") },
            { id: "denied", label: t("permissions.denied") },
          ]}
        />
      }
    >
      <HeatMap
        label={t("permissions.title")}
        rowsLabel={t("permissions.permission")}
        columns={points}
        rows={shown.map((row) => ({ id: row.permission, label: row.permission, values: row[which] }))}
        color={which === "allowed" ? 1 : "danger"}
        detail={({ id }, column) => {
          const other = byName.get(id)?.[which === "allowed" ? "denied" : "allowed"][column] ?? 0;
          return other === 0
            ? undefined
            : t(which === "allowed" ? "permissions.deniedDetail" : "permissions.allowedDetail", {
                count: other,
                number: format.number(other),
              });
        }}
      />
      {found.length > MOST_ROWS && (
        <span>
          <Button size="small" variant="quiet" onPress={() => setAll(!all)}>
            {all ? t("permissions.fewer") : t("permissions.all", { count: found.length })}
          </Button>
        </span>
      )}
    </ChartCard>
  );
}
