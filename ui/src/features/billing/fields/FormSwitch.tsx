import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { Switch, type SwitchProps } from "@/design/Switch/Switch";
import { useFieldError } from "@/forms/useFieldError";

interface Props<V extends FieldValues> extends Omit<
  SwitchProps,
  "name" | "isSelected" | "onChange" | "onBlur" | "error"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** Something of a form that is so or not. */
export function FormSwitch<V extends FieldValues>({ control, name, ...rest }: Props<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <Switch
      {...rest}
      isSelected={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      error={useFieldError(fieldState.error)}
    />
  );
}
