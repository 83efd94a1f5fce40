/**
 * The pickles of torch.save(), as data. A pickle is a program for a machine with a stack, which may call any function of
 * Python's; this machine has none to call. It makes lists, tuples, dictionaries, numbers and texts, and notes what was to be
 * called of a short list of names, all of which stand for data; of any other name it says that it refuses it.
 *
 * Source: Python's Lib/pickletools.py, which documents every opcode; torch/serialization.py and torch/_weights_only_unpickler.py.
 *
 * @module
 */
import { describe } from "../text/arguments.ts";
import type { FileFormatError } from "../host/format_error.ts";
import { PickleReader } from "./pickle_reader.ts";

/** A list, or a tuple, which nothing is added to. */
export class PickledList {
  constructor(readonly items: Pickled[], readonly isTuple: boolean) {}
}

/** A dictionary: keys and values in turns, as they were set. */
export class PickledDict {
  readonly pairs: Pickled[] = [];
}

/** A name of a module of Python's, one of those that stand for data. */
export class PickledName {
  constructor(readonly name: string) {}
}

/** What something else stands for: made by a {@linkcode Maker}. */
export abstract class PickledObject {}

/** What a pickle is made of. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickledList
  | PickledDict
  | PickledName
  | PickledObject;

/** The meaning of names and of references to what is beside the pickle. */
export interface Maker {
  /** Whether a name stands for data. */
  knows(name: string): boolean;
  /**
   * What a call stands for.
   *
   * @returns Undefined if it is none of those that stand for data.
   */
  call(name: string, args: readonly Pickled[]): Pickled | undefined;
  /** What a persistent id refers to; undefined: nothing known. */
  refer(id: Pickled): Pickled | undefined;
  /** The error that says what is wrong. */
  fault(fault: string): FileFormatError;
}

/** Each thing takes room that a byte of a pickle may ask for: so many are enough for fifty thousand tensors. */
const MOST_THINGS = 500_000;

/** Marks a place on the stack. */
const MARK = Symbol("mark");

/**
 * Runs a pickle.
 *
 * @returns What it leaves on the stack.
 * @throws {FileFormatError} if it is damaged, or wants what this machine has not.
 */
export function unpickle(bytes: Uint8Array, maker: Maker): Pickled {
  return new Machine(bytes, maker).run();
}

class Machine {
  readonly #stack: (Pickled | typeof MARK)[] = [];
  readonly #memo = new Map<number, Pickled>();
  #things = 0;

  readonly #in: PickleReader;

  constructor(bytes: Uint8Array, readonly maker: Maker) {
    this.#in = new PickleReader(bytes, (fault) => maker.fault(fault));
  }

  run(): Pickled {
    if (this.#in.byte() !== 0x80) throw this.#wrong("it does not begin as one of protocol 2 or newer does");
    const protocol = this.#in.byte();
    if (protocol < 2 || protocol > 5) throw this.#wrong(`it is of protocol ${protocol}; 2 to 5 are read`);
    for (;;) {
      const code = this.#in.byte();
      if (code === 0x2e) break;
      this.#step(code);
      if (this.#stack.length > MOST_THINGS) {
        throw this.#wrong(`its stack holds more than ${MOST_THINGS} things`);
      }
    }
    const [result, ...more] = this.#stack;
    if (more.length > 0 || result === undefined || result === MARK) {
      throw this.#wrong("it should leave one thing behind");
    }
    if (!this.#in.atEnd) throw this.#wrong("it goes on behind its end");
    return result;
  }

  #step(code: number): void {
    const stack = this.#stack;
    switch (code) {
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x30: // POP
        if (stack.pop() === undefined) throw this.#empty();
        break;
      case 0x31: // POP_MARK
        this.#popMark();
        break;
      case 0x32: // DUP
        stack.push(this.#top());
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4a: // BININT
        stack.push(this.#in.int32());
        break;
      case 0x4b: // BININT1
        stack.push(this.#in.byte());
        break;
      case 0x4d: // BININT2
        stack.push(this.#in.uint16());
        break;
      case 0x8a: // LONG1
        stack.push(this.#counted(this.#in.long(this.#in.byte())));
        break;
      case 0x47: // BINFLOAT, the one number that is big-endian
        stack.push(this.#in.float64());
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.#counted(this.#in.text(this.#in.byte())));
        break;
      case 0x58: // BINUNICODE
        stack.push(this.#counted(this.#in.text(this.#in.uint32())));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(this.#counted(this.#in.text(this.#in.uint64())));
        break;
      case 0x5d: // EMPTY_LIST
        stack.push(this.#list([], false));
        break;
      case 0x29: // EMPTY_TUPLE
        stack.push(this.#list([], true));
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: { // TUPLE3
        const items: Pickled[] = [];
        for (let i = 0; i < code - 0x84; i++) items.unshift(this.#pop());
        stack.push(this.#list(items, true));
        break;
      }
      case 0x74: // TUPLE
        stack.push(this.#list(this.#popMark(), true));
        break;
      case 0x7d: // EMPTY_DICT
        this.#count();
        stack.push(new PickledDict());
        break;
      case 0x61: // APPEND
        this.#append([this.#pop()]);
        break;
      case 0x65: // APPENDS
        this.#append(this.#popMark());
        break;
      case 0x73: { // SETITEM
        const value = this.#pop(), key = this.#pop();
        this.#set([key, value]);
        break;
      }
      case 0x75: // SETITEMS
        this.#set(this.#popMark());
        break;
      case 0x71: // BINPUT
        this.#remember(this.#in.byte());
        break;
      case 0x72: // LONG_BINPUT
        this.#remember(this.#in.uint32());
        break;
      case 0x94: // MEMOIZE
        this.#remember(this.#memo.size);
        break;
      case 0x68: // BINGET
        stack.push(this.#remembered(this.#in.byte()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(this.#remembered(this.#in.uint32()));
        break;
      case 0x95: // FRAME, which says how much may be read at once
        this.#in.skip(8);
        break;
      case 0x63: // GLOBAL
        stack.push(this.#global(this.#in.line(), this.#in.line()));
        break;
      case 0x93: { // STACK_GLOBAL
        const name = this.#pop(), module = this.#pop();
        stack.push(this.#global(module, name));
        break;
      }
      case 0x51: { // BINPERSID
        const id = this.#pop(), found = this.maker.refer(id);
        if (found === undefined) throw this.#wrong("it refers to something that is no storage of numbers");
        this.#count();
        stack.push(found);
        break;
      }
      case 0x52: // REDUCE
        stack.push(this.#call());
        break;
      case 0x62: // BUILD
        this.#build();
        break;
      default:
        throw this.#wrong(
          `it has opcode 0x${
            code.toString(16).padStart(2, "0")
          }, which no file of tensors, numbers and texts needs`,
        );
    }
  }

  /** Notes a call: of a name that is known, with what stands for data. */
  #call(): Pickled {
    const args = this.#pop(), callee = this.#pop();
    if (!(callee instanceof PickledName) || !(args instanceof PickledList)) {
      throw this.#wrong("it calls what is no function");
    }
    this.#count();
    const result = this.maker.call(callee.name, args.items);
    if (result === undefined) {
      throw this.#wrong(`it calls ${describe(callee.name)} as no file of tensors does`);
    }
    return result;
  }

  /** The attributes of an object. torch notes versions of modules in those of a state_dict, which are nobody's business here. */
  #build(): void {
    const state = this.#pop();
    if (this.#top() instanceof PickledDict && state instanceof PickledDict) return;
    throw this.#wrong("it changes the attributes of what is no dictionary");
  }

  #global(module: unknown, name: unknown): PickledName {
    const full = `${module}.${name}`;
    if (typeof module !== "string" || typeof name !== "string" || !this.maker.knows(full)) {
      throw this.maker.fault(
        `wants Python's ${
          describe(full)
        }, which is not one of the few names that stand for data: it is refused, and ` +
          "nothing in the file is ever run. In Python, torch.save(net.state_dict(), path) saves a file of tensors alone",
      );
    }
    this.#count();
    return new PickledName(full);
  }

  #list(items: Pickled[], isTuple: boolean): PickledList {
    this.#count();
    return new PickledList(items, isTuple);
  }

  #append(items: Pickled[]): void {
    const list = this.#top();
    if (!(list instanceof PickledList) || list.isTuple) throw this.#wrong("it appends to what is no list");
    for (const item of items) list.items.push(item);
  }

  #set(pairs: Pickled[]): void {
    const dict = this.#top();
    if (!(dict instanceof PickledDict) || pairs.length % 2 !== 0) {
      throw this.#wrong("it sets entries of what is no dictionary");
    }
    for (const item of pairs) dict.pairs.push(item);
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#top());
    if (this.#memo.size > MOST_THINGS) throw this.#wrong(`it remembers more than ${MOST_THINGS} things`);
  }

  #remembered(index: number): Pickled {
    const value = this.#memo.get(index);
    if (value === undefined) {
      throw this.#wrong(`it takes number ${index} out of a memory in which there is none`);
    }
    return value;
  }

  #top(): Pickled {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#empty();
    return value;
  }

  #pop(): Pickled {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  /** What lies above the last mark, which goes with it. */
  #popMark(): Pickled[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#empty();
    return (this.#stack.splice(mark) as Pickled[]).slice(1);
  }

  #empty(): FileFormatError {
    return this.#wrong("it takes from an empty stack");
  }

  #counted<T>(value: T): T {
    this.#count();
    return value;
  }

  #count(): void {
    if (++this.#things > MOST_THINGS) throw this.#wrong(`it makes more than ${MOST_THINGS} things`);
  }

  #wrong(fault: string): FileFormatError {
    return this.#in.wrong(fault);
  }
}
