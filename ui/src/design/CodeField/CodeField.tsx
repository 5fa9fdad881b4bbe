import type { ReactNode, Ref } from "react";
import { Input } from "react-aria-components/Input";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import { styled } from "styled-components";

import { fieldLayout, frame, LabelOf, WordsBelow, type FieldWords } from "../Field/Field";
import { theme } from "../theme";

export interface CodeFieldProps extends FieldWords {
  value: string;
  onChange: (value: string) => void;
  /** Called with the code once its last figure is there. */
  onComplete?: (value: string) => void;
  /** Figures of a code. Default: 6. */
  length?: number;
  isDisabled?: boolean;
  isRequired?: boolean;
  name?: string;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
  autoFocus?: boolean;
}

/**
 * A code of figures, such as that of a second factor. It is one field, so that it can be pasted, filled in by the
 * device, and read out as one.
 */
export function CodeField({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  onChange,
  onComplete,
  length = 6,
  inputRef,
  ...rest
}: CodeFieldProps): ReactNode {
  const take = (text: string): void => {
    const figures = text.replaceAll(/\D/g, "").slice(0, length);
    if (figures === rest.value) return;
    onChange(figures);
    if (figures.length === length) onComplete?.(figures);
  };
  return (
    <Field
      {...rest}
      onChange={take}
      inputMode="numeric"
      autoComplete="one-time-code"
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Figures $length={length} dir="ltr" {...(inputRef === undefined ? {} : { ref: inputRef })} />
      <WordsBelow description={description} error={error} />
    </Field>
  );
}

const Field = styled(AriaTextField)`
  ${fieldLayout}
`;

const Figures = styled(Input)<{ $length: number }>`
  ${frame}
  --figure: 1ch;
  --gap: 0.75ch;
  block-size: 3rem;
  inline-size: calc(${({ $length }) => $length} * (var(--figure) + var(--gap)) + 2 * ${theme.space[4]});
  max-inline-size: 100%;
  padding-inline: ${theme.space[4]} 0;
  font-family: ${theme.font.code};
  font-size: 1.5rem;
  letter-spacing: var(--gap);
  /* A line below the place of each figure. */
  background-image: repeating-linear-gradient(
    90deg,
    ${theme.color.control} 0 var(--figure),
    transparent var(--figure) calc(var(--figure) + var(--gap))
  );
  background-origin: content-box;
  background-clip: content-box;
  background-position: 0 calc(100% - 0.5rem);
  background-size: calc(${({ $length }) => $length} * (var(--figure) + var(--gap)) - var(--gap)) 1px;
  background-repeat: no-repeat;
`;
