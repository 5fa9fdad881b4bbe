import { Suspense, type ReactNode } from "react";

import { reportId } from "@/api/errors";
import { isFailure } from "@/api/rtk";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";

/** What RTK Query's hooks say of a question. */
export interface Query<T> {
  data?: T | undefined;
  error?: unknown;
  isFetching: boolean;
  refetch: () => unknown;
}

interface AskedProps<T> {
  query: Query<T>;
  /** What is being loaded. */
  label: string;
  lines?: number;
  children: (answer: T) => ReactNode;
}

/**
 * An answer once it is there; until then that it is on its way, or why it does not come. What shows the answer may be on
 * its way too, such as its texts: that is no reason to take the page around it away.
 */
export function Asked<T>({ query: { data, error, isFetching, refetch }, label, lines = 5, children }: AskedProps<T>) {
  const waiting = (
    <Loading label={label}>
      <SkeletonText lines={lines} />
    </Loading>
  );
  // What was there stays, though asking again failed: somebody may be in the middle of something.
  if (data !== undefined) return <Suspense fallback={waiting}>{children(data)}</Suspense>;
  if (error === undefined || isFetching) return waiting;
  return (
    <ErrorState
      failure={error}
      requestId={isFailure(error) ? reportId(error) : undefined}
      onRetry={() => void refetch()}
      isRetrying={isFetching}
    />
  );
}
