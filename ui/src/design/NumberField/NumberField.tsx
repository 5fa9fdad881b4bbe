import { Minus, Plus } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Input } from "react-aria-components/Input";
import { NumberField as AriaNumberField } from "react-aria-components/NumberField";
import { styled } from "styled-components";

import { fieldLayout, Frame, frameButton, LabelOf, line, WordsBelow, type FieldWords } from "../Field/Field";
import { theme } from "../theme";

export interface NumberFieldProps extends FieldWords {
  /** null while the field is empty. */
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  /** Default: 1. */
  step?: number;
  /** As `Intl.NumberFormat` has them; currencies, percents and units are typed and shown in the person's locale. */
  format?: Intl.NumberFormatOptions;
  /** After the number, such as “minutes”. */
  suffix?: ReactNode;
  isDisabled?: boolean;
  isRequired?: boolean;
  isReadOnly?: boolean;
  name?: string;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
}

/** A number, typed as people of the locale write it, or counted up and down. */
export function NumberField({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  value,
  onChange,
  min,
  max,
  step,
  format,
  suffix,
  onBlur,
  inputRef,
  ...rest
}: NumberFieldProps): ReactNode {
  return (
    <Field
      {...rest}
      value={value ?? Number.NaN}
      onChange={(next) => onChange(Number.isNaN(next) ? null : next)}
      {...(min === undefined ? {} : { minValue: min })}
      {...(max === undefined ? {} : { maxValue: max })}
      {...(step === undefined ? {} : { step })}
      {...(format === undefined ? {} : { formatOptions: format })}
      {...(onBlur === undefined ? {} : { onBlur })}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <Frame>
        <Line {...(inputRef === undefined ? {} : { ref: inputRef })} />
        {suffix !== undefined && <Unit>{suffix}</Unit>}
        <Step slot="decrement">
          <Minus size={14} aria-hidden />
        </Step>
        <Step slot="increment">
          <Plus size={14} aria-hidden />
        </Step>
      </Frame>
      <WordsBelow description={description} error={error} />
    </Field>
  );
}

const Field = styled(AriaNumberField)`
  ${fieldLayout}
`;

const Line = styled(Input)`
  ${line}
  font-variant-numeric: tabular-nums;
`;

const Unit = styled.span`
  padding-inline-end: ${theme.space[2]};
  color: ${theme.color.muted};
  white-space: nowrap;
`;

const Step = styled(AriaButton)`
  ${frameButton}
  border-inline-start: 1px solid ${theme.color.border};
  border-radius: 0;
  &[data-disabled] {
    opacity: 0.4;
  }
`;
