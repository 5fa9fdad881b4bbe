import { useEffect, useState } from "react";

import { ApiError } from "@/api/errors";
import type { Hit, Search } from "@/routing/module";
import { useSession } from "@/session/SessionProvider";

export interface Found {
  search: Search;
  hits: Hit[];
}

interface Hits {
  /** Whether the platform is being asked. */
  searching: boolean;
  found: Found[];
  /** Why nothing could be found, where it is not for want of anything. */
  failure: ApiError | undefined;
}

const LEAST_LETTERS = 2;
const PAUSE_MS = 180;
const NOTHING: Hits = { searching: false, found: [], failure: undefined };

/** What the modules' searches find for what is being typed. Asks once somebody pauses, and forgets older answers. */
export function useHits(query: string, searches: readonly Search[]): Hits {
  const { session, realm, me } = useSession();
  const tenantId = me?.tenant?.id ?? "";
  const words = query.trim();
  const active = words.length >= LEAST_LETTERS && searches.length > 0;
  const [state, setState] = useState<Hits & { words: string }>({ ...NOTHING, words: "" });
  useEffect(() => {
    if (!active) return;
    const control = new AbortController();
    const { signal } = control;
    const ask = async (): Promise<void> => {
      const looking = { transport: session.transport, realm, tenantId, signal };
      const answers = await Promise.allSettled(
        searches.map(async (search) => ({ search, hits: await (await search.load())(words, looking) })),
      );
      if (signal.aborted) return;
      const found = answers.flatMap((one) =>
        one.status === "fulfilled" && one.value.hits.length > 0 ? [one.value] : [],
      );
      const failure = answers.find((one) => one.status === "rejected" && one.reason instanceof ApiError);
      setState({
        words,
        searching: false,
        found,
        failure: failure?.status === "rejected" ? (failure.reason as ApiError) : undefined,
      });
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [active, words, searches, session, realm, tenantId]);
  if (!active) return NOTHING;
  return { ...state, searching: state.words !== words };
}
