import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";

import { ApiError, Code } from "@/api/errors";
import { PLATFORM } from "@/api/session";
import { getBrand, getSetup } from "@/api/visitor";

import { useSession } from "./SessionProvider";

export interface Area {
  /** The tenant's name, or that of the organisation that runs the installation; undefined while not known. */
  name: string | undefined;
  /** The tenant's colour, `#rrggbb`; undefined for the platform. */
  color: string | undefined;
  /** The tenant's logo as a data: address; empty for none. */
  logo: string;
  /** Whether the address is that of no tenant. */
  missing: boolean;
  /** Whether the installation waits for its set-up; only said of the platform. */
  open: boolean;
  /** Whether mails are not sent but stay on the platform's machine; only said of the platform. */
  mailKept: boolean;
}

interface AreaValue extends Area {
  /** Asks again, after somebody has changed how the tenant looks. */
  reload: () => Promise<void>;
}

const AreaContext = createContext<AreaValue | undefined>(undefined);
const UNKNOWN: Area = { name: undefined, color: undefined, logo: "", missing: false, open: false, mailKept: false };

/** How the area of the session looks. What was seen last is shown until the platform has answered. */
export function AreaProvider({ children }: { children: ReactNode }): ReactNode {
  const { session, realm } = useSession();
  const [area, setArea] = useState<Area>(() => remembered(realm));
  const reload = useCallback(async () => {
    try {
      const next = await look(realm, session.transport);
      localStorage.setItem(key(realm), JSON.stringify({ name: next.name, color: next.color }));
      setArea(next);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Without an answer the pages look as they did, or as ours. That the edge knows no such call is no answer.
      if (error.code === Code.NOT_FOUND && error.domain !== "atrium.edge") setArea({ ...UNKNOWN, missing: true });
    }
  }, [realm, session]);
  useEffect(() => {
    const look = (): void => void reload();
    look();
  }, [reload]);
  const value = useMemo(() => ({ ...area, reload }), [area, reload]);
  return <AreaContext value={value}>{children}</AreaContext>;
}

export function useArea(): AreaValue {
  const value = use(AreaContext);
  if (value === undefined) throw new Error("there is no AreaProvider around this component");
  return value;
}

type Ask = Parameters<typeof getSetup>[0];

async function look(realm: string, transport: Ask): Promise<Area> {
  if (realm === PLATFORM) {
    const { open, organizationName, mailKept } = await getSetup(transport);
    return { ...UNKNOWN, open, mailKept, name: organizationName === "" ? undefined : organizationName };
  }
  const { displayName, primaryColor, logo } = await getBrand(realm, transport);
  return { ...UNKNOWN, name: displayName, color: isColor(primaryColor) ? primaryColor : undefined, logo };
}

const key = (realm: string): string => `atrium.area.${realm}`;

function remembered(realm: string): Area {
  try {
    const { name, color } = JSON.parse(localStorage.getItem(key(realm)) ?? "{}") as Record<string, unknown>;
    return {
      ...UNKNOWN,
      name: typeof name === "string" ? name : undefined,
      color: isColor(color) ? color : undefined,
    };
  } catch {
    return UNKNOWN;
  }
}

function isColor(value: unknown): value is string {
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
}
