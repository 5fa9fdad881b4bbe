import type { ReactNode } from "react";
import { useController, type Control, type FieldPath, type FieldValues } from "react-hook-form";

import { NumberField, type NumberFieldProps } from "@/design/NumberField/NumberField";
import { useFieldError } from "@/forms/useFieldError";

interface Props<V extends FieldValues> extends Omit<
  NumberFieldProps,
  "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef"
> {
  control: Control<V>;
  name: FieldPath<V>;
  /** The form has a bigint, as the contract's 64-bit numbers are. Default: a number. */
  big?: boolean;
}

/** A whole number of a form; an empty field is 0. */
export function FormCount<V extends FieldValues>({ control, name, big = false, ...rest }: Props<V>): ReactNode {
  const { field, fieldState } = useController({ control, name });
  return (
    <NumberField
      min={0}
      format={{ maximumFractionDigits: 0 }}
      {...rest}
      value={Number(field.value)}
      onChange={(value) => field.onChange(big ? BigInt(Math.round(value ?? 0)) : (value ?? 0))}
      onBlur={field.onBlur}
      inputRef={field.ref}
      error={useFieldError(fieldState.error)}
    />
  );
}
