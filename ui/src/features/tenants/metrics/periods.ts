import { oneOf } from "@/routing/listState";

export const PERIODS = ["7", "30", "90", "365"] as const;
export type Period = (typeof PERIODS)[number];

/** How many days are shown, as it stands in the address. */
export const periodParams = { days: oneOf(PERIODS, "30") };
