import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { Switch, type SwitchProps } from "@/design/Switch/Switch";

import { useFieldError } from "./useFieldError";

interface FormSwitchProps<V extends FieldValues> extends Omit<
  SwitchProps,
  "name" | "isSelected" | "onChange" | "onBlur" | "error"
> {
  control: Control<V>;
  name: FieldPath<V>;
}

/** A Switch of a form. */
export function FormSwitch<V extends FieldValues>({ control, name, ...rest }: FormSwitchProps<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <Switch
      {...rest}
      name={name}
      isSelected={field.value}
      onChange={field.onChange}
      onBlur={field.onBlur}
      error={useFieldError(fieldState.error)}
    />
  );
}
