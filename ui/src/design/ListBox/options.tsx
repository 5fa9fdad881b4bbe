/** The choices of selects, combo boxes and palettes: what they are, and how they look in their list. */
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Collection } from "react-aria-components/Collection";
import { Header } from "react-aria-components/Header";
import { ListBox, ListBoxItem, ListBoxSection } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { styled } from "styled-components";

import { floating, popoverMotion } from "../overlay/overlay";
import { theme } from "../theme";

export interface Option {
  /** What is chosen; one of a kind in its list. */
  id: string;
  label: string;
  /** Under the label, small. */
  description?: string;
  /** Before the label, 16 to 20 px. */
  icon?: ReactNode;
  /** Why it cannot be chosen now, shown in place of the description. */
  disabledReason?: string;
  /** Options with the same group stand together below its name. */
  group?: string;
}

/** The options as `ListBox` takes them: alone, or in sections where they have groups. */
export function OptionItems({ options }: { options: readonly Option[] }): ReactNode {
  const groups = Map.groupBy(options, (option) => option.group ?? "");
  if (groups.size <= 1 && groups.has("")) return options.map((option) => <OptionItem key={option.id} {...option} />);
  return [...groups].map(([group, members]) => (
    <Section key={group} id={`group:${group}`}>
      {group !== "" && <Title>{group}</Title>}
      <Collection items={members}>{(option) => <OptionItem {...option} />}</Collection>
    </Section>
  ));
}

export function OptionItem({ id, label, description, icon, disabledReason }: Option): ReactNode {
  const below = disabledReason ?? description;
  return (
    <Item id={id} textValue={label} isDisabled={disabledReason !== undefined}>
      {({ isSelected }) => (
        <>
          {icon !== undefined && <Icon aria-hidden>{icon}</Icon>}
          <Words>
            <Label dir="auto">{label}</Label>
            {below !== undefined && below !== "" && <Below>{below}</Below>}
          </Words>
          {isSelected && <Check size={16} aria-hidden />}
        </>
      )}
    </Item>
  );
}

export const OptionPopover = styled(Popover)`
  ${floating}
  ${popoverMotion}
  z-index: ${theme.layer.overlay};
  display: flex;
  flex-direction: column;
  min-inline-size: max(var(--trigger-width), 10rem);
  max-inline-size: min(26rem, calc(100vw - ${theme.space[4]}));
`;

export const OptionList = styled(ListBox)`
  flex: 1;
  min-block-size: 0;
  max-block-size: 20rem;
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: ${theme.space[1]};
  outline: none;
` as typeof ListBox;

/** In place of options, in their list. */
export const OptionNote = styled.div`
  display: flex;
  align-items: center;
  gap: ${theme.space[2]};
  padding: ${theme.space[2]};
  color: ${theme.color.muted};
`;

const Section = styled(ListBoxSection)`
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

const Item = styled(ListBoxItem)`
  display: flex;
  align-items: start;
  gap: ${theme.space[2]};
  padding: ${theme.space.snug} ${theme.space[2]};
  border-radius: ${theme.radius.medium};
  line-height: 1.25rem;
  outline: none;
  cursor: default;
  &[data-focused],
  &[data-hovered] {
    background: ${theme.color.hover};
  }
  &[data-focus-visible] {
    outline: 2px solid ${theme.color.focus};
    outline-offset: -2px;
  }
  &[data-selected] {
    font-weight: ${theme.text.weight.medium};
  }
  &[data-disabled] {
    color: ${theme.color.muted};
    cursor: not-allowed;
  }
  & > svg {
    margin-block-start: 0.125rem;
    color: ${theme.color.accentText};
  }
  @media (pointer: coarse) {
    padding-block: ${theme.space[3]};
  }
`;

const Icon = styled.span`
  display: inline-grid;
  place-items: center;
  flex: none;
  min-block-size: 1.25rem;
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
  font-weight: ${theme.text.weight.regular};
  line-height: ${theme.text.line.body};
`;
