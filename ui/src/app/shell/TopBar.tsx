import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "@/design/theme";
import { breakpoints } from "@/design/tokens";

import { Breadcrumbs } from "./Breadcrumbs";
import { NavDrawer } from "./Sidebar";
import { UserMenu } from "./UserMenu";

interface TopBarProps {
  onSearch: () => void;
  /** Fetches the command palette, which somebody is about to open. */
  onSearchNear: () => void;
  onSignOut: () => void;
}

/** Where one is, the way to everything else, and who one is. */
export function TopBar({ onSearch, onSearchNear, onSignOut }: TopBarProps): ReactNode {
  const { t } = useTranslation("app");
  return (
    <Bar>
      <NavDrawer />
      <Where>
        <Breadcrumbs />
      </Where>
      <Open aria-keyshortcuts="Control+K Meta+K" onPress={onSearch} onHoverStart={onSearchNear} onFocus={onSearchNear}>
        <Search size={16} aria-hidden />
        <span>{t("palette.open")}</span>
        <kbd aria-hidden>{isMac ? "⌘K" : t("palette.keys")}</kbd>
      </Open>
      <UserMenu onSignOut={onSignOut} />
    </Bar>
  );
}

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator.userAgent);

const Bar = styled.header`
  position: sticky;
  inset-block-start: 0;
  z-index: ${theme.layer.sticky};
  display: flex;
  align-items: center;
  gap: ${theme.space[3]};
  block-size: 3rem;
  padding-inline: ${theme.space[8]} ${theme.space[3]};
  border-block-end: 1px solid ${theme.color.border};
  background: ${theme.color.canvas};
  @media ${breakpoints.medium} {
    padding-inline: ${theme.space[3]};
  }
`;

const Where = styled.div`
  flex: 1;
  min-inline-size: 0;
`;

const Open = styled(AriaButton)`
  display: inline-flex;
  align-items: center;
  gap: ${theme.space[2]};
  flex: none;
  block-size: ${theme.control.medium};
  padding-inline: ${theme.space[2]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.surface};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  & > span {
    min-inline-size: 7rem;
    text-align: start;
  }
  & > kbd {
    color: ${theme.color.faint};
    font-size: ${theme.text.size.tiny};
  }
  &[data-hovered] {
    border-color: ${theme.color.control};
    color: ${theme.color.text};
  }
  @media ${breakpoints.narrow} {
    border-color: transparent;
    background: none;
    & > span {
      position: absolute;
      inline-size: 1px;
      min-inline-size: 0;
      overflow: hidden;
      clip-path: inset(50%);
    }
    & > kbd {
      display: none;
    }
  }
  @media (pointer: coarse) {
    min-block-size: 2.5rem;
    min-inline-size: 2.5rem;
    justify-content: center;
  }
`;
