/** The last part of the breadcrumbs, where the address does not say it: the name of what a page is about. */
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";

interface Crumb {
  name: string | undefined;
  setName: (name: string | undefined) => void;
}

const CrumbContext = createContext<Crumb>({ name: undefined, setName: () => undefined });

export function CrumbProvider({ children }: { children: ReactNode }): ReactNode {
  const [name, setName] = useState<string>();
  const value = useMemo(() => ({ name, setName }), [name]);
  return <CrumbContext value={value}>{children}</CrumbContext>;
}

/** Names the page in the breadcrumbs for as long as it is shown: `useCrumb(user?.displayName)`. */
export function useCrumb(name: string | undefined): void {
  const { setName } = use(CrumbContext);
  useEffect(() => {
    setName(name);
    return () => setName(undefined);
  }, [name, setName]);
}

/** What the page that is shown has called itself. */
export function useCrumbName(): string | undefined {
  return use(CrumbContext).name;
}
