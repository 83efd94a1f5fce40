/**
 * Programs of a recorded step that become one. What a program computes of each element of the result before it can be computed as
 * that is written: one array less is read, and often one less is written.
 *
 * The numbers stay the same to the last bit. A compiler may merge a product and the sum that it goes into, and round once; so only
 * sums and choices are joined, and only to programs that do not end in a product.
 *
 * @module
 */
import { sizeOf } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Program } from "./gpu.ts";
import { arraysOf, BYTES_PER_ELEMENT, type Command, type Dispatch, type StepLog } from "./log.ts";
import type { NotedCalls } from "./observer.ts";
import { Part } from "./part.ts";
import { NAN } from "./wgsl.ts";

/** Sums and choices of `a` and `b`. */
const JOINS = /^(?:\b(?:[ab]|select|max|min|isNan|\d+\.\d+)\b|[\s()<>=!&|,+-])+$/;
const EMIT = /fn emit(\d*)\(i: u32, value: (f32|vec4<f32>)\) \{ (\w+)\[i\] = value; \}/;

/**
 * Joins what can be joined.
 *
 * @param compile Compiles a program.
 * @param most How many arrays a program may have.
 * @param calls Is told of it.
 * @returns The commands to be computed; results that nothing reads any more are not written.
 */
export function joined(
  log: StepLog,
  compile: (program: Program) => Dispatch["compiled"],
  most: number,
  calls: NotedCalls,
): Command[] {
  const uses = new Map<object, number>();
  for (const command of log.commands) {
    for (const [{ dataId }] of arraysOf(command)) uses.set(dataId, (uses.get(dataId) ?? 0) + 1);
  }
  /** Whether nothing but the two programs knows the array. */
  const passing = (dataId: object) => uses.get(dataId) === 2 && log.made.get(dataId)?.alive === false;
  const commands: Command[] = [];
  /** Which command was the last to write an array. */
  const writers = new Map<object, number>();
  /** A command that this one can join: it emits an operand, and the other operand is there by then. */
  const place = (command: Command): [at: number, both: Dispatch] | null => {
    if (command.kind !== "dispatch" || command.program.maps === undefined) return null;
    const operands = command.program.bindings.slice(0, -1);
    for (const operand of operands) {
      const at = writers.get(operand.dataId);
      if (at === undefined) continue;
      if (operands.some((one) => one !== operand && (writers.get(one.dataId) ?? -1) >= at)) continue;
      const both = join(commands[at], command, operand.dataId, passing, most);
      if (both === null) continue;
      const one = commands[at] as Dispatch;
      // What passes is not read any more, and not written if nobody else wants it.
      const spared = BYTES_PER_ELEMENT * sizeOf(operand.shape) * (passing(operand.dataId) ? 2 : 1);
      calls.joined(both.program, one.program, command.program, spared);
      return [at, { ...both, compiled: compile(both.program) }];
    }
    return null;
  };
  for (const command of log.commands) {
    const [at, both] = place(command) ?? [commands.length, command];
    commands[at] = both;
    for (const [{ dataId }, written] of arraysOf(both)) if (written) writers.set(dataId, at);
  }
  return commands;
}

/** The array that a program emits last; undefined: none, or not in such a way that another program can be joined to it. */
function emittedBy({ emitted, program: { emits, bindings } }: Dispatch): Storage | undefined {
  return emitted ?? (emits === undefined ? undefined : bindings[emits]);
}

/** Two commands as one, or null. */
function join(
  before: Command,
  command: Dispatch,
  operand: object,
  passing: (dataId: object) => boolean,
  most: number,
): Dispatch | null {
  if (before.kind !== "dispatch") return null;
  const { program } = before, { maps, bindings: operands } = command.program;
  const emitted = emittedBy(before);
  if (emitted === undefined || maps === undefined || !JOINS.test(maps)) return null;
  // Of arrays that are computed in parts, another part may have been written last.
  if ([...program.bindings, ...operands].some((one) => one instanceof Part)) return null;
  const result = operands[operands.length - 1], inputs = operands.slice(0, -1);
  const place = inputs.findIndex(({ dataId }) => dataId === emitted.dataId);
  if (emitted.dataId !== operand || place < 0 || sizeOf(emitted.shape) !== sizeOf(result.shape)) return null;
  const other = inputs.length === 2 ? inputs[1 - place] : null;
  // No array may be bound as one that is read and one that is written.
  const written = arraysOf(before).filter(([, written]) => written).map(([{ dataId }]) => dataId);
  if (other !== null && written.includes(other.dataId)) return null;
  if (arraysOf(before).some(([{ dataId }]) => dataId === result.dataId)) return null;
  const kept = !passing(emitted.dataId);
  const arrays = program.bindings.length + before.more.length;
  const more = [...before.more, ...other === null ? [] : [other]];
  if (arrays + (other === null ? 0 : 1) + (kept ? 1 : 0) > most) return null;

  const first = program.bindings.length + 1 + (program.checks === undefined ? 0 : 1) + before.more.length;
  const code = () => joinedCode(program.code(), maps, place, first, other !== null, kept);
  const key = `${program.key} > ${maps} ${place} ${other !== null} ${kept}`;
  let { bindings } = program;
  if (kept) more.push(result);
  else {
    const swap = (one: typeof result) => one.dataId === emitted.dataId ? result : one;
    bindings = bindings.map(swap);
    for (let i = 0; i < more.length; i++) more[i] = swap(more[i]);
  }
  return { ...before, program: { ...program, key, code, bindings }, more, emitted: result };
}

/**
 * WGSL that goes on where a value is emitted.
 *
 * @param maps The function, of a and b.
 * @param place Which of the two the emitted value is.
 * @param first The binding of the next array.
 * @param other Whether the function has another operand, which gets that binding.
 * @param kept Whether the value itself is written, too; then the result gets a binding behind.
 */
function joinedCode(
  code: string,
  maps: string,
  place: number,
  first: number,
  other: boolean,
  kept: boolean,
): string {
  const found = EMIT.exec(code);
  if (found === null) throw new Error("A program that can be joined has no line that begins with fn emit.");
  const [line, turn, type, name] = found, next = Number(turn) + 1;
  const one = (part: string) => `map${next}(value${part}${other ? `, other${part}` : ""})`;
  const value = type === "f32"
    ? one("")
    : `vec4<f32>(${["x", "y", "z", "w"].map((c) => one(`.${c}`)).join(", ")})`;
  const names = place === 0 ? ["a", "b"] : ["b", "a"];
  const parameters = names.slice(0, other ? 2 : 1).map((name) => `${name}: f32`).join(", ");
  const target = kept ? `result${next}` : name;
  const declared = [
    ...other ? [`@group(0) @binding(${first}) var<storage, read> other${next}: array<${type}>;`] : [],
    ...kept
      ? [`@group(0) @binding(${first + (other ? 1 : 0)}) var<storage, read_write> ${target}: array<${type}>;`]
      : [],
  ];
  return code.replace(
    line,
    `${declared.join("\n")}
${/\bfn isNan\(/.test(code) ? "" : NAN}
fn map${next}(${parameters}) -> f32 { return ${maps}; }
fn emit${turn}(i: u32, value: ${type}) {
  ${kept ? `${name}[i] = value;` : ""}
  ${other ? `let other = other${next}[i];` : ""}
  emit${next}(i, ${value});
}
fn emit${next}(i: u32, value: ${type}) { ${target}[i] = value; }`,
  );
}
