import { useCallback, useEffect, useMemo, useState } from "react";

import { ApiError } from "@/api/errors";

export interface Answer<T> {
  /** What the platform said last; stays while it is asked again, until it is asked something else. */
  answer: T | undefined;
  /** Why the last question got no answer. */
  failure: ApiError | undefined;
  /** Whether the platform is being asked. */
  pending: boolean;
  /** Asks the same again. */
  reload: () => void;
  /** Puts something else in the answer's place, such as what a change has answered. */
  replace: (change: (answer: T) => T) => void;
}

interface Known<T> {
  about: object;
  ask: unknown;
  answer: T | undefined;
  failure: ApiError | undefined;
}

/**
 * An answer of the platform. It is asked whenever `ask` is another function (make it with `useCallback`), and not at
 * all while `ask` is undefined. `keep` leaves the answer to the question before in place until the next one is there:
 * for pages of a list.
 */
export function useAnswer<T>(
  ask: ((signal: AbortSignal) => Promise<T>) | undefined,
  { keep = false }: { keep?: boolean } = {},
): Answer<T> {
  const [tries, setTries] = useState(0);
  const [known, setKnown] = useState<Known<T>>();
  // One object for each time of asking.
  const question = useMemo(() => ({ ask, tries }), [ask, tries]);
  useEffect(() => {
    if (question.ask === undefined) return;
    const control = new AbortController();
    const { ask } = question;
    const look = async (): Promise<void> => {
      try {
        const answer = await ask(control.signal);
        if (!control.signal.aborted) setKnown({ about: question, ask, answer, failure: undefined });
      } catch (error) {
        if (control.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setKnown((before) => {
          const still = before !== undefined && (keep || before.ask === ask);
          return { about: question, ask, answer: still ? before.answer : undefined, failure: error };
        });
      }
    };
    void look();
    return () => control.abort();
  }, [question, keep]);
  const reload = useCallback(() => setTries((before) => before + 1), []);
  const replace = useCallback(
    (change: (answer: T) => T) =>
      setKnown((before) =>
        before?.answer === undefined ? before : { ...before, answer: change(before.answer), failure: undefined },
      ),
    [],
  );
  const about = known !== undefined && (keep || known.ask === ask) ? known : undefined;
  const pending = ask !== undefined && known?.about !== question;
  return { answer: about?.answer, failure: pending ? undefined : about?.failure, pending, reload, replace };
}
