import type { ReactNode } from "react";
import { CheckboxButton, CheckboxField, type CheckboxFieldProps } from "react-aria-components/Checkbox";
import { CheckboxGroup as AriaCheckboxGroup } from "react-aria-components/CheckboxGroup";
import { styled } from "styled-components";

import { fieldLayout, LabelOf, WordsBelow, type FieldWords } from "../Field/Field";
import { theme } from "../theme";
import { CheckMark } from "./CheckMark";

export interface CheckboxProps
  extends
    Omit<CheckboxFieldProps, "children" | "className" | "style" | "isInvalid" | "validate" | "validationBehavior">,
    Pick<FieldWords, "description" | "error"> {
  /** What is agreed to or chosen. */
  label: ReactNode;
}

/** Something that is so or not, or is chosen or not. What takes effect at once is a `Switch`. */
export function Checkbox({ label, description, error, ...rest }: CheckboxProps): ReactNode {
  return (
    <Field {...rest} isInvalid={error !== undefined} validationBehavior="aria">
      <Line>
        {({ isSelected, isIndeterminate }) => (
          <>
            <CheckMark mark={isIndeterminate ? "some" : isSelected ? "on" : "off"} />
            <span>{label}</span>
          </>
        )}
      </Line>
      <Below>
        <WordsBelow description={description} error={error} />
      </Below>
    </Field>
  );
}

export interface CheckboxGroupProps extends FieldWords {
  value: readonly string[];
  onChange: (value: string[]) => void;
  options: readonly { id: string; label: string; description?: string; disabledReason?: string }[];
  /** Default: one below the other. */
  orientation?: "vertical" | "horizontal";
  isDisabled?: boolean;
  isRequired?: boolean;
  name?: string;
  onBlur?: () => void;
}

/** Any of some options that are all in view. */
export function CheckboxGroup({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  value,
  onChange,
  options,
  orientation = "vertical",
  onBlur,
  ...rest
}: CheckboxGroupProps): ReactNode {
  return (
    <Group
      {...rest}
      value={[...value]}
      onChange={onChange}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      {...(onBlur === undefined ? {} : { onBlur })}
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Options $orientation={orientation}>
        {options.map(({ id, label: name, description: about, disabledReason }) => (
          <Checkbox
            key={id}
            value={id}
            label={name}
            isDisabled={disabledReason !== undefined}
            description={disabledReason ?? about}
          />
        ))}
      </Options>
      <WordsBelow description={description} error={error} />
    </Group>
  );
}

const Field = styled(CheckboxField)`
  display: flex;
  flex-direction: column;
  min-inline-size: 0;
`;

const Line = styled(CheckboxButton)`
  display: inline-flex;
  align-items: start;
  gap: ${theme.space[2]};
  padding-block: ${theme.space.hair};
  line-height: 1.25rem;
  & > :first-child {
    margin-block-start: 0.125rem;
  }
  &[data-hovered] > :first-child {
    border-color: ${theme.color.muted};
  }
  &[data-focus-visible] {
    outline: none;
  }
  &[data-focus-visible] > :first-child {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 2px;
  }
  &[data-invalid] > :first-child {
    border-color: ${theme.color.danger.text};
  }
  &[data-disabled] {
    color: ${theme.color.muted};
    cursor: not-allowed;
  }
  &[data-disabled] > :first-child {
    opacity: 0.5;
  }
  @media (pointer: coarse) {
    padding-block: ${theme.space[2]};
  }
`;

const Below = styled.div`
  display: flex;
  flex-direction: column;
  padding-inline-start: 1.5rem;
`;

const Group = styled(AriaCheckboxGroup)`
  ${fieldLayout}
`;

const Options = styled.div<{ $orientation: "vertical" | "horizontal" }>`
  display: flex;
  flex-direction: ${({ $orientation }) => ($orientation === "vertical" ? "column" : "row")};
  flex-wrap: wrap;
  gap: ${({ $orientation }) => ($orientation === "vertical" ? theme.space[1] : `${theme.space[1]} ${theme.space[4]}`)};
`;
