import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { NumberField, type NumberFieldProps } from "@/design/NumberField/NumberField";

import { useFieldError } from "./useFieldError";

interface FormNumberFieldProps<V extends FieldValues> extends Omit<
  NumberFieldProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A NumberField of a form. */
export function FormNumberField<V extends FieldValues>({ control, name, ...rest }: FormNumberFieldProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <NumberField
      {...rest}
      name={name}
      value={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      inputRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
