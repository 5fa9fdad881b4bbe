import type { ReactNode } from "react";
import { Link as AriaLink } from "react-aria-components/Link";
import { Tab as AriaTab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components/Tabs";
import { css, styled } from "styled-components";

import { theme } from "../theme";
import { useChosenInView } from "./useChosenInView";

interface TabWords {
  id: string;
  label: string;
  /** After the label, such as a count. */
  badge?: ReactNode;
}

export interface TabItem extends TabWords {
  /** Drawn only while it is the chosen one. */
  content: ReactNode;
}

interface TabsProps {
  /** What the tabs divide. */
  label: string;
  items: readonly TabItem[];
  /** The chosen tab: keep it in the address. */
  selected: string;
  onChange: (id: string) => void;
}

/** Parts of one thing, one at a time. Arrow keys go from tab to tab. */
export function Tabs({ label, items, selected, onChange }: TabsProps): ReactNode {
  const row = useChosenInView<HTMLDivElement>(selected);
  return (
    <AriaTabs selectedKey={selected} onSelectionChange={(key) => onChange(String(key))}>
      <Row ref={row}>
        <List aria-label={label} items={items}>
          {({ id, label: name, badge }) => (
            <TabHead id={id}>
              {name}
              {badge}
            </TabHead>
          )}
        </List>
      </Row>
      {items.map(({ id, content }) => (
        <Panel key={id} id={id}>
          {content}
        </Panel>
      ))}
    </AriaTabs>
  );
}

export interface LinkTab extends TabWords {
  href: string;
}

interface LinkTabsProps {
  label: string;
  items: readonly LinkTab[];
  /** The id of the page that is shown. */
  current: string;
}

/** Pages that belong together, each with an address of its own: the page stands below, in the router's outlet. */
export function LinkTabs({ label, items, current }: LinkTabsProps): ReactNode {
  const row = useChosenInView<HTMLDivElement>(current);
  return (
    <Row as="nav" aria-label={label} ref={row}>
      <Links>
        {items.map(({ id, label: name, badge, href }) => (
          <li key={id}>
            <LinkHead href={href} {...(id === current ? { "aria-current": "page" as const } : {})}>
              {name}
              {badge}
            </LinkHead>
          </li>
        ))}
      </Links>
    </Row>
  );
}

const Row = styled.div`
  overflow-x: auto;
  overflow-y: clip;
  border-block-end: 1px solid ${theme.color.border};
  scrollbar-width: none;
`;

const row = css`
  display: flex;
  gap: ${theme.space[5]};
  inline-size: max-content;
`;

const List = styled(TabList)`
  ${row}
` as typeof TabList;

const Links = styled.ul`
  ${row}
`;

const head = css`
  display: flex;
  align-items: center;
  gap: ${theme.space.snug};
  padding-block: ${theme.space[2]};
  border-block-end: 2px solid transparent;
  color: ${theme.color.muted};
  font-weight: ${theme.text.weight.medium};
  text-decoration: none;
  white-space: nowrap;
  cursor: pointer;
  outline: none;
  &[data-hovered] {
    color: ${theme.color.text};
  }
  &[data-selected],
  &[aria-current="page"] {
    border-color: ${theme.color.accent};
    color: ${theme.color.text};
  }
  &[data-focus-visible] {
    border-radius: ${theme.radius.small};
    outline: 2px solid ${theme.color.focus};
    outline-offset: -3px;
  }
  @media (pointer: coarse) {
    padding-block: ${theme.space[3]};
  }
  @media (forced-colors: active) {
    &[data-selected],
    &[aria-current="page"] {
      border-color: Highlight;
    }
  }
`;

const TabHead = styled(AriaTab)`
  ${head}
`;

const LinkHead = styled(AriaLink)`
  ${head}
`;

const Panel = styled(TabPanel)`
  padding-block-start: ${theme.space[5]};
  border-radius: ${theme.radius.medium};
  &[data-focus-visible] {
    outline-offset: 4px;
  }
`;
