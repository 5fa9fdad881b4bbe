import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { CodeField, type CodeFieldProps } from "@/design/CodeField/CodeField";
import { useFieldError } from "@/forms/useFieldError";

interface FormCodeFieldProps<V extends FieldValues> extends Omit<
  CodeFieldProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** The six digits of an authenticator in a form. */
export function FormCodeField<V extends FieldValues>({ control, name, ...rest }: FormCodeFieldProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name, rules: { required: true } });
  return (
    <CodeField
      {...rest}
      name={name}
      value={String(field.value)}
      onChange={field.onChange}
      onBlur={field.onBlur}
      inputRef={field.ref}
      error={useFieldError(fieldState.error)}
      isRequired
    />
  );
}
