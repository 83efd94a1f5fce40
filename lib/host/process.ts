/**
 * What surrounds a program: its terminal, its environment, its arguments and its end. Deno, Node and Bun have them, a browser's page has
 * none.
 *
 * @module
 */

/** What is used of Node's process, and of its modules. */
interface NodeProcess {
  argv: string[];
  env: Record<string, string | undefined>;
  stdout?: { isTTY?: boolean; columns?: number; rows?: number };
  exit(code: number): never;
  on?(signal: string, hear: () => void): void;
  off?(signal: string, hear: () => void): void;
  getBuiltinModule?(name: string): unknown;
}
interface NodeFs {
  writeSync(file: number, bytes: Uint8Array): number;
}
interface NodeUtil {
  inspect(value: unknown, options: { colors: boolean; depth: number }): string;
}

const isDeno = (): boolean => "Deno" in globalThis;
const nodeProcess = (): NodeProcess | undefined => (globalThis as { process?: NodeProcess }).process;
const builtin = <T>(name: string): T | undefined =>
  nodeProcess()?.getBuiltinModule?.(`node:${name}`) as T | undefined;

const STDOUT = 1;

/** Whether this runs in a Jupyter kernel, where nobody sees stdout. */
export function inNotebook(): boolean {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    return false;
  }
}

/** Whether stdout is a terminal. */
export function isTerminal(): boolean {
  return isDeno() ? Deno.stdout.isTerminal() : nodeProcess()?.stdout?.isTTY === true;
}

/** Whether the reader wants no colours. */
export function noColor(): boolean {
  return isDeno() ? Deno.noColor : variable("NO_COLOR") !== "";
}

/** A variable of the environment; "" if it is not there, or if Deno did not allow the program to look. */
export function variable(name: string): string {
  if (!isDeno()) return nodeProcess()?.env?.[name] ?? "";
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) ?? "" : "";
}

/** How many columns the terminal has; 80 when there is none to ask. */
export function terminalColumns(): number {
  try {
    return (isDeno() ? Deno.consoleSize().columns : nodeProcess()?.stdout?.columns) || 80;
  } catch {
    return 80;
  }
}

/** How many rows the terminal has; 24 when there is none to ask. */
export function terminalRows(): number {
  try {
    return (isDeno() ? Deno.consoleSize().rows : nodeProcess()?.stdout?.rows) || 24;
  } catch {
    return 24;
  }
}

/** Writes to stdout at once, whatever the text. */
export function writeToTerminal(text: string): void {
  const fs = isDeno() ? undefined : builtin<NodeFs>("fs");
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    bytes = bytes.subarray(fs === undefined ? Deno.stdout.writeSync(bytes) : fs.writeSync(STDOUT, bytes));
  }
}

/** What the program was called with. */
export function programArguments(): string[] {
  return isDeno() ? Deno.args : nodeProcess()?.argv?.slice(2) ?? [];
}

/** The program's own file, as a path or a URL; "" where it has none. */
export function programFile(): string {
  return isDeno() ? Deno.mainModule : nodeProcess()?.argv?.[1] ?? "";
}

/** Ends the program; a page goes on behind an error. */
export function exit(code: number): never {
  if (isDeno()) Deno.exit(code);
  nodeProcess()?.exit(code);
  throw new Error(`the program ends here, with code ${code}`);
}

/**
 * In Node and Bun: hears signals, where the program lets others have their turn; they end it no more.
 *
 * @returns How to hear them no longer; null where there are no signals.
 */
export function onSignals<T extends string>(
  signals: readonly T[],
  hear: (signal: T) => void,
): (() => void) | null {
  const process = nodeProcess();
  if (process?.on === undefined) return null;
  const listeners = signals.map((signal) => [signal, () => hear(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off?.(signal, listener);
  };
}

/** What the host's console would show of a value, as text. */
export function inspected(value: unknown, depth: number): string {
  if (isDeno()) return Deno.inspect(value, { colors: false, depth });
  const util = builtin<NodeUtil>("util");
  if (util !== undefined) return util.inspect(value, { colors: false, depth });
  try {
    return JSON.stringify(value, null, 2) ?? String(value);
  } catch {
    return String(value);
  }
}
