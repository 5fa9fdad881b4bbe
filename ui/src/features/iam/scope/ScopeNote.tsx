import { Building2, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { styled } from "styled-components";

import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Link } from "@/design/Link/Link";
import { theme } from "@/design/theme";
import { paths, type Segment } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { useScope } from "./ScopeProvider";

const PAGES: {
  segment: Segment;
  label: "people" | "roles" | "matrix" | "apiKeys" | "auditLogs" | "board";
  permission: string;
}[] = [
  { segment: "users", label: "people", permission: "users.read" },
  { segment: "roles", label: "roles", permission: "roles.read" },
  { segment: "permissions", label: "matrix", permission: "roles.read" },
  { segment: "apiKeys", label: "apiKeys", permission: "api-keys.read" },
  { segment: "auditLogs", label: "auditLogs", permission: "audit.read" },
  { segment: "iamDashboard", label: "board", permission: "iam-metrics.read" },
];

/**
 * Above the title of a page that is about a tenant's people, for somebody of the platform: whose, the other pages
 * about them, and the way back.
 */
export function ScopeNote(): ReactNode {
  const { t } = useTranslation("iam");
  const { visited, to } = useScope();
  const can = useCan();
  const { pathname } = useLocation();
  if (visited === undefined) return null;
  return (
    <Bar aria-label={t("scope.label", { tenant: visited.name })}>
      <Who>
        <Building2 size={16} aria-hidden />
        {can("tenants.read") ? (
          <Link href={paths.to(PLATFORM, "tenant", { id: visited.id })}>
            <bdi>{visited.name}</bdi>
          </Link>
        ) : (
          <bdi>{visited.name}</bdi>
        )}
        <ButtonLink
          size="small"
          variant="quiet"
          href={pathname}
          aria-label={t("scope.leave")}
          icon={<X size={14} aria-hidden />}
        />
      </Who>
      <ul>
        {PAGES.filter(({ permission }) => can(permission)).map(({ segment, label }) => {
          const href = to(segment);
          const here = href.split("?")[0] === pathname;
          return (
            <li key={segment}>
              <Link variant="quiet" href={href} {...(here ? { "aria-current": "page" as const } : {})}>
                {t(`nav.${label}`)}
              </Link>
            </li>
          );
        })}
      </ul>
    </Bar>
  );
}

const Bar = styled.nav`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space[1]} ${theme.space[4]};
  padding: ${theme.space[1]} ${theme.space[3]};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.accentSoft};
  color: ${theme.color.onAccentSoft};
  font-size: ${theme.text.size.small};
  & > ul {
    display: flex;
    flex-wrap: wrap;
    gap: ${theme.space[1]} ${theme.space[3]};
  }
  & a {
    color: inherit;
  }
  & a[aria-current] {
    text-decoration: underline;
    text-decoration-thickness: 2px;
  }
`;

const Who = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space.snug};
  font-weight: ${theme.text.weight.bold};
`;
