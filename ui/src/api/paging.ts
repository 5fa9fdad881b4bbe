/** Lists come in pages; each names the token of the next, empty on the last. */

interface PageAnswer {
  nextPageToken: string;
}

/** The answers of all pages, one after the other. For lists that are short by nature, such as roles. */
export async function* pages<Q extends object, A extends PageAnswer>(
  list: (request: Q & { pageToken: string }) => Promise<A>,
  request: Q,
): AsyncGenerator<A> {
  let pageToken = "";
  do {
    const answer = await list({ ...request, pageToken });
    yield answer;
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
}

/** The things of all pages. Stops after `atMost` of them. */
export async function everything<Q extends object, A extends PageAnswer, T>(
  list: (request: Q & { pageToken: string }) => Promise<A>,
  request: Q,
  things: (answer: A) => readonly T[],
  atMost = 5000,
): Promise<T[]> {
  const found: T[] = [];
  for await (const answer of pages(list, request)) {
    found.push(...things(answer));
    if (found.length >= atMost) return found.slice(0, atMost);
  }
  return found;
}
