/**
 * The state of a list in its address: filters, order, page. Whoever has the address sees the same list, and the
 * browser's back button undoes a filter.
 */
import { useCallback, useMemo } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";

/** How one value is written in an address. */
export interface Param<T> {
  /** What holds without the parameter; it is not written then. */
  fallback: T;
  /** The fallback for texts that mean nothing. */
  read: (text: string) => T;
  write: (value: T) => string;
}

/** Free text. Default: empty. */
export function text(fallback = ""): Param<string> {
  return { fallback, read: (value) => value, write: (value) => value };
}

/** A whole number. */
export function whole(fallback: number): Param<number> {
  return {
    fallback,
    read: (value) => (/^\d{1,9}$/.test(value) ? Number(value) : fallback),
    write: String,
  };
}

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[], fallback: NoInfer<T>): Param<T> {
  return { fallback, read: (value) => words.find((word) => word === value) ?? fallback, write: (value) => value };
}

/** Several of some words, in no order. Default: none. */
export function someOf<const T extends string>(words: readonly T[]): Param<readonly T[]> {
  const fallback: readonly T[] = [];
  return {
    fallback,
    read: (value) => words.filter((word) => value.split(",").includes(word)),
    write: (value) => value.join(","),
  };
}

type Params = Readonly<Record<string, Param<never>>>;
type ParamsOf<V> = { readonly [K in keyof V]: Param<V[K]> };
export type ValuesOf<P> = { [K in keyof P]: P[K] extends Param<infer T> ? T : never };

export interface ListState<V> {
  values: V;
  /** Whether any value differs from its fallback: whether there is something to clear. */
  filtered: boolean;
  /** Changes some values and goes back to the first page. */
  set: (changes: Partial<V>) => void;
  clear: () => void;
  page: {
    /** The request's `pageToken`. */
    token: string;
    /** From 1. */
    number: number;
    hasPrevious: boolean;
    /** To the page of this token, the `nextPageToken` of the present answer. */
    next: (token: string) => void;
    previous: () => void;
    first: () => void;
  };
}

interface Trail {
  /** The tokens of the pages before this one, first to last. */
  trail?: readonly string[];
}

const TOKEN = "after";
const NUMBER = "page";

/** `params` must be one object for the life of the component: declare it outside. */
export function useListState<P extends ParamsOf<ValuesOf<P>>>(params: P): ListState<ValuesOf<P>> {
  const [search] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const values = useMemo(() => read(params as unknown as Params, search) as ValuesOf<P>, [params, search]);
  const trail = useMemo(() => (location.state as Trail | null)?.trail ?? [], [location.state]);
  const token = search.get(TOKEN) ?? "";
  const number = Math.max(1, Number.parseInt(search.get(NUMBER) ?? "1", 10) || 1);

  const go = useCallback(
    (next: URLSearchParams, state: Trail | null, replace = false) => {
      // The path stays: lists may stand below any address.
      void navigate(
        { search: next.size === 0 ? "" : `?${next.toString()}` },
        { state, replace, preventScrollReset: true },
      );
    },
    [navigate],
  );
  const set = useCallback(
    (changes: Partial<ValuesOf<P>>) => {
      const next = without(search, TOKEN, NUMBER);
      for (const [name, value] of Object.entries(changes)) {
        const param = params[name as keyof P] as unknown as Param<unknown>;
        const written = param.write(value);
        if (written === param.write(param.fallback)) next.delete(name);
        else next.set(name, written);
      }
      // A search that is being typed is one step back, not one for each letter.
      go(
        next,
        null,
        Object.keys(changes).every((name) => search.has(name) && next.has(name)),
      );
    },
    [params, search, go],
  );
  const toPage = (target: string, at: number, before: readonly string[]): void => {
    const next = without(search, TOKEN, NUMBER);
    if (target !== "") next.set(TOKEN, target);
    if (at > 1) next.set(NUMBER, String(at));
    go(next, before.length > 0 ? { trail: before } : null);
  };
  return {
    values,
    filtered: Object.keys(params).some((name) => search.has(name)),
    set,
    clear: () => go(without(search, TOKEN, NUMBER, ...Object.keys(params)), null),
    page: {
      token,
      number,
      hasPrevious: token !== "",
      next: (target) => toPage(target, number + 1, [...trail, token]),
      // An address that came from elsewhere has no trail: tokens only lead forward.
      previous: () => toPage(trail.at(-1) ?? "", trail.length > 0 ? number - 1 : 1, trail.slice(0, -1)),
      first: () => toPage("", 1, []),
    },
  };
}

function read(params: Params, search: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const written = search.get(name);
      return [name, written === null ? param.fallback : param.read(written)];
    }),
  );
}

function without(search: URLSearchParams, ...names: string[]): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of names) next.delete(name);
  return next;
}
