import type { ReactNode } from "react";
import { Calendar } from "react-aria-components/Calendar";
import { DatePicker as AriaDatePicker } from "react-aria-components/DatePicker";
import { styled } from "styled-components";

import { fieldLayout, LabelOf, WordsBelow, type FieldWords } from "../Field/Field";
import { parseDay, writeDay, type IsoDay } from "./days";
import { CalendarPopover, DateFrame, Month, Typed } from "./parts";

export interface DatePickerProps extends FieldWords {
  value: IsoDay | null;
  onChange: (value: IsoDay | null) => void;
  min?: IsoDay;
  max?: IsoDay;
  isDisabled?: boolean;
  isRequired?: boolean;
  isReadOnly?: boolean;
  name?: string;
  onBlur?: () => void;
}

/** A day, typed in the order of the person's locale or chosen from a calendar. */
export function DatePicker({
  label,
  description,
  error,
  optional = false,
  labelHidden = false,
  value,
  onChange,
  min,
  max,
  onBlur,
  ...rest
}: DatePickerProps): ReactNode {
  return (
    <Field
      {...rest}
      value={parseDay(value)}
      onChange={(date) => onChange(writeDay(date))}
      minValue={parseDay(min)}
      maxValue={parseDay(max)}
      {...(onBlur === undefined ? {} : { onBlur })}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <DateFrame>
        <Typed />
      </DateFrame>
      <WordsBelow description={description} error={error} />
      <CalendarPopover>
        <Calendar>
          <Month />
        </Calendar>
      </CalendarPopover>
    </Field>
  );
}

const Field = styled(AriaDatePicker)`
  ${fieldLayout}
` as typeof AriaDatePicker;
