import type { DescService } from "@bufbuild/protobuf";
import { useMemo } from "react";

import { createClient, type Client } from "@/api/rest";

import { useSession } from "./SessionProvider";

/** A client of a service for whoever is signed in; the same object at every render. */
export function useClient<S extends DescService>(service: S): Client<S> {
  const { session } = useSession();
  return useMemo(() => createClient(service, session.transport), [service, session]);
}
