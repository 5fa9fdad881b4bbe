import { useMemo, type ReactNode } from "react";
import { Outlet, useParams } from "react-router";
import { ThemeProvider } from "styled-components";

import { PLATFORM } from "@/api/session";
import { useMode } from "@/design/Design";
import { theme } from "@/design/theme";
import { tokensOf } from "@/design/tokens";
import { AreaProvider, useArea } from "@/session/AreaProvider";
import { SessionProvider } from "@/session/SessionProvider";

/** `/master-admin` or `/t/:slug`: everything below has the session of its realm, and a tenant's own colours. */
export function Area(): ReactNode {
  const { slug = PLATFORM } = useParams();
  return (
    <SessionProvider key={slug} realm={slug}>
      <AreaProvider>
        <Brand>
          <Outlet />
        </Brand>
      </AreaProvider>
    </SessionProvider>
  );
}

function Brand({ children }: { children: ReactNode }): ReactNode {
  const { color } = useArea();
  const { mode } = useMode();
  const tokens = useMemo(() => tokensOf(mode, color), [color, mode]);
  return (
    <ThemeProvider theme={tokens}>
      {color !== undefined && <theme.GlobalStyle />}
      {children}
    </ThemeProvider>
  );
}
