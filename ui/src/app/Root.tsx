import { Suspense, type ReactNode } from "react";
import { RouterProvider as AriaRouterProvider } from "react-aria-components";
import { Outlet, ScrollRestoration, useHref, useNavigate, type NavigateOptions } from "react-router";

import { Waiting } from "./Waiting";

declare module "react-aria-components" {
  interface RouterConfig {
    routerOptions: NavigateOptions;
  }
}

/** Around every page: links of the design's components change the page without loading it anew. */
export function Root(): ReactNode {
  const navigate = useNavigate();
  return (
    // oxlint-disable-next-line react/hooks -- they are given the hook itself, and call it in every link
    <AriaRouterProvider navigate={(to, options) => void navigate(to, options)} useHref={useHref}>
      <ScrollRestoration />
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
    </AriaRouterProvider>
  );
}
