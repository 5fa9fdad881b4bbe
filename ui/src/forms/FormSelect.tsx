import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { Select, type SelectProps } from "@/design/Select/Select";

import { useFieldError } from "./useFieldError";

interface FormSelectProps<V extends FieldValues> extends Omit<
  SelectProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "buttonRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A Select of a form. */
export function FormSelect<V extends FieldValues>({ control, name, ...rest }: FormSelectProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <Select
      {...rest}
      name={name}
      value={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      buttonRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
