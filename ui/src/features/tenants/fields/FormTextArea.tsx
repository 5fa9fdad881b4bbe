import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { TextField, type TextFieldProps } from "@/design/TextField/TextField";
import { useFieldError } from "@/forms/useFieldError";

interface FormTextAreaProps<V extends FieldValues> extends Omit<
  TextFieldProps,
  "name" | "value" | "defaultValue" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A TextField of a form. */
export function FormTextArea<V extends FieldValues>({ control, name, ...rest }: FormTextAreaProps<V>): ReactNode {
  // Only for forms without the platform's rules, which say it themselves.
  const rules = rest.isRequired === true ? { required: true } : {};
  const { field, fieldState } = useController({ control, name, rules });
  return (
    <TextField
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
