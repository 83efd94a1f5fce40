/**
 * TensorBoard's event files: a record for each event, framed as TensorFlow frames records (TFRecord), each event in protocol
 * buffers. Of all that they can hold, numbers that change over time: scalars.
 *
 * Sources: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, framework/summary.proto.
 *
 * @module
 */

/** Bytes of a message, in the protocol buffers' wire format. */
class Message {
  readonly #bytes: number[] = [];

  /** A whole number from 0 up: seven bits a byte, the low ones first. */
  #varint(value: number): void {
    for (; value > 127; value = Math.floor(value / 128)) this.#bytes.push(value % 128 + 128);
    this.#bytes.push(value);
  }

  /** What stands in front of a field: its number, and how long it is. */
  #key(field: number, wire: 0 | 1 | 2 | 5): void {
    this.#varint(8 * field + wire);
  }

  int64(field: number, value: number): this {
    this.#key(field, 0);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, 1);
    this.#bytes.push(...new Uint8Array(new Float64Array([value]).buffer));
    return this;
  }

  float(field: number, value: number): this {
    this.#key(field, 5);
    this.#bytes.push(...new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, 2);
    this.#varint(value.length);
    for (const byte of value) this.#bytes.push(byte);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.done());
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** CRC-32C (Castagnoli), bit by bit reflected: a table entry a byte. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0x82f63b78 : byte >>> 1;
  return byte;
});

/** The checksum of CRC-32C. */
export function crc32c(bytes: Uint8Array): number {
  let rest = ~0;
  for (const byte of bytes) rest = TABLE[(rest ^ byte) & 255] ^ (rest >>> 8);
  return ~rest >>> 0;
}

/** As records hold it: turned by 15 bits and moved, so that the checksum of data with checksums in them tells something. */
function masked(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** A record: length, its checksum, the data, their checksum. */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16), view = new DataView(bytes.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return bytes;
}

/** Fields of tensorflow.Event and of what is in it. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2 } as const;
const SESSION = { status: 1, start: 1 } as const;

function event(seconds: number, step: number): Message {
  const begun = new Message().double(EVENT.wallTime, seconds);
  return step === 0 ? begun : begun.int64(EVENT.step, step);
}

/** What a file of events begins with. */
export function versionEvent(seconds: number): Uint8Array {
  return record(event(seconds, 0).text(EVENT.fileVersion, "brain.Event:2").done());
}

/** A run goes on at a step: what other files of the folder say of that step and later ones is forgotten. */
export function startEvent(seconds: number, step: number): Uint8Array {
  const session = new Message().int64(SESSION.status, SESSION.start);
  return record(event(seconds, step).message(EVENT.sessionLog, session).done());
}

/**
 * Numbers at a step.
 *
 * @param seconds The time, since 1970.
 * @param step From 0 up.
 * @param values By their tags, such as "loss/train"; float32 in the file.
 */
export function scalarEvent(seconds: number, step: number, values: Record<string, number>): Uint8Array {
  const summary = new Message();
  for (const [tag, value] of Object.entries(values)) {
    summary.message(SUMMARY.value, new Message().text(VALUE.tag, tag).float(VALUE.simpleValue, value));
  }
  return record(event(seconds, step).message(EVENT.summary, summary).done());
}
