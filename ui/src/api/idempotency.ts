/** Keys that make a creation safe to repeat: the platform answers a repeat with what it answered the first time. */
import {
  create,
  toJsonString,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
} from "@bufbuild/protobuf";

/**
 * The key of one form. It stays the same while the same values are sent again (a double click, a retry after a lost
 * connection) and is another one for other values and after a success.
 */
export class Submission {
  #sent: string | undefined;
  #key = "";

  /** The key to send this request with. */
  key<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): string {
    const sent = `${String(method)} ${toJsonString(method.input, create(method.input, request))}`;
    if (sent !== this.#sent) {
      this.#sent = sent;
      this.#key = crypto.randomUUID();
    }
    return this.#key;
  }

  /** To be called when the request has succeeded: the next one is new, even with the same values. */
  done(): void {
    this.#sent = undefined;
  }

  /** Calls `send` with the key; a success ends the submission. */
  async run<I extends DescMessage, O extends DescMessage, T>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    send: (request: MessageInitShape<I>, options: { idempotencyKey: string }) => Promise<T>,
  ): Promise<T> {
    const answer = await send(request, { idempotencyKey: this.key(method, request) });
    this.done();
    return answer;
  }
}
