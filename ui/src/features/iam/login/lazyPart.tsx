import { lazy, Suspense, type ComponentType, type ReactNode } from "react";

import { Spinner } from "@/design/Spinner/Spinner";

/** A component that is fetched when it is first shown. */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => ReactNode {
  const Part = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return function LazyPart(props: P): ReactNode {
    return (
      <Suspense fallback={<Spinner size={20} />}>
        <Part {...props} />
      </Suspense>
    );
  };
}
