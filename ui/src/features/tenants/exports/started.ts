/**
 * The archives that were started in this tab. The platform lists none: older ones are found in the audit log, which
 * has an entry only a moment after its call and is not open to everybody who may export.
 */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";

import { rootReducer } from "@/api/rtk";

export type Started = Readonly<Record<string, readonly string[]>>;
const NONE: readonly string[] = [];
const initialState: Started = {};

export const startedExports = createSlice({
  name: "startedExports",
  initialState,
  reducers: {
    started: (state, { payload: { tenantId, id } }: PayloadAction<{ tenantId: string; id: string }>) => ({
      ...state,
      [tenantId]: [id, ...(state[tenantId] ?? [])],
    }),
  },
  selectors: {
    /** The ids of a tenant's archives, newest first. */
    ofTenant: (state, tenantId: string) => state[tenantId] ?? NONE,
  },
}).injectInto(rootReducer);
