import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { TextArea, type TextAreaProps } from "@/design/TextArea/TextArea";

import { useFieldError } from "./useFieldError";

interface FormTextAreaProps<V extends FieldValues> extends Omit<
  TextAreaProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A TextArea of a form. */
export function FormTextArea<V extends FieldValues>({ control, name, ...rest }: FormTextAreaProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <TextArea
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
