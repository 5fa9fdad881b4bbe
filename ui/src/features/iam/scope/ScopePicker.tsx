import { useCallback, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { styled } from "styled-components";

import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { PLATFORM } from "@/api/session";
import { ComboBox } from "@/design/ComboBox/ComboBox";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { TENANT_PARAM, useScope } from "./ScopeProvider";

const OWN = "platform";

/** For somebody of the platform: whose people and roles a page shows, the platform's own or those of a tenant. */
export function ScopePicker(): ReactNode {
  const { t } = useTranslation("iam");
  const { realm } = useSession();
  const { visited } = useScope();
  const can = useCan();
  const tenants = useClient(TenantService);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const own = useMemo(() => ({ id: OWN, label: t("scope.platform") }), [t]);
  const load = useCallback(
    async (query: string, signal: AbortSignal) => {
      const { tenants: found } = await tenants.listTenants({ query, pageSize: 20 }, { signal });
      const options = found.map(({ id, displayName, slug }) => ({ id, label: displayName, description: slug }));
      return query.trim() === "" ? [own, ...options] : options;
    },
    [tenants, own],
  );
  if (realm !== PLATFORM || !can(TenantService.method.listTenants)) return null;
  return (
    <Box>
      <ComboBox
        label={t("scope.choose")}
        labelHidden
        load={load}
        value={visited === undefined ? own : { id: visited.id, label: visited.name }}
        onChange={(option) => {
          if (option === null) return;
          // Another scope is another list: filters and pages of this one mean nothing there.
          void navigate({
            pathname,
            search: option.id === OWN ? "" : `?${TENANT_PARAM}=${encodeURIComponent(option.id)}`,
          });
        }}
        placeholder={t("scope.placeholder")}
      />
    </Box>
  );
}

const Box = styled.div`
  inline-size: 15rem;
  max-inline-size: 100%;
`;
