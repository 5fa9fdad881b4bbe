import { Eye, EyeOff } from "lucide-react";
import { useState, type ReactNode, type Ref } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Group } from "react-aria-components/Group";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from "react-aria-components/TextField";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { theme } from "../theme";

export interface TextFieldProps extends Omit<
  AriaTextFieldProps,
  "children" | "className" | "style" | "isInvalid" | "validate" | "validationBehavior"
> {
  label: string;
  /** What to know before filling it in. */
  description?: ReactNode;
  /** Shown in place of the description; the field counts as wrong while it is set. */
  error?: string | undefined;
  placeholder?: string;
  /** Marks the field as one that may stay empty; where most are needed, only those are marked. */
  optional?: boolean;
  /** Before what is typed, such as an icon or `https://`. */
  prefix?: ReactNode;
  /** After what is typed, such as a unit. */
  suffix?: ReactNode;
  inputRef?: Ref<HTMLInputElement>;
}

/** One line of text. With `type="password"` it can be shown. */
export function TextField({
  label,
  description,
  error,
  placeholder,
  optional = false,
  prefix,
  suffix,
  inputRef,
  type = "text",
  ...rest
}: TextFieldProps): ReactNode {
  const { t } = useTranslation("design");
  const [shown, setShown] = useState(false);
  const password = type === "password";
  return (
    <Field {...rest} type={password && shown ? "text" : type} isInvalid={error !== undefined} validationBehavior="aria">
      <FieldLabel>
        {label}
        {optional && <Optional>{t("optional")}</Optional>}
      </FieldLabel>
      <Frame>
        {prefix !== undefined && <Aside>{prefix}</Aside>}
        <Line
          {...(inputRef === undefined ? {} : { ref: inputRef })}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        {suffix !== undefined && <Aside>{suffix}</Aside>}
        {password && (
          <Reveal aria-label={t(shown ? "hidePassword" : "showPassword")} onPress={() => setShown(!shown)}>
            {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
          </Reveal>
        )}
      </Frame>
      {error === undefined && description !== undefined && <Hint slot="description">{description}</Hint>}
      <Wrong>{error}</Wrong>
    </Field>
  );
}

const Field = styled(AriaTextField)`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.snug};
  min-inline-size: 0;
`;

export const FieldLabel = styled(Label)`
  display: flex;
  justify-content: space-between;
  gap: ${theme.space[2]};
  font-size: ${theme.text.size.small};
  font-weight: ${theme.text.weight.medium};
`;

export const Optional = styled.span`
  color: ${theme.color.faint};
  font-weight: ${theme.text.weight.regular};
`;

/** The edge of everything that is filled in. */
export const Frame = styled(Group)`
  display: flex;
  align-items: center;
  min-block-size: ${theme.control.medium};
  border: 1px solid ${theme.color.control};
  border-radius: ${theme.radius.medium};
  background: ${theme.color.surface};
  transition: border-color ${theme.motion.fast} ${theme.motion.ease};
  &[data-hovered] {
    border-color: ${theme.color.muted};
  }
  &[data-invalid] {
    border-color: ${theme.color.danger.text};
  }
  &[data-focus-within] {
    border-color: ${theme.color.focus};
    outline: 1px solid ${theme.color.focus};
    outline-offset: 0;
  }
  &[data-invalid][data-focus-within] {
    border-color: ${theme.color.danger.text};
    outline-color: ${theme.color.danger.text};
  }
  &[data-disabled] {
    background: ${theme.color.sunken};
    border-color: ${theme.color.border};
    color: ${theme.color.muted};
  }
  @media (pointer: coarse) {
    min-block-size: 2.75rem;
  }
`;

const Line = styled(Input)`
  flex: 1;
  min-inline-size: 0;
  align-self: stretch;
  padding-inline: ${theme.space[3]};
  border: 0;
  background: transparent;
  &:focus,
  &:focus-visible,
  &[data-focus-visible] {
    outline: none;
  }
`;

const Aside = styled.span`
  display: inline-flex;
  padding-inline: ${theme.space[3]} 0;
  color: ${theme.color.muted};
  white-space: nowrap;
  ${Line} ~ & {
    padding-inline: 0 ${theme.space[3]};
  }
  & + ${Line} {
    padding-inline-start: ${theme.space[2]};
  }
`;

const Reveal = styled(AriaButton)`
  display: inline-flex;
  align-items: center;
  justify-content: center;
  align-self: stretch;
  inline-size: 2rem;
  border: 0;
  border-radius: ${theme.radius.medium};
  background: transparent;
  color: ${theme.color.muted};
  &[data-hovered] {
    color: ${theme.color.text};
  }
  &[data-focus-visible] {
    outline-offset: -3px;
  }
`;

export const Hint = styled(Text)`
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
`;

export const Wrong = styled(FieldError)`
  color: ${theme.color.danger.text};
  font-size: ${theme.text.size.small};
`;
