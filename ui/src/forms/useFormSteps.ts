import { useEffect, useRef, useState } from "react";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";

export interface FormStep<Id extends string, V extends FieldValues> {
  id: Id;
  /** What the step asks for; nothing where it only shows what was filled in. */
  fields: readonly Path<V>[];
}

interface FormStepsOptions<Id extends string, V extends FieldValues> {
  form: UseFormReturn<V>;
  /** One array for all renders. */
  steps: readonly FormStep<Id, V>[];
  /** The step that is wanted, from the address for instance; the first one where it is none. */
  at: string | null | undefined;
  onGo: (step: Id) => void;
  /** Whether a step whose fields are right may be left; it says itself why not. Default: always. */
  mayLeave?: (step: Id) => boolean;
}

export interface FormSteps<Id extends string> {
  /** The step that is shown: never one that cannot have been reached. */
  at: Id;
  isLast: boolean;
  /** How many steps have been done, and may be gone back to. */
  reached: number;
  /** Goes on if all fields of the step are right, else to the first that is wrong. */
  next: () => Promise<void>;
}

/**
 * The steps of a form that is filled in one after the other and sent at the end. A form that begins with values (a
 * draft) begins with the steps done that they fill. When something is wrong with a step that is not shown, it is shown,
 * with the keyboard at the field.
 */
export function useFormSteps<Id extends string, V extends FieldValues>({
  form,
  steps,
  at: asked,
  onGo,
  mayLeave,
}: FormStepsOptions<Id, V>): FormSteps<Id> {
  const [reached, setReached] = useState(() => doneBefore(form.getValues(), steps));
  const index = Math.min(
    Math.max(
      steps.findIndex(({ id }) => id === asked),
      0,
    ),
    reached,
  );
  const step = steps[index] ?? steps[0];
  if (step === undefined) throw new Error("a form of steps has at least one");
  const isLast = index === steps.length - 1;

  const { errors } = form.formState;
  const go = useRef(onGo);
  useEffect(() => void (go.current = onGo));
  useEffect(() => {
    const wrong = Object.keys(errors);
    const has = ({ fields }: FormStep<Id, V>): boolean => fields.some((field) => wrong.includes(rootOf(field)));
    const first = steps.find(has);
    // Only what is sent at the end can come back with faults of steps before it.
    if (isLast && first !== undefined && !has(step)) go.current(first.id);
  }, [errors, isLast, step, steps]);

  const shown = useRef(step.id);
  useEffect(() => {
    if (shown.current === step.id) return;
    shown.current = step.id;
    const wrong = step.fields.find((field) => form.getFieldState(field).invalid);
    if (wrong !== undefined) form.setFocus(wrong);
  }, [step, form]);

  return {
    at: step.id,
    isLast,
    reached,
    next: async () => {
      if (step.fields.length > 0 && !(await form.trigger([...step.fields], { shouldFocus: true }))) return;
      if (mayLeave !== undefined && !mayLeave(step.id)) return;
      const following = steps[index + 1];
      if (following === undefined) return;
      setReached(Math.max(reached, index + 1));
      onGo(following.id);
    },
  };
}

/** How many steps are filled in: those before the first that lacks something. */
function doneBefore<Id extends string, V extends FieldValues>(values: V, steps: readonly FormStep<Id, V>[]): number {
  const open = steps.findIndex(({ fields }) =>
    fields.some((field) => [undefined, null, ""].includes(read(values, field))),
  );
  return open === -1 ? steps.length - 1 : open;
}

function read(values: FieldValues, path: string): undefined | null | string {
  return path.split(".").reduce<unknown>((at, key) => (at as FieldValues | undefined)?.[key], values) as string;
}

function rootOf(path: string): string {
  return path.split(".")[0] ?? path;
}
