import { Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { styled } from "styled-components";

import { useChosenInView } from "@/design/Tabs/useChosenInView";
import { theme } from "@/design/theme";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { isAtOrBelow, useLabels, useNavigation } from "../shell/navigation";
import { ShellLink } from "../shell/ShellLink";
import { Waiting } from "../Waiting";

/** Around the modules' pages of figures: a tab for each that the person may see. One alone needs no tabs. */
export function BoardFrame(): ReactNode {
  const { t } = useTranslation("app");
  const label = useLabels();
  const { realm } = useSession();
  const { pathname } = useLocation();
  const { boards } = useNavigation();
  const tabs = useChosenInView<HTMLElement>(pathname);
  return (
    <>
      {boards.length > 1 && (
        <Tabs aria-label={t("nav.boards")} ref={tabs}>
          <ul>
            {boards.map((board) => (
              <li key={board.path}>
                <Tab
                  href={board.to(realm)}
                  {...(isAtOrBelow(pathname, board.to(realm)) ? { "aria-current": "page" } : {})}
                >
                  <board.icon size={16} aria-hidden />
                  {label(board.label)}
                </Tab>
              </li>
            ))}
          </ul>
        </Tabs>
      )}
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
    </>
  );
}

/** The first page of an area: the first board that the person may see, else the first entry, else their account. */
export function AreaHome(): ReactNode {
  const { realm } = useSession();
  const { nav } = useNavigation();
  return <Navigate replace to={nav[0]?.to(realm) ?? paths.to(realm, "account")} />;
}

const Tabs = styled.nav`
  inline-size: 100%;
  max-inline-size: ${theme.width.page};
  margin-inline: auto;
  padding: ${theme.space[4]} ${theme.space[8]} 0;
  overflow-x: auto;
  @media (max-width: 639px) {
    padding-inline: ${theme.space[4]};
  }
  & > ul {
    display: flex;
    gap: ${theme.space[4]};
    min-inline-size: max-content;
    border-block-end: 1px solid ${theme.color.border};
  }
`;

const Tab = styled(ShellLink)`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[2]} ${theme.space[1]};
  margin-block-end: -1px;
  border-block-end: 2px solid transparent;
  color: ${theme.color.muted};
  font-weight: ${theme.text.weight.medium};
  text-decoration: none;
  &[data-hovered] {
    color: ${theme.color.text};
  }
  &[aria-current] {
    border-color: ${theme.color.accent};
    color: ${theme.color.text};
  }
  &[data-focus-visible] {
    outline-offset: -2px;
  }
`;
