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
  /** The form has the number of an enum's value. Default: a text. */
  number?: boolean;
  onChosen?: (id: string) => void;
}

/** One of some options of a form. */
export function FormChoice<V extends FieldValues>({
  control,
  name,
  number = false,
  onChosen,
  ...rest
}: Props<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  const value = String(field.value);
  return (
    <Select
      {...rest}
      value={value === "" || (number && value === "0") ? null : value}
      onChange={(id) => {
        field.onChange(number ? Number(id) : id);
        onChosen?.(id);
      }}
      onBlur={field.onBlur}
      buttonRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
