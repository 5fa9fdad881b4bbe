/** Files that the platform streams (google.api.HttpBody), such as CSV exports. */
import type { DescMessage, DescMethodServerStreaming, MessageInitShape } from "@bufbuild/protobuf";

import { ApiError, ClientReason } from "./errors";
import { send, type CallOptions } from "./rest";
import type { Transport } from "./transport";

/** The whole file. Fails with ApiError. `onProgress` is told the bytes received so far. */
export async function fetchFile<I extends DescMessage, O extends DescMessage>(
  transport: Transport,
  method: DescMethodServerStreaming<I, O>,
  request: MessageInitShape<I>,
  { onProgress, ...options }: CallOptions & { onProgress?: (bytes: number) => void } = {},
): Promise<Blob> {
  const response = await send(transport, method, request, "*/*", options);
  const parts: BlobPart[] = [];
  let bytes = 0;
  try {
    if (response.body !== null)
      for await (const part of response.body) {
        parts.push(part);
        onProgress?.((bytes += part.length));
      }
  } catch (error) {
    const reason = options.signal?.aborted ? ClientReason.CANCELLED : ClientReason.OFFLINE;
    throw new ApiError({ reason, message: error instanceof Error ? error.message : String(error) });
  }
  return new Blob(parts, { type: response.headers.get("content-type") ?? "application/octet-stream" });
}

/** Has the browser save a file under a name. */
export function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
