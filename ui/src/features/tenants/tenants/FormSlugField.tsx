import { useEffect, useRef, type ReactNode } from "react";
import { useController, useWatch, type FieldPath, type FieldValues, type UseFormReturn } from "react-hook-form";

import { TextField } from "@/design/TextField/TextField";
import { useFieldError } from "@/forms/useFieldError";

import { LONGEST, slugFault, slugOf, type SlugFault } from "./slug";

interface FormSlugFieldProps<V extends FieldValues> {
  form: UseFormReturn<V>;
  name: FieldPath<V>;
  /** The field whose value suggests the slug, until somebody writes one. Default: none does. */
  nameField?: FieldPath<V>;
  label: string;
  description: string;
  faultText: (fault: SlugFault) => string;
}

/** A tenant's short name: suggested from its name, and checked while it is typed. */
export function FormSlugField<V extends FieldValues>({
  form,
  name,
  nameField,
  label,
  description,
  faultText,
}: FormSlugFieldProps<V>): ReactNode {
  const { control } = form;
  // Rules count only in forms without the platform's own, which are checked instead.
  const { field, fieldState } = useController({
    control,
    name,
    rules: { required: true, validate: (value: string) => slugFault(value) === undefined },
  });
  const said = useFieldError(fieldState.error);
  const slug = field.value as string;
  const fault = slug === "" ? undefined : slugFault(slug);
  // Too short is everything at first: it is said once the field has been left.
  const known = fault === undefined || (fault === "short" && !fieldState.invalid) ? undefined : faultText(fault);
  return (
    <>
      {nameField !== undefined && (
        <Suggestion form={form} name={name} nameField={nameField} shouldValidate={fieldState.invalid} />
      )}
      <TextField
        label={label}
        description={`${description} ${location.host}/t/${slug === "" ? "…" : slug}`}
        prefix="/t/"
        name={name}
        value={slug}
        onChange={(text) => field.onChange(text.toLowerCase().replaceAll(" ", "-"))}
        onBlur={field.onBlur}
        inputRef={field.ref}
        error={known ?? said}
        maxLength={LONGEST + 1}
        autoComplete="off"
        spellCheck="false"
        isRequired
      />
    </>
  );
}

interface SuggestionProps<V extends FieldValues> {
  form: UseFormReturn<V>;
  name: FieldPath<V>;
  nameField: FieldPath<V>;
  shouldValidate: boolean;
}

/** Writes the slug that fits the name, as long as nobody has written another. */
function Suggestion<V extends FieldValues>({ form, name, nameField, shouldValidate }: SuggestionProps<V>): null {
  const { control, setValue, getValues } = form;
  const company = useWatch({ control, name: nameField }) as string;
  const suggested = useRef(slugOf(getValues(nameField) as string));
  useEffect(() => {
    const next = slugOf(company);
    // Untouched as long as it is what was suggested last.
    if ((getValues(name) as string) === suggested.current && next !== suggested.current)
      setValue(name, next as V[typeof name], { shouldDirty: true, shouldValidate });
    suggested.current = next;
  }, [company, name, getValues, setValue, shouldValidate]);
  return null;
}
