import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { RadioGroup, type RadioGroupProps } from "@/design/RadioGroup/RadioGroup";

import { useFieldError } from "./useFieldError";

interface FormRadioGroupProps<V extends FieldValues> extends Omit<
  RadioGroupProps,
  "name" | "value" | "onChange" | "onBlur" | "error"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A RadioGroup of a form. */
export function FormRadioGroup<V extends FieldValues>({ control, name, ...rest }: FormRadioGroupProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <RadioGroup
      {...rest}
      name={name}
      value={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      error={useFieldError(fieldState.error)}
    />
  );
}
