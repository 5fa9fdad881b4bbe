import { useEffect, useMemo, useState, type BaseSyntheticEvent } from "react";
import {
  get,
  set,
  useForm,
  type DefaultValues,
  type FieldErrors,
  type FieldValues,
  type Path,
  type Resolver,
  type UseFormReturn,
} from "react-hook-form";

import { ApiError, type FieldViolation } from "@/api/errors";

import type { Rules } from "./rules";

interface RequestFormOptions<V extends FieldValues, A> {
  /** One value for every field there is: what the platform says of another one is shown as `failure`. */
  defaultValues: DefaultValues<V>;
  /** Sends the values. A failure is shown: at the fields it names, else as `failure`. */
  send: (values: V) => Promise<A>;
  /** What to do once it has succeeded. */
  onDone?: (answer: A, values: V) => void | Promise<void>;
  /** The platform's rules for these values, checked before they are sent; see `rules.ts`. One object for all renders. */
  rules?: Rules<V>;
}

export interface RequestForm<V extends FieldValues> {
  form: UseFormReturn<V>;
  control: UseFormReturn<V>["control"];
  /** For `<form onSubmit>`. */
  submit: (event?: BaseSyntheticEvent) => Promise<void>;
  /** Why the last try failed, where no field is to blame. */
  failure: ApiError | undefined;
  isSending: boolean;
}

/**
 * A form that becomes one request. Fields are checked by the platform's own rules once they have been touched, and
 * all of them before sending; what the platform then still objects to is shown at the fields it names.
 */
export function useRequestForm<V extends FieldValues, A = unknown>({
  defaultValues,
  send,
  onDone,
  rules,
}: RequestFormOptions<V, A>): RequestForm<V> {
  const [failure, setFailure] = useState<ApiError>();
  const resolver = useMemo<Resolver<V> | undefined>(
    () => rules && (async (values) => result(values, (await rules())(values))),
    [rules],
  );
  const form = useForm<V>({ defaultValues, mode: "onTouched", ...(resolver === undefined ? {} : { resolver }) });
  // What was wrong is looked at again with every key, also in a field that has not been left yet. A fault that went
  // only when the field is left would move the button that is just being pressed.
  useEffect(
    () =>
      form.subscribe({
        formState: { values: true },
        callback: ({ name, type }) => {
          if (type === "change" && name !== undefined && form.getFieldState(name as Path<V>).invalid)
            void form.trigger(name as Path<V>);
        },
      }),
    [form],
  );

  const submit = form.handleSubmit(async (values) => {
    setFailure(undefined);
    try {
      const answer = await send(values);
      await onDone?.(answer, values);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const elsewhere = error.violations.filter((one) => !Object.hasOwn(defaultValues, one.field.split(".")[0] ?? ""));
      for (const one of error.violations)
        if (!elsewhere.includes(one))
          form.setError(one.field as Path<V>, { type: one.rule, message: one.description }, { shouldFocus: true });
      if (error.violations.length === 0 || elsewhere.length > 0) setFailure(error);
    }
  });
  return { form, control: form.control, submit, failure, isSending: form.formState.isSubmitting };
}

/** Errors keep the rule and the platform's sentence; `useFieldError` makes words of them in the language shown. */
function result<V extends FieldValues>(values: V, violations: FieldViolation[]) {
  if (violations.length === 0) return { values, errors: {} };
  const errors: FieldErrors<V> = {};
  for (const one of violations) {
    const field = one.field === "" ? "root" : one.field;
    // Of what is left empty it is not said which form it must have.
    const missing = one.rule === "string.pattern" && get(values, field) === "";
    set(errors, field, { type: missing ? "required" : one.rule, message: one.description });
  }
  return { values: {}, errors };
}
