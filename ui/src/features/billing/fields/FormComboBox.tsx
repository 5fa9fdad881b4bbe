import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { ComboBox, type ComboBoxProps } from "@/design/ComboBox/ComboBox";
import { useFieldError } from "@/forms/useFieldError";

interface Props<V extends FieldValues> extends Omit<
  ComboBoxProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** One of many options of a form, found by typing. */
export function FormComboBox<V extends FieldValues>({ control, name, ...rest }: Props<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <ComboBox
      {...rest}
      value={rest.options?.find((one) => one.id === field.value) ?? null}
      onChange={(option) => field.onChange(option?.id ?? "")}
      onBlur={field.onBlur}
      inputRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
