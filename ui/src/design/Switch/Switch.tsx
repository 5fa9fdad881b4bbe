import type { ReactNode } from "react";
import { SwitchButton, SwitchField, type SwitchFieldProps } from "react-aria-components/Switch";
import { styled } from "styled-components";

import { WordsBelow, type FieldWords } from "../Field/Field";
import { theme } from "../theme";

export interface SwitchProps
  extends
    Omit<SwitchFieldProps, "children" | "className" | "style" | "isInvalid" | "validate" | "validationBehavior">,
    Pick<FieldWords, "description" | "error"> {
  label: ReactNode;
  /** The switch after its words, at the end of the line: for lists of settings. Default: before them. */
  atEnd?: boolean;
}

/** Turns something on or off. */
export function Switch({ label, description, error, atEnd = false, ...rest }: SwitchProps): ReactNode {
  return (
    <Field {...rest} isInvalid={error !== undefined} validationBehavior="aria">
      <Line $atEnd={atEnd}>
        <Track aria-hidden>
          <Knob />
        </Track>
        <span>{label}</span>
      </Line>
      <Below $atEnd={atEnd}>
        <WordsBelow description={description} error={error} />
      </Below>
    </Field>
  );
}

const Field = styled(SwitchField)`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.hair};
  min-inline-size: 0;
`;

const Track = styled.span`
  flex: none;
  inline-size: 1.875rem;
  block-size: 1.125rem;
  padding: 2px;
  border-radius: ${theme.radius.full};
  background: ${theme.color.control};
  transition: background-color ${theme.motion.fast} ${theme.motion.ease};
  @media (forced-colors: active) {
    outline: 1px solid;
  }
`;

const Knob = styled.span`
  display: block;
  inline-size: 0.875rem;
  block-size: 0.875rem;
  border-radius: ${theme.radius.full};
  background: #ffffff;
  box-shadow: ${theme.shadow.low};
  transition: translate ${theme.motion.fast} ${theme.motion.ease};
  @media (forced-colors: active) {
    background: CanvasText;
    forced-color-adjust: none;
  }
`;

const Line = styled(SwitchButton)<{ $atEnd: boolean }>`
  display: flex;
  flex-direction: ${({ $atEnd }) => ($atEnd ? "row-reverse" : "row")};
  align-items: start;
  justify-content: ${({ $atEnd }) => ($atEnd ? "space-between" : "start")};
  gap: ${({ $atEnd }) => ($atEnd ? theme.space[4] : theme.space[2])};
  line-height: 1.25rem;
  &[data-focus-visible] {
    outline: none;
  }
  &[data-focus-visible] ${Track} {
    outline: 2px solid ${theme.color.focus};
    outline-offset: 2px;
  }
  &[data-selected] ${Track} {
    background: ${theme.color.accent};
  }
  &[data-selected] ${Knob} {
    translate: 0.75rem 0;
  }
  &:dir(rtl)[data-selected] ${Knob} {
    translate: -0.75rem 0;
  }
  &[data-disabled] {
    color: ${theme.color.muted};
    cursor: not-allowed;
  }
  &[data-disabled] ${Track} {
    opacity: 0.5;
  }
`;

const Below = styled.div<{ $atEnd: boolean }>`
  display: flex;
  flex-direction: column;
  padding-inline: ${({ $atEnd }) => ($atEnd ? "0 3rem" : "2.375rem 0")};
`;
