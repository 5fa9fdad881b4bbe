import { ApiError } from "@/api/errors";
import { isFailure } from "@/api/rtk";

/** The answer of a mutation. Fails with ApiError, as clients do, where the store keeps a plain failure. */
export async function answered<T>(call: { unwrap: () => Promise<T> }): Promise<T> {
  try {
    return await call.unwrap();
  } catch (error) {
    throw isFailure(error) ? new ApiError(error) : error;
  }
}
