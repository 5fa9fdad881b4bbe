import { Check } from "lucide-react";
import type { ComponentProps, ReactNode, RefObject } from "react";
import { Header } from "react-aria-components/Header";
import { Menu, MenuItem, MenuSection } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { css, styled } from "styled-components";

import { floating, popoverMotion } from "../overlay/overlay";
import { theme } from "../theme";
import { groupsOf, type MenuAction, type MenuEntry, type MenuGroup } from "./entries";

export interface MenuPopupProps {
  /** Where it stands, and what gets the keyboard back. */
  triggerRef: RefObject<Element | null>;
  label: string;
  entries: readonly MenuEntry[];
  /** Which entry has the keyboard first; `any` for pointers. */
  start?: "first" | "last" | "any";
  /** Default: below, at the start. */
  placement?: "bottom start" | "bottom end" | "top start" | "right top";
  onClose: () => void;
}

/** An open menu. Its parts for the first load are in `MenuButton`. */
export function MenuPopup({
  triggerRef,
  label,
  entries,
  start = "any",
  placement = "bottom start",
  onClose,
}: MenuPopupProps): ReactNode {
  return (
    <Surface
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      triggerRef={triggerRef}
      placement={placement}
      offset={4}
      aria-label={label}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- it is what opening a menu means */}
      <List aria-label={label} autoFocus={start === "any" ? true : start} onClose={onClose}>
        {groupsOf(entries).map((group) => (
          <Section key={group.id} {...choiceOf(group)}>
            {group.label !== undefined && <Title>{group.label}</Title>}
            {group.items.map((item) => (
              <Entry key={item.id} item={item} chooses={group.choice !== undefined} />
            ))}
          </Section>
        ))}
      </List>
    </Surface>
  );
}

type Choosing = Pick<
  Parameters<typeof MenuSection>[0],
  "selectionMode" | "selectedKeys" | "onSelectionChange" | "disallowEmptySelection" | "shouldCloseOnSelect"
>;

function choiceOf({ choice, items }: MenuGroup): Choosing {
  if (choice === undefined) return {};
  return {
    selectionMode: choice.mode === "one" ? "single" : "multiple",
    disallowEmptySelection: choice.mode === "one",
    shouldCloseOnSelect: choice.mode === "one",
    selectedKeys: choice.chosen,
    onSelectionChange: (keys) => choice.onChange(keys === "all" ? items.map((one) => one.id) : [...keys].map(String)),
  };
}

function Entry({ item, chooses }: { item: MenuAction; chooses: boolean }): ReactNode {
  const { id, label, icon, description, shortcut, tone, disabledReason, href, onAction } = item;
  const disabled = disabledReason !== undefined;
  const below = disabledReason ?? description;
  return (
    <Item
      id={id}
      textValue={label}
      $danger={tone === "danger"}
      {...(disabled
        ? { shouldCloseOnSelect: false, render: disabledItem }
        : { ...(href === undefined ? {} : { href }), ...(onAction === undefined ? {} : { onAction }) })}
    >
      {({ isSelected }) => (
        <>
          {chooses && <Mark>{isSelected && <Check size={16} aria-hidden />}</Mark>}
          {icon !== undefined && <Icon aria-hidden>{icon}</Icon>}
          <Words>
            <Label dir="auto">{label}</Label>
            {below !== undefined && below !== "" && <Below>{below}</Below>}
          </Words>
          {shortcut !== undefined && <Keys>{shortcut}</Keys>}
        </>
      )}
    </Item>
  );
}

// One that react-aria disables could not be reached, and its reason not be read.
const disabledItem: NonNullable<Parameters<typeof MenuItem>[0]["render"]> = (props) => (
  <div {...(props as ComponentProps<"div">)} aria-disabled="true" />
);

const Surface = styled(Popover)`
  ${floating}
  ${popoverMotion}
  z-index: ${theme.layer.overlay};
  display: flex;
  min-inline-size: max(10rem, min(var(--trigger-width), 16rem));
  max-inline-size: min(22rem, calc(100vw - ${theme.space[4]}));
`;

const List = styled(Menu)`
  flex: 1;
  min-inline-size: 0;
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: ${theme.space[1]};
  outline: none;
`;

const Section = styled(MenuSection)`
  & + & {
    margin-block-start: ${theme.space[1]};
    padding-block-start: ${theme.space[1]};
    border-block-start: 1px solid ${theme.color.border};
  }
`;

const Title = styled(Header)`
  padding: ${theme.space[1]} ${theme.space[2]};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  font-weight: ${theme.text.weight.medium};
`;

const Item = styled(MenuItem)<{ $danger: boolean }>`
  display: flex;
  align-items: start;
  gap: ${theme.space[2]};
  padding: ${theme.space.snug} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  color: ${({ $danger }) => ($danger ? theme.color.danger.text : theme.color.text)};
  text-decoration: none;
  line-height: 1.25rem;
  outline: none;
  cursor: default;
  &[href] {
    cursor: pointer;
  }
  &[data-focused],
  &[data-hovered] {
    background: ${({ $danger }) => ($danger ? theme.color.danger.soft : theme.color.hover)};
  }
  &[data-focus-visible] {
    outline: 2px solid ${theme.color.focus};
    outline-offset: -2px;
  }
  &[aria-disabled="true"] {
    color: ${theme.color.muted};
    background: none;
    cursor: not-allowed;
  }
  @media (pointer: coarse) {
    padding-block: ${theme.space[3]};
  }
`;

const aside = css`
  display: inline-grid;
  place-items: center;
  flex: none;
  block-size: 1.25rem;
`;

const Icon = styled.span`
  ${aside}
  opacity: 0.75;
`;

const Mark = styled.span`
  ${aside}
  inline-size: 1rem;
`;

const Words = styled.span`
  flex: 1;
  min-inline-size: 0;
`;

const Label = styled.span`
  display: block;
  overflow-wrap: anywhere;
`;

const Below = styled.span`
  display: block;
  color: ${theme.color.muted};
  font-size: ${theme.text.size.tiny};
  line-height: ${theme.text.line.body};
`;

const Keys = styled.kbd`
  flex: none;
  padding-inline-start: ${theme.space[4]};
  color: ${theme.color.muted};
  font-family: inherit;
  font-size: ${theme.text.size.tiny};
`;
