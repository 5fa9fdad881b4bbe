import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { Select, type SelectProps } from "@/design/Select/Select";
import { useFieldError } from "@/forms/useFieldError";

interface Props<V extends FieldValues> extends Omit<
  SelectProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "buttonRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}
export function FormSelect<V extends FieldValues>({ control, name, ...rest }: Props<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <Select
      {...rest}
      value={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      buttonRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
