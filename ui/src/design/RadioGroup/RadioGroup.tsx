import type { ReactNode } from "react";
import { Radio, RadioGroup as AriaRadioGroup } from "react-aria-components/RadioGroup";
import { css, styled } from "styled-components";

import { fieldLayout, LabelOf, WordsBelow, type FieldWords } from "../Field/Field";
import { theme } from "../theme";

export interface RadioOption {
  id: string;
  label: string;
  description?: ReactNode;
  /** At the end of the line, such as a price. */
  aside?: ReactNode;
  /** Why it cannot be chosen, shown in place of the description. */
  disabledReason?: string | undefined;
}

export interface RadioGroupProps extends FieldWords {
  options: readonly RadioOption[];
  /** The id of an option; null for none. */
  value: string | null;
  onChange: (value: string) => void;
  /** A plain list, or a card for each where the choice matters, such as a plan. Default: `list`. */
  look?: "list" | "cards";
  isDisabled?: boolean;
  isRequired?: boolean;
  name?: string;
  onBlur?: () => void;
}

/** One of a few options that are all in view. */
export function RadioGroup({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  options,
  look = "list",
  onBlur,
  ...rest
}: RadioGroupProps): ReactNode {
  return (
    <Group
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      {...(onBlur === undefined ? {} : { onBlur })}
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Options $look={look}>
        {options.map(({ id, label: name, description: about, aside, disabledReason }) => (
          <Choice key={id} value={id} isDisabled={disabledReason !== undefined} $look={look}>
            <Dot aria-hidden />
            <Words>
              <span dir="auto">{name}</span>
              {(disabledReason ?? about) !== undefined && <About>{disabledReason ?? about}</About>}
            </Words>
            {aside !== undefined && <span>{aside}</span>}
          </Choice>
        ))}
      </Options>
      <WordsBelow description={description} error={error} />
    </Group>
  );
}

const Group = styled(AriaRadioGroup)`
  ${fieldLayout}
`;

const Options = styled.div<{ $look: "list" | "cards" }>`
  display: flex;
  flex-direction: column;
  gap: ${({ $look }) => ($look === "list" ? theme.space[1] : theme.space[2])};
`;

const Dot = styled.span`
  flex: none;
  inline-size: 1rem;
  block-size: 1rem;
  margin-block-start: 0.125rem;
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.full};
  background: ${theme.color.surface};
  transition: border-width ${theme.motion.fast} ${theme.motion.ease};
`;

const card = css`
  padding: ${theme.space[3]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.surface};
  &[data-hovered] {
    border-color: ${theme.color.control};
  }
  &[data-selected] {
    border-color: ${theme.color.accent};
    background: ${theme.color.accentSoft};
  }
  &[data-focus-visible] {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 2px;
  }
`;

const Choice = styled(Radio)<{ $look: "list" | "cards" }>`
  display: flex;
  align-items: start;
  gap: ${theme.space[2]};
  padding-block: ${theme.space.hair};
  line-height: 1.25rem;
  ${({ $look }) =>
    $look === "cards"
      ? card
      : css`
          &[data-focus-visible] {
            outline: none;
          }
          &[data-focus-visible] ${Dot} {
            outline: 2px solid ${theme.color.focus};
            outline-offset: 2px;
          }
        `}
  &[data-selected] ${Dot} {
    border: 5px solid ${theme.color.accent};
    background: ${theme.color.onAccent};
    @media (forced-colors: active) {
      forced-color-adjust: none;
      border-color: CanvasText;
    }
  }
  &[data-invalid] ${Dot} {
    border-color: ${theme.color.danger.text};
  }
  &[data-disabled] {
    color: ${theme.color.muted};
    cursor: not-allowed;
  }
`;

const Words = styled.span`
  flex: 1;
  display: flex;
  flex-direction: column;
  min-inline-size: 0;
  overflow-wrap: anywhere;
`;

const About = styled.span`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;
