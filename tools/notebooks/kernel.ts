/**
 * A client of Deno's Jupyter kernel. It needs nothing but Deno, and unlike others it misses nothing: after each cell
 * it waits for a mark that the kernel can only send when everything before it was sent.
 *
 * @module
 */
import { Socket } from "./zmtp.ts";
import { type Message, Wire } from "./wire.ts";

/** A cell failed: it threw, something it started threw, it took too long, or the kernel died. */
export class CellError extends Error {
  override name = "CellError";
}

/** How long the kernel may take to start, in milliseconds. */
const STARTING = 30_000;
/** How long it may take to send what a finished cell has printed. */
const DRAINING = 60_000;

/** What else than the cell itself may fail: exceptions of timers and of promises that nobody awaits. Jupyter swallows them. */
const PRELUDE = (mark: string) =>
  `{
  const report = (event, error) => {
    event.preventDefault();
    Deno.jupyter.broadcast("stream", { name: "stderr", text: "${mark} " + (error?.stack ?? String(error)) });
  };
  addEventListener("error", (event) => report(event, event.error));
  addEventListener("unhandledrejection", (event) => report(event, event.reason));
}`;

/** The kernel has two queues, one for what console prints and one for messages: a mark through each. */
const DRAIN = (mark: string) => `
  await new Promise((resolve) => setTimeout(resolve));
  console.log("${mark}");
  await Deno.jupyter.broadcast("stream", { name: "stderr", text: "${mark}" });`;

/** A running kernel. */
export class Kernel {
  readonly #wire: Wire;
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<never>;
  readonly #mark = `mark-${crypto.randomUUID()}`;
  #sockets: Socket[] = [];
  #stderr = "";
  #reply: (message: Message) => void = () => {};
  #published: (message: Message) => void = () => {};

  private constructor(key: string, process: Deno.ChildProcess, folder: string) {
    this.#wire = new Wire(key);
    this.#process = process;
    this.#folder = folder;
    (async () => {
      for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) this.#stderr += text;
    })();
    this.#ended = process.status.then(({ code }) => {
      throw new CellError(`the kernel ended with exit code ${code}. ${this.#stderr.trim()}`);
    });
    this.#ended.catch(() => {});
  }

  /**
   * Starts one.
   *
   * @param cwd The folder it runs in: a notebook's own.
   */
  static async start(cwd: string): Promise<Kernel> {
    const listeners = Array.from({ length: 5 }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    const [shell, iopub, stdin, control, heartbeat] = listeners.map((l) => (l.addr as Deno.NetAddr).port);
    for (const listener of listeners) listener.close();
    const key = crypto.randomUUID();
    // Beside the notebook: who may write that one needs no other permission.
    const folder = await Deno.realPath(await Deno.makeTempDir({ dir: cwd, prefix: ".kernel-" }));
    const file = `${folder}/connection.json`;
    await Deno.writeTextFile(
      file,
      JSON.stringify({
        transport: "tcp",
        ip: "127.0.0.1",
        shell_port: shell,
        iopub_port: iopub,
        stdin_port: stdin,
        control_port: control,
        hb_port: heartbeat,
        signature_scheme: "hmac-sha256",
        key,
      }),
    );
    const process = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", file],
      cwd,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const kernel = new Kernel(key, process, folder);
    try {
      await kernel.#within(STARTING, kernel.#connect(shell, iopub), "the kernel did not start");
      await kernel.run(PRELUDE(kernel.#mark), { silent: true });
      return kernel;
    } catch (error) {
      await kernel.close();
      throw error;
    }
  }

  /**
   * Runs a cell.
   *
   * @param code The cell.
   * @param options.timeout Milliseconds until it counts as hung.
   * @param options.silent Whether it is not counted.
   * @returns Its number, and everything that was published while it ran, in order.
   * @throws {CellError} if it failed.
   */
  async run(
    code: string,
    options: { timeout?: number; silent?: boolean } = {},
  ): Promise<{ count: number; messages: Message[] }> {
    const { timeout = STARTING, silent = false } = options;
    const messages: Message[] = [];
    const stray: string[] = [];
    let marks = 0;
    let drained = () => {};
    this.#published = (message) => {
      const { text } = message.content;
      if (message.header.msg_type !== "stream" || !text.includes(this.#mark)) messages.push(message);
      else if (text.startsWith(`${this.#mark} `)) stray.push(text.slice(this.#mark.length + 1));
      else {
        const before = text.slice(0, text.indexOf(this.#mark));
        if (before !== "") messages.push({ ...message, content: { ...message.content, text: before } });
        if (++marks === 2) drained();
      }
    };
    const reply = await this.#within(timeout, this.#request(code, silent), "it hung: no answer");
    const allPublished = new Promise<void>((resolve) => drained = resolve);
    await this.#within(
      DRAINING,
      this.#request(DRAIN(this.#mark), true),
      "the kernel hung after it: no answer",
    );
    await this.#within(DRAINING, allPublished, "its output did not arrive");
    const { status, ename, evalue, traceback, execution_count: count } = reply.content;
    if (status !== "ok") throw new CellError(traceback?.join("\n") || `${ename}: ${evalue}`);
    if (stray.length > 0) throw new CellError(`outside the cell's own flow, ${stray.join("\nand ")}`);
    return { count, messages };
  }

  /** Ends it. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #connect(shellPort: number, iopubPort: number): Promise<void> {
    const connected = async (type: "DEALER" | "SUB", port: number): Promise<Socket> => {
      while (true) {
        try {
          return await Socket.connect(type, port);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const iopub = await connected("SUB", iopubPort);
    const shell = await connected("DEALER", shellPort);
    this.#sockets = [shell, iopub];
    this.#listen(shell, (message) => this.#reply(message));
    this.#listen(iopub, (message) => this.#published(message));
    // A subscription takes a moment to be heard; what is published before is lost.
    const heard = new Promise<void>((resolve) => this.#published = () => resolve());
    const timer = setInterval(() => shell.send(this.#wire.pack("kernel_info_request", {}).frames), 50);
    await heard.finally(() => clearInterval(timer));
  }

  async #listen(socket: Socket, heard: (message: Message) => void): Promise<void> {
    try {
      while (true) heard(this.#wire.unpack(await socket.receive()));
    } catch {
      // The kernel has ended, or was told to; those who wait for it hear from #ended.
    }
  }

  async #request(code: string, silent: boolean): Promise<Message> {
    const content = {
      code,
      silent: false,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const { id, frames } = this.#wire.pack("execute_request", content);
    const reply = new Promise<Message>((resolve) => {
      this.#reply = (message) => {
        if (message.parent_header.msg_id === id) resolve(message);
      };
    });
    await this.#sockets[0].send(frames);
    return reply;
  }

  async #within<T>(milliseconds: number, promise: Promise<T>, sentence: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CellError(`${sentence} within ${milliseconds / 1000} s`)),
        milliseconds,
      );
    });
    return await Promise.race([promise, late, this.#ended]).finally(() => clearTimeout(timer));
  }
}
