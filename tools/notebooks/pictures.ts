/**
 * The pictures on the front page: README.md names them, the notebooks hold them.
 *
 * `notebooks/pictures/02_vector_extremum-1.png` is the first picture of the second chapter's notebook.
 *
 * @module
 */
import type { Notebook } from "./nbformat.ts";

/** A picture that a page wants. */
export interface Wanted {
  /** Its file's name. */
  name: string;
  /** Whose picture it is: "02_vector_extremum". */
  chapter: string;
  /** The how-manieth, counted from 1. */
  number: number;
}

/**
 * The pictures of notebooks that a page shows.
 *
 * @param page Its Markdown.
 * @param folder Where it looks for them: "notebooks/pictures".
 */
export function wantedPictures(page: string, folder: string): Wanted[] {
  const pattern = new RegExp(`\\b${RegExp.escape(folder)}/((\\d\\d[a-z]?_\\w+)-(\\d+)\\.png)`, "g");
  const found = [...page.matchAll(pattern)].map(([, name, chapter, number]) => {
    return [name, { name, chapter, number: Number(number) }] as const;
  });
  return [...new Map(found).values()];
}

/**
 * A picture of a notebook, as the bytes of a PNG.
 *
 * @param notebook An executed one.
 * @param number Which, counted from 1.
 * @returns null if there are not so many.
 */
export function pictureOf(notebook: Notebook, number: number): Uint8Array | null {
  const pictures = notebook.cells.flatMap(({ outputs = [] }) => outputs)
    .flatMap((output) => "data" in output && "image/png" in output.data ? [output.data["image/png"]] : []);
  const base64 = pictures[number - 1];
  return base64 === undefined ? null : Uint8Array.fromBase64([base64].flat().join(""));
}
