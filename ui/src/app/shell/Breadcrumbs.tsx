import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useMatches } from "react-router";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";
import { useCrumbName } from "@/routing/crumb";
import { useSession } from "@/session/SessionProvider";

import { entryAt, isAtOrBelow, useLabels, useNavigation } from "./navigation";
import { ShellLink } from "./ShellLink";

/** Where one is: the navigation's entry, then the page below it by the name it gives itself. */
export function Breadcrumbs(): ReactNode {
  const { t } = useTranslation("app");
  const label = useLabels();
  const { realm } = useSession();
  const { pathname } = useLocation();
  const { nav, boards } = useNavigation();
  const name = useCrumbName();
  const handled = useMatches()
    .map((one) => (one.handle as { crumb?: string } | undefined)?.crumb)
    .findLast((crumb) => crumb !== undefined);

  const board = boards.find((one) => isAtOrBelow(pathname, one.to(realm)));
  const entry = board === undefined ? entryAt(nav, realm, pathname) : undefined;
  const crumbs: { text: string; href?: string }[] = [];
  if (board !== undefined) crumbs.push({ text: t("nav.boards") }, { text: label(board.label), href: board.to(realm) });
  if (entry !== undefined) crumbs.push({ text: label(entry.label), href: entry.to(realm) });
  if (handled !== undefined) crumbs.push({ text: label(handled) });
  if (name !== undefined) crumbs.push({ text: name });

  // A list that waits for the name of what is opened calls itself by its own.
  const shown = crumbs.filter(({ text }, at) => text !== crumbs[at - 1]?.text);

  return (
    <nav aria-label={t("crumbs")}>
      <List>
        {shown.map(({ text, href }, at) => (
          <Crumb key={text}>
            {href === undefined || at === shown.length - 1 ? (
              <bdi {...(at === shown.length - 1 ? { "aria-current": "page" } : {})}>{text}</bdi>
            ) : (
              <Back href={href}>{text}</Back>
            )}
          </Crumb>
        ))}
      </List>
    </nav>
  );
}

const List = styled.ol`
  display: flex;
  align-items: center;
  min-inline-size: 0;
`;

const Crumb = styled.li`
  display: flex;
  align-items: center;
  min-inline-size: 0;
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  &:last-child {
    color: ${theme.color.text};
    font-weight: ${theme.text.weight.medium};
  }
  & > bdi,
  & > a {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    max-inline-size: 24rem;
  }
  &:not(:last-child)::after {
    content: "/";
    content: "/" / "";
    padding-inline: ${theme.space[2]};
    color: ${theme.color.faint};
  }
  @media ${breakpoints.narrow} {
    &:not(:last-child):not(:nth-last-child(2)) {
      display: none;
    }
  }
`;

const Back = styled(ShellLink)`
  border-radius: ${theme.radius.small};
  color: inherit;
  text-decoration: none;
  &[data-hovered] {
    color: ${theme.color.text};
  }
`;
