import type { ReactNode } from "react";
import { DateRangePicker as AriaDateRangePicker } from "react-aria-components/DateRangePicker";
import { RangeCalendar } from "react-aria-components/RangeCalendar";
import { styled } from "styled-components";

import { fieldLayout, LabelOf, WordsBelow } from "../Field/Field";
import type { DatePickerProps } from "./DatePicker";
import { parseDay, writeDay, type DayRange } from "./days";
import { CalendarPopover, DateFrame, Month, Typed } from "./parts";

export interface DateRangePickerProps extends Omit<DatePickerProps, "value" | "onChange" | "name"> {
  value: DayRange;
  /** Called once both ends are there, or both are gone. */
  onChange: (value: DayRange) => void;
}

/** From a day to a day. */
export function DateRangePicker({
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
}: DateRangePickerProps): ReactNode {
  const [start, end] = [parseDay(value.from), parseDay(value.to)];
  return (
    <Field
      {...rest}
      value={start === null || end === null ? null : { start, end }}
      onChange={(range) => onChange({ from: writeDay(range?.start), to: writeDay(range?.end) })}
      minValue={parseDay(min)}
      maxValue={parseDay(max)}
      {...(onBlur === undefined ? {} : { onBlur })}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <LabelOf label={label} optional={optional} labelHidden={labelHidden} />
      <DateFrame>
        <Typed slot="start" />
        <span aria-hidden>–</span>
        <Typed slot="end" />
      </DateFrame>
      <WordsBelow description={description} error={error} />
      <CalendarPopover>
        <RangeCalendar>
          <Month range />
        </RangeCalendar>
      </CalendarPopover>
    </Field>
  );
}

const Field = styled(AriaDateRangePicker)`
  ${fieldLayout}
` as typeof AriaDateRangePicker;
