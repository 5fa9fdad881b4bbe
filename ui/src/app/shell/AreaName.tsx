import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { PLATFORM } from "@/api/session";
import { Logo } from "@/design/Logo/Logo";
import { theme } from "@/design/theme";
import { paths } from "@/routing/paths";
import { useArea } from "@/session/AreaProvider";
import { useSession } from "@/session/SessionProvider";

import { ShellLink } from "./ShellLink";

/** Whose area this is, and the way to its first page: the tenant's own logo and name, or the installation's. */
export function AreaName(): ReactNode {
  const { t } = useTranslation("app");
  const { realm } = useSession();
  const { name, logo } = useArea();
  return (
    <Home href={paths.area(realm)}>
      {logo === "" ? <Logo size={28} /> : <Picture src={logo} alt="" width={28} height={28} />}
      <Names>
        <Name>
          <bdi>{name ?? (realm === PLATFORM ? t("product") : realm)}</bdi>
        </Name>
        {realm === PLATFORM && <Kind>{t("area.platform")}</Kind>}
      </Names>
    </Home>
  );
}

const Home = styled(ShellLink)`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  min-inline-size: 0;
  padding: ${theme.space[1]} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  color: ${theme.color.text};
  text-decoration: none;
  &[data-hovered] {
    background: ${theme.color.hover};
  }
`;

const Picture = styled.img`
  flex: none;
  object-fit: contain;
  border-radius: ${theme.radius.small};
`;

const Names = styled.span`
  display: flex;
  flex-direction: column;
  min-inline-size: 0;
`;

const Name = styled.span`
  overflow: hidden;
  font-weight: ${theme.text.weight.bold};
  line-height: ${theme.text.line.tight};
  text-overflow: ellipsis;
  white-space: nowrap;
`;

const Kind = styled.span`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  line-height: ${theme.text.line.tight};
`;
