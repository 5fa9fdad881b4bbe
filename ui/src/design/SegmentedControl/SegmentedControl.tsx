import type { ReactNode } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { ToggleButtonGroup } from "react-aria-components/ToggleButtonGroup";
import { styled } from "styled-components";

import { theme } from "../theme";

interface SegmentedControlProps<Id extends string> {
  /** What is chosen between; said to screen readers only. */
  label: string;
  options: readonly { id: Id; label: string }[];
  value: Id;
  onChange: (value: Id) => void;
}

/** One of a few short views of the same thing, such as periods. What is sent with a form is a `RadioGroup`. */
export function SegmentedControl<Id extends string>({
  label,
  options,
  value,
  onChange,
}: SegmentedControlProps<Id>): ReactNode {
  return (
    <Group
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = options.find(({ id }) => keys.has(id));
        if (chosen !== undefined) onChange(chosen.id);
      }}
    >
      {options.map(({ id, label: name }) => (
        <Segment key={id} id={id}>
          {name}
        </Segment>
      ))}
    </Group>
  );
}

const Group = styled(ToggleButtonGroup)`
  display: inline-flex;
  max-inline-size: 100%;
  padding: ${theme.space.hair};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.sunken};
`;

const Segment = styled(ToggleButton)`
  min-inline-size: 0;
  min-block-size: calc(${theme.control.small} - 2px);
  padding: 0 ${theme.space[2]};
  overflow: hidden;
  border: 0;
  border-radius: ${theme.radius.small};
  background: none;
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
  text-overflow: ellipsis;
  white-space: nowrap;
  &[data-hovered] {
    color: ${theme.color.text};
  }
  &[data-selected] {
    background: ${theme.color.raised};
    color: ${theme.color.text};
    box-shadow: ${theme.shadow.low};
  }
  @media (pointer: coarse) {
    min-block-size: ${theme.control.medium};
  }
  @media (forced-colors: active) {
    &[data-selected] {
      outline: 2px solid;
      outline-offset: -2px;
    }
  }
`;
