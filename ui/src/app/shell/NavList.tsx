import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { useSession } from "@/session/SessionProvider";

import { entryAt, isAtOrBelow, sectionsOf, useLabels, useNavigation } from "./navigation";
import { ShellLink } from "./ShellLink";

/** The area's navigation: what the person may see, by section, the present page marked. `head` stands above it. */
export function NavList({ head }: { head: ReactNode }): ReactNode {
  const { t } = useTranslation("app");
  const label = useLabels();
  const { realm } = useSession();
  const { pathname } = useLocation();
  const { nav, boards } = useNavigation();
  const here = boards.some((one) => isAtOrBelow(pathname, one.to(realm)))
    ? nav.find((one) => one.label === "app:nav.boards")
    : entryAt(nav, realm, pathname);
  return (
    <Nav aria-label={t("nav.label")}>
      {head}
      {sectionsOf(nav).map(({ section, entries }) => (
        <div key={section}>
          {section !== "overview" && <SectionName id={`nav-${section}`}>{t(`nav.${section}`)}</SectionName>}
          <ul {...(section === "overview" ? {} : { "aria-labelledby": `nav-${section}` })}>
            {entries.map((entry) => (
              <li key={entry.label}>
                <Entry
                  href={entry.to(realm)}
                  {...(entry === here ? { "aria-current": entry.to(realm) === pathname ? "page" : true } : {})}
                >
                  <entry.icon size={16} aria-hidden />
                  <span>{label(entry.label)}</span>
                </Entry>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Nav>
  );
}

const Nav = styled.nav`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[5]};
`;

const SectionName = styled.p`
  padding: 0 ${theme.space[2]} ${theme.space[1]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
`;

const Entry = styled(ShellLink)`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  min-block-size: ${theme.control.medium};
  padding: ${theme.space[1]} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  color: ${theme.color.muted};
  font-weight: ${theme.text.weight.medium};
  text-decoration: none;
  cursor: pointer;
  & > span {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  &[data-hovered] {
    background: ${theme.color.hover};
    color: ${theme.color.text};
  }
  &[aria-current] {
    background: ${theme.color.active};
    color: ${theme.color.text};
  }
  &[aria-current] > svg {
    color: ${theme.color.accentText};
  }
  &[data-focus-visible] {
    outline-offset: -2px;
  }
  @media (pointer: coarse) {
    min-block-size: 2.75rem;
  }
`;
