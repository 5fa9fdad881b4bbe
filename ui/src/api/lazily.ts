import { ApiError, ClientReason, Code } from "./errors";

/** A part of the application that is fetched when needed. Fails with ApiError (CLIENT_OFFLINE), as a call would. */
export async function lazily<M>(load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (error) {
    throw new ApiError({ reason: ClientReason.OFFLINE, message: String(error), code: Code.UNAVAILABLE });
  }
}
