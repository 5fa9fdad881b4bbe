import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { IamMetrics } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { Button } from "@/design/Button/Button";
import { ChartCard } from "@/design/charts/ChartCard";
import { theme } from "@/design/theme";
import { Code } from "@/design/typography/typography";

import { useRoles } from "../roles/RolesProvider";

const MOST = 24;

/** The permissions that nobody needed: what roles could do without. For those who may see roles. */
export function UnusedPermissions({ metrics: { permissionUses } }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const { catalogue } = useRoles();
  const [all, setAll] = useState(false);
  const unused = useMemo(() => {
    const used = new Set(permissionUses.filter(({ allowed }) => allowed > 0n).map(({ permission }) => permission));
    return (catalogue ?? []).map(({ id }) => id).filter((id) => !used.has(id));
  }, [catalogue, permissionUses]);
  if (catalogue === undefined) return null;
  return (
    <ChartCard
      title={t("unused.title")}
      description={t("unused.text")}
      empty={unused.length === 0 ? t("unused.none") : undefined}
    >
      <List aria-label={t("unused.title")}>
        {(all ? unused : unused.slice(0, MOST)).map((permission) => (
          <li key={permission}>
            <Code>{permission}</Code>
          </li>
        ))}
      </List>
      {unused.length > MOST && (
        <span>
          <Button size="small" variant="quiet" onPress={() => setAll(!all)}>
            {all ? t("unused.fewer") : t("unused.all", { count: unused.length })}
          </Button>
        </span>
      )}
    </ChartCard>
  );
}

const List = styled.ul`
  display: flex;
  flex-wrap: wrap;
  gap: ${theme.space[1]} ${theme.space[2]};
  font-size: ${theme.text.size.small};
`;
