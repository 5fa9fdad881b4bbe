import { Building2, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { styled } from "styled-components";

import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Link } from "@/design/Link/Link";
import { theme } from "@/design/theme";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { useScope } from "./ScopeProvider";

/** Above the title of a page that is about a tenant's people, for somebody of the platform: whose, and the way back. */
export function ScopeNote(): ReactNode {
  const { t } = useTranslation("iam");
  const { visited } = useScope();
  const can = useCan();
  const { pathname } = useLocation();
  if (visited === undefined) return null;
  return (
    <Note role="note">
      <Building2 size={16} aria-hidden />
      <span>{t("scope.of")}</span>
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
    </Note>
  );
}

const Note = styled.div`
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: ${theme.space.snug};
  align-self: flex-start;
  padding: ${theme.space.hair} ${theme.space.hair} ${theme.space.hair} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.accentSoft};
  color: ${theme.color.onAccentSoft};
  font-size: ${theme.text.size.small};
  & a {
    color: inherit;
  }
`;
