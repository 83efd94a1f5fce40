/**
 * Where pictures are written, and what is said about it.
 *
 * @module
 */
import { makeFolder, mayWrite, writeTextFile } from "../host/files.ts";
import { writeLine } from "./terminal.ts";

/** The directory of `--out`; null: nothing is written. */
let directory: string | null = null;
/** Whether the reader could have given one, and has not been told yet. */
let offer = false;
/** Directories that may be written to; false: asked, and refused. */
const granted = new Map<string, Promise<boolean>>();
const names = new Set<string>();
/** What pictures share, as far as this program has written it. */
const shared = new Set<string>();

/**
 * Says where `show()` writes its pictures.
 *
 * @param path The directory; null or undefined: nowhere, but the first picture says how.
 */
export function writePicturesTo(path: string | null | undefined): void {
  directory = path ?? null;
  offer = directory === null;
}

/** What is written: by file, or by the ending of a file's name, its text, made only if it may be written. */
export type Files = Record<string, () => Promise<string>>;

/**
 * Writes a picture's files, if the reader has asked for them. Whatever comes between, a refusal or a full disk, is said in a sentence:
 * no chapter ends for want of a picture.
 *
 * @param title What the files are named after.
 * @param files The files, by the endings of their names.
 * @param options.beside What all pictures of the directory share, by name.
 * @param options.out A directory for this picture alone.
 */
export async function writePicture(
  title: string,
  files: Files,
  { beside = {}, out }: { beside?: Files; out?: string } = {},
): Promise<void> {
  const path = out ?? directory;
  if (path === null) {
    if (offer) writeLine("(--out DIR keeps the pictures: a web page and an SVG each.)");
    offer = false;
    return;
  }
  if (!granted.has(path)) granted.set(path, prepare(path));
  if (!await granted.get(path)) return;
  const folder = path.replace(/\/+$/, "");
  const name = freeName(title);
  const texts: [string, string][] = [];
  try {
    for (const [ending, text] of Object.entries(files)) texts.push([`${name}.${ending}`, await text()]);
    for (const [file, text] of Object.entries(beside)) {
      if (!shared.has(`${folder}/${file}`)) texts.push([file, await text()]);
    }
  } catch (error) {
    // This one cannot be drawn; the next one may.
    writeLine(`${folder}/${name} is not kept: ${sentence(error)}`);
    return;
  }
  try {
    for (const [file, text] of texts) writeTextFile("show", `${folder}/${file}`, text);
    for (const file of Object.keys(beside)) shared.add(`${folder}/${file}`);
    writeLine(`→ ${folder}/${name}.${Object.keys(files).join(", .")}`);
  } catch (error) {
    granted.set(path, Promise.resolve(false));
    writeLine(`Pictures are not kept: ${sentence(error)}`);
  }
}

/** Asks for the permission, as Deno does, and makes the directory. */
async function prepare(path: string): Promise<boolean> {
  try {
    if (!await mayWrite(path)) {
      writeLine(
        `Pictures are not kept: Deno was not allowed to write to ${path} (--allow-write=${path} allows it).`,
      );
      return false;
    }
    makeFolder("show", path);
    return true;
  } catch (error) {
    writeLine(`Pictures are not kept: ${sentence(error)}`);
    return false;
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A file's name from a title: "gradient-descent", and "gradient-descent-2" for the next. */
function freeName(title: string): string {
  const plain = title.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(
    /^-+|-+$/g,
    "",
  );
  const base = plain.slice(0, 60).replace(/-+$/, "") || "picture";
  let name = base;
  for (let i = 2; names.has(name); i++) name = `${base}-${i}`;
  names.add(name);
  return name;
}
