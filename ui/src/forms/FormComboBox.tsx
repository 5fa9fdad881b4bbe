import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { ComboBox, type ComboBoxProps } from "@/design/ComboBox/ComboBox";

import { useFieldError } from "./useFieldError";

interface FormComboBoxProps<V extends FieldValues> extends Omit<
  ComboBoxProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef" | "load"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A ComboBox of a form whose options are all known; the form's value is the id of one, or empty. */
export function FormComboBox<V extends FieldValues>({ control, name, ...rest }: FormComboBoxProps<V>): ReactNode {
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
