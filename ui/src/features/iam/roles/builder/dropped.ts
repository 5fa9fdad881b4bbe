import type { DropEvent } from "@react-types/shared";

import { PERMISSION_TYPE } from "./PermissionChip";

/** The names of permissions that were dropped. */
export async function droppedPermissions({ items }: Pick<DropEvent, "items">): Promise<string[]> {
  const texts = items.flatMap((item) =>
    item.kind === "text" && item.types.has(PERMISSION_TYPE) ? [item.getText(PERMISSION_TYPE)] : [],
  );
  return Promise.all(texts);
}
