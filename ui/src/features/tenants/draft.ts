/**
 * What is being filled in, kept over a session's end: somebody who has to sign in again finds the form as it was.
 * It stays in this tab, under the person's id, so that nobody else who signs in here sees it. Never for secrets.
 */
import { useEffect, useMemo } from "react";
import type { FieldValues, UseFormReturn } from "react-hook-form";

import { useMe } from "@/session/SessionProvider";

export interface Draft<V> {
  /** What was kept; undefined when there is nothing. */
  read: () => Partial<V> | undefined;
  keep: (values: V) => void;
  drop: () => void;
}

/** `name` is the form's, with the id of what it is about: `settings.ten_1`. */
export function useDraft<V>(name: string): Draft<V> {
  const { user } = useMe();
  const key = `atrium.draft.${user?.id ?? ""}.${name}`;
  return useMemo(
    () => ({
      read: () => read<V>(key),
      keep: (values) => sessionStorage.setItem(key, JSON.stringify(values)),
      drop: () => sessionStorage.removeItem(key),
    }),
    [key],
  );
}

/** Keeps a form's values in its draft from the first change on. */
export function useKept<V extends FieldValues>(form: UseFormReturn<V>, draft: Draft<V>): void {
  useEffect(
    () => form.subscribe({ formState: { values: true }, callback: ({ values }) => draft.keep(values) }),
    [form, draft],
  );
}

function read<V>(key: string): Partial<V> | undefined {
  const text = sessionStorage.getItem(key);
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
