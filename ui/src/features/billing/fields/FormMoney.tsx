import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { useFieldError } from "@/forms/useFieldError";

import { MoneyField, type MoneyFieldProps } from "../money/MoneyField";

interface Props<V extends FieldValues> extends Omit<
  MoneyFieldProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
  /** What an empty field stands for. Default: nothing. */
  empty?: bigint;
}

/** An amount of a form, a bigint there. */
export function FormMoney<V extends FieldValues>({ control, name, empty, ...rest }: Props<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <MoneyField
      {...rest}
      value={field.value}
      onChange={(value) => field.onChange(value ?? empty ?? null)}
      onBlur={field.onBlur}
      inputRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
