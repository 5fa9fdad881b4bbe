import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { User_Status as Status, type User } from "@/api/gen/atrium/iam/v1/user_pb";
import { StatusBadge, type BadgeTone } from "@/design/Badge/Badge";

/** How addresses and texts write a status. */
export const STATUSES = {
  invited: Status.INVITED,
  active: Status.ACTIVE,
  suspended: Status.SUSPENDED,
  deleted: Status.DELETED,
} as const;
export type StatusWord = keyof typeof STATUSES;

const TONES: Record<StatusWord, BadgeTone> = {
  invited: "info",
  active: "success",
  suspended: "warning",
  deleted: "neutral",
};

export function statusWord(status: Status): StatusWord {
  const words = Object.keys(STATUSES) as StatusWord[];
  return words.find((word) => STATUSES[word] === status) ?? "active";
}

export function UserStatusBadge({ user }: { user: User }): ReactNode {
  const { t } = useTranslation("users");
  const word = statusWord(user.status);
  return <StatusBadge tone={TONES[word]}>{t(`status.${word}`)}</StatusBadge>;
}
