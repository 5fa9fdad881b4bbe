import type { DescMethod } from "@bufbuild/protobuf";
import { useMemo } from "react";

import { opensToOwnTenant, permissionOf } from "@/api/access";

import { useSession } from "./SessionProvider";

export type Can = (what: DescMethod | string) => boolean;

/**
 * Whether the person who is signed in may call a method (`can(UserService.method.createUser)`), or has a permission.
 * It decides what is offered; the platform decides what is done.
 */
export function useCan(): Can {
  const { me } = useSession();
  return useMemo(() => {
    const held = new Set(me?.permissions);
    return (what) => {
      if (typeof what === "string") return held.has(what);
      const permission = permissionOf(what);
      return permission === undefined || held.has(permission) || (me?.tenant !== undefined && opensToOwnTenant(what));
    };
  }, [me]);
}
