import { ApiError, ClientReason } from "./errors";
import { isFailure } from "./rtk";

/** The answer of a mutation. Fails with ApiError, as clients do, where the store keeps a plain failure. */
export async function answered<T>(call: { unwrap: () => Promise<T> }): Promise<T> {
  try {
    return await call.unwrap();
  } catch (error) {
    if (isFailure(error)) throw new ApiError(error);
    // A store that is emptied because the session has ended gives up what is under way.
    if (error instanceof Object && "name" in error && error.name === "AbortError")
      throw new ApiError({ reason: ClientReason.CANCELLED, message: "the session ended meanwhile" });
    throw error;
  }
}
