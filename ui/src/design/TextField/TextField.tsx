import { Eye, EyeOff } from "lucide-react";
import { useState, type ReactNode, type Ref } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Input } from "react-aria-components/Input";
import { TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from "react-aria-components/TextField";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { fieldLayout, Frame, frameButton, LabelOf, line, WordsBelow, type FieldWords } from "../Field/Field";
import { theme } from "../theme";

export interface TextFieldProps
  extends
    FieldWords,
    Omit<AriaTextFieldProps, "children" | "className" | "style" | "isInvalid" | "validate" | "validationBehavior"> {
  placeholder?: string;
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
  labelHidden = false,
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
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
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
      <WordsBelow description={description} error={error} />
    </Field>
  );
}

const Field = styled(AriaTextField)`
  ${fieldLayout}
`;

const Line = styled(Input)`
  ${line}
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
  ${frameButton}
`;
