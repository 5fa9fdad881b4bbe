/** The one RTK Query api, without endpoints: each module injects its own. Loaded with the first module that uses it. */
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { combineSlices, configureStore, isPlain } from "@reduxjs/toolkit";
import { createApi, type BaseQueryFn } from "@reduxjs/toolkit/query/react";

import { ApiError, type ApiFailure } from "./errors";
import { callUnary, type CallOptions } from "./rest";
import type { Session } from "./session";

export interface RpcCall {
  method: DescMethodUnary;
  request: MessageInitShape<DescMessage>;
  options?: Pick<CallOptions, "idempotencyKey">;
}

interface Extra {
  session: Session;
}

const rpcBaseQuery: BaseQueryFn<RpcCall, unknown, ApiFailure> = async ({ method, request, options }, store) => {
  const { session } = store.extra as Extra;
  try {
    return { data: await callUnary(session.transport, method, request, { ...options, signal: store.signal }) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { error: error.toFailure() };
  }
};

/** Modules add `tagTypes` and endpoints with `enhanceEndpoints` and `injectEndpoints`. */
export const api = createApi({ reducerPath: "api", baseQuery: rpcBaseQuery, tagTypes: [], endpoints: () => ({}) });

/** What an endpoint may be called with: the request, and for creations a key from `idempotency.ts`. */
export type Keyed<Q> = Q & { idempotencyKey?: string };

/** Ties an endpoint's argument and result to a method: `build.query({ ...rpc(TenantService.method.listTenants) })`. */
export function rpc<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>) {
  return {
    query: ({ idempotencyKey, ...request }: Keyed<MessageInitShape<I>>): RpcCall => ({
      method,
      request,
      ...(idempotencyKey === undefined ? {} : { options: { idempotencyKey } }),
    }),
    transformResponse: (answer: unknown) => answer as MessageShape<O>,
  };
}

/** The root reducer; modules add slices of their own with `rootReducer.inject`. */
export const rootReducer = combineSlices(api);
export type RootState = ReturnType<typeof rootReducer>;

const makeStore = (session: Session) =>
  configureStore({
    reducer: rootReducer,
    middleware: (defaults) =>
      defaults({
        thunk: { extraArgument: { session } satisfies Extra },
        serializableCheck: {
          // 64-bit integers are bigints, files are bytes; calls carry their method's descriptor.
          isSerializable: (value: unknown) =>
            typeof value === "bigint" || value instanceof Uint8Array || isPlain(value),
          ignoredActionPaths: ["meta.baseQueryMeta", "meta.arg"],
        },
        immutableCheck: false,
      }).concat(api.middleware),
  });
export type Store = ReturnType<typeof makeStore>;

const stores = new WeakMap<Session, Store>();

/** The store of a session. It is emptied when somebody else signs in. */
export function storeOf(session: Session): Store {
  const known = stores.get(session);
  if (known !== undefined) return known;
  const store = makeStore(session);
  stores.set(session, store);
  let who = whoIs(session);
  session.subscribe(() => {
    if (whoIs(session) === who) return;
    who = whoIs(session);
    store.dispatch(api.util.resetApiState());
  });
  return store;
}

function whoIs(session: Session): string {
  return session.state.status === "signed-in" ? session.state.sessionId : "";
}

/** Whether an error of an RTK Query hook is the platform's. */
export function isFailure(error: unknown): error is ApiFailure {
  return typeof error === "object" && error !== null && "reason" in error && "violations" in error;
}
