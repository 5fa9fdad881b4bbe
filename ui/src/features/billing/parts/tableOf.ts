import { reportId } from "@/api/errors";
import { isFailure } from "@/api/rtk";
import type { PageState } from "@/design/Pagination/Pagination";

import type { Query } from "./Asked";

/** What a DataTable wants to know about a list of the platform, but for its rows. */
export function tableOf(
  { data, error, isFetching, refetch }: Query<{ nextPageToken: string }>,
  page: PageState & { first: () => void },
) {
  return {
    isLoading: isFetching,
    failure: isFetching ? undefined : error,
    requestId: isFailure(error) ? reportId(error) : undefined,
    // A page that is not there any more is not asked for again.
    onRetry: () => (page.hasPrevious ? page.first() : void refetch()),
    page,
    nextPageToken: data?.nextPageToken,
  };
}
