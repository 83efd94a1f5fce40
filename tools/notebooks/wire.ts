/**
 * Jupyter's messages as they travel: frames with a signature.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 *
 * @module
 */
import { createHmac, randomUUID } from "node:crypto";

/** What all messages begin with. */
interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A message between a client and a kernel. */
export interface Message {
  header: Header;
  /** The header of the request that this answers; empty if none. */
  parent_header: Partial<Header>;
  metadata: Record<string, unknown>;
  // deno-lint-ignore no-explicit-any
  content: Record<string, any>;
}

const DELIMITER = "<IDS|MSG>";

/** Packs and unpacks the messages of one session. */
export class Wire {
  readonly #session = randomUUID();
  readonly #key: string;

  /** @param key Shared with the kernel: what is not signed with it is not believed. */
  constructor(key: string) {
    this.#key = key;
  }

  /** A request, ready to be sent, and its id. */
  pack(type: string, content: Record<string, unknown>): { id: string; frames: string[] } {
    const header: Header = {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.#session,
      username: "descent",
      date: new Date().toISOString(),
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    return { id: header.msg_id, frames: [DELIMITER, this.#sign(parts), ...parts] };
  }

  /**
   * Reads what a socket received.
   *
   * @throws {Error} if the signature is wrong.
   */
  unpack(frames: readonly Uint8Array[]): Message {
    const texts = frames.map((frame) => new TextDecoder().decode(frame));
    const [signature, ...parts] = texts.slice(texts.indexOf(DELIMITER) + 1).slice(0, 5);
    if (this.#sign(parts) !== signature) throw new Error("a message of the kernel has a wrong signature");
    const [header, parent_header, metadata, content] = parts.map((part) => JSON.parse(part));
    return { header, parent_header, metadata, content };
  }

  #sign(parts: readonly string[]): string {
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }
}
