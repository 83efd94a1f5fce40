/**
 * A worker seen from outside: a process that is started when it is needed, told what to do, and ended when it does
 * not answer in time.
 *
 * @module
 */
import { type Answer, type Command, type Hello, lines } from "../serve.ts";

/** How to start a program. */
export interface Program {
  command: string;
  args: string[];
  /** Variables added to the environment. */
  env?: Record<string, string>;
  cwd?: URL;
}

/** Thrown when an answer took too long. */
export class TooSlow extends Error {
  constructor(readonly seconds: number) {
    super(`> ${seconds} s`);
  }
}

/** Starting takes longer the first time: packages are downloaded. */
const START_SECONDS = 180;

/** One subprocess; at most one question at a time. */
export class Worker {
  #child: Deno.ChildProcess | undefined;
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #answers: AsyncGenerator<string> | undefined;
  #complaints = "";
  hello: Hello | undefined;

  constructor(readonly program: Program) {}

  /** Process id, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the process if it does not run.
   *
   * @throws {Error} if it ends before it has said who it is, with the last line of what it said instead.
   */
  async start(): Promise<Hello> {
    if (this.#child !== undefined) return this.hello!;
    const { command, args, env, cwd } = this.program;
    const child = new Deno.Command(command, {
      args,
      env: { NO_COLOR: "1", ...env },
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#answers = lines(child.stdout);
    this.#complaints = "";
    this.#listen(child);
    this.hello = await this.#next(START_SECONDS) as Hello;
    return this.hello;
  }

  /**
   * Gives a command and waits for the answer.
   *
   * @param command The command.
   * @param seconds How long to wait.
   * @throws {TooSlow} if it takes longer; the process is ended then.
   * @throws {Error} if the worker answers with an error, or ends.
   */
  async ask(command: Command, seconds: number): Promise<Answer> {
    await this.start();
    await this.#input!.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
    const answer = await this.#next(seconds) as Answer;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#input!.abort().catch(() => {});
    await this.#answers!.return(undefined).catch(() => {});
    await child.status;
  }

  async #listen(child: Deno.ChildProcess): Promise<void> {
    for await (const line of lines(child.stderr)) if (line.trim() !== "") this.#complaints = line.trim();
  }

  async #next(seconds: number): Promise<unknown> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TooSlow(seconds)), seconds * 1000);
    });
    try {
      const next = await Promise.race([this.#answers!.next(), late]);
      if (!next.done) return JSON.parse(next.value);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    await this.stop();
    throw new Error(this.#complaints || "the process ended");
  }
}
