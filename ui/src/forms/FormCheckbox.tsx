import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { Checkbox, type CheckboxProps } from "@/design/Checkbox/Checkbox";

import { useFieldError } from "./useFieldError";

interface FormCheckboxProps<V extends FieldValues> extends Omit<
  CheckboxProps,
  "name" | "isSelected" | "onChange" | "onBlur" | "error"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A Checkbox of a form. */
export function FormCheckbox<V extends FieldValues>({ control, name, ...rest }: FormCheckboxProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <Checkbox
      {...rest}
      name={name}
      isSelected={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      error={useFieldError(fieldState.error)}
    />
  );
}
