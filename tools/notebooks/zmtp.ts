/**
 * Just enough of ZeroMQ's protocol to talk to a Jupyter kernel over TCP: the client's side, without encryption.
 * https://rfc.zeromq.org/spec/23/ (npm's zeromq wakes up late, or never, under Deno.)
 *
 * @module
 */

/** A DEALER sends requests and receives replies; a SUB receives all that is published. */
type SocketType = "DEALER" | "SUB";

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** A connected socket. */
export class Socket {
  readonly #connection: Deno.Conn;
  #buffer = new Uint8Array(1 << 16);
  #start = 0;
  #end = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects, greets and, for a SUB, subscribes to everything. */
  static async connect(type: SocketType, port: number): Promise<Socket> {
    const socket = new Socket(await Deno.connect({ hostname: "127.0.0.1", port }));
    const greeting = new Uint8Array(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
    greeting.set(new TextEncoder().encode("NULL"), 12);
    await socket.#write(greeting);
    const theirs = await socket.#read(64);
    if (theirs[0] !== 0xff || theirs[10] < 3) throw new Error(`port ${port} does not speak ZeroMQ 3`);
    await socket.#write(
      frame(COMMAND, [name("READY"), name("Socket-Type"), value(type), name("Identity"), value("")]),
    );
    const ready = await socket.#frame();
    if (!(ready.flags & COMMAND)) throw new Error(`port ${port} answers a greeting with a message`);
    if (type === "SUB") await socket.send([new Uint8Array([1])]);
    return socket;
  }

  /** Sends a message of one or more parts. */
  async send(parts: readonly (string | Uint8Array)[]): Promise<void> {
    const bytes = parts.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part);
    const frames = bytes.map((part, i) => frame(i < bytes.length - 1 ? MORE : 0, [part]));
    // In one go: TCP would hold the second of two small pieces back for 40 ms.
    await this.#write(join(frames));
  }

  /**
   * The next message.
   *
   * @throws {Deno.errors.UnexpectedEof} if the other side has gone.
   */
  async receive(): Promise<Uint8Array[]> {
    const parts: Uint8Array[] = [];
    while (true) {
      const { flags, body } = await this.#frame();
      if (flags & COMMAND) continue;
      parts.push(body);
      if (!(flags & MORE)) return parts;
    }
  }

  /** Hangs up. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // The other side was faster.
    }
  }

  async #frame(): Promise<{ flags: number; body: Uint8Array }> {
    const flags = (await this.#read(1))[0];
    const size = flags & LONG
      ? Number(new DataView((await this.#read(8)).buffer).getBigUint64(0))
      : (await this.#read(1))[0];
    return { flags, body: await this.#read(size) };
  }

  /** Exactly so many bytes. */
  async #read(size: number): Promise<Uint8Array> {
    while (this.#end - this.#start < size) {
      if (this.#start + size > this.#buffer.length) {
        const larger = size > this.#buffer.length ? new Uint8Array(2 * size) : this.#buffer;
        larger.set(this.#buffer.subarray(this.#start, this.#end));
        [this.#buffer, this.#end, this.#start] = [larger, this.#end - this.#start, 0];
      }
      const read = await this.#connection.read(this.#buffer.subarray(this.#end));
      if (read === null) throw new Deno.errors.UnexpectedEof("the kernel has hung up");
      this.#end += read;
    }
    this.#start += size;
    return this.#buffer.slice(this.#start - size, this.#start);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
  }
}

/** One frame: flags, size, body. */
function frame(flags: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = join(parts);
  if (body.length < 256) return join([new Uint8Array([flags, body.length]), body]);
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return join([head, body]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A name, with its length in one byte. */
function name(text: string): Uint8Array {
  return new Uint8Array([text.length, ...new TextEncoder().encode(text)]);
}

/** A property's value, with its length in four bytes. */
function value(text: string): Uint8Array {
  return new Uint8Array([0, 0, 0, text.length, ...new TextEncoder().encode(text)]);
}
