import type { ReactNode, Ref } from "react";
import { TextArea as AriaTextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { useFormat } from "@/i18n/Locale";

import { fieldLayout, Frame, LabelOf, WordsBelow } from "../Field/Field";
import type { TextFieldProps } from "../TextField/TextField";
import { theme } from "../theme";

export interface TextAreaProps extends Omit<TextFieldProps, "type" | "prefix" | "suffix" | "inputRef"> {
  /** Lines it has at first; it grows with the text, up to three times that. Default: 3. */
  rows?: number;
  /** Shows how many characters are left; more can be typed, for the form to object to. */
  limit?: number;
  inputRef?: Ref<HTMLTextAreaElement>;
}

/** Several lines of text. */
export function TextArea({
  label,
  description,
  error,
  placeholder,
  optional = false,
  labelHidden = false,
  rows = 3,
  limit,
  inputRef,
  ...rest
}: TextAreaProps): ReactNode {
  const { t } = useTranslation("design");
  const format = useFormat();
  const left = limit === undefined ? undefined : limit - (rest.value?.length ?? 0);
  return (
    <Field {...rest} isInvalid={error !== undefined} validationBehavior="aria">
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Frame>
        <Lines
          rows={rows}
          $rows={rows}
          {...(inputRef === undefined ? {} : { ref: inputRef })}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
      </Frame>
      <Below>
        <span>
          <WordsBelow description={description} error={error} />
        </span>
        {left !== undefined && (
          <Left $over={left < 0} role={left < 20 ? "status" : undefined}>
            {left < 0
              ? t("text.over", { number: format.number(-left), count: -left })
              : t("text.left", { number: format.number(left), count: left })}
          </Left>
        )}
      </Below>
    </Field>
  );
}

const Field = styled(AriaTextField)`
  ${fieldLayout}
`;

const Lines = styled(AriaTextArea)<{ $rows: number }>`
  flex: 1;
  min-inline-size: 0;
  max-block-size: ${({ $rows }) => `calc(${String($rows * 3)} * 1.45em + 1rem)`};
  padding: ${theme.space.snug} ${theme.space[3]};
  border: 0;
  background: transparent;
  line-height: ${theme.text.line.body};
  resize: vertical;
  field-sizing: content;
  min-block-size: ${({ $rows }) => `calc(${String($rows)} * 1.45em + 0.75rem)`};
  &:focus,
  &:focus-visible,
  &[data-focus-visible] {
    outline: none;
  }
`;

const Below = styled.div`
  display: flex;
  justify-content: space-between;
  gap: ${theme.space[3]};
  &:empty {
    display: none;
  }
`;

const Left = styled.span<{ $over: boolean }>`
  flex: none;
  color: ${({ $over }) => ($over ? theme.color.danger.text : theme.color.muted)};
  font-size: ${theme.text.size.small};
  font-variant-numeric: tabular-nums;
`;
