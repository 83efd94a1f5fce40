/**
 * What the API reference has pages of: read from the list that `deno doc --html` makes for its own search.
 *
 * @module
 */

/** A page of the reference. */
export interface Entry {
  /** As a program writes it: "nn.Linear", "Tensor.backward". */
  path: string;
  /** "Class", "Function", "Method", "Interface", … */
  kind: string;
  /** The first sentence of its documentation. */
  sentence: string;
  /** What PyTorch calls it: "torch.cumsum"; none where nobody said. */
  torch: string[];
  /** Its page, from the reference's own folder. */
  url: string;
}

/** The kinds that exist in TypeScript only. */
export const TYPES: readonly string[] = ["Interface", "Type Alias"];

/** The kinds that belong to a class or an interface. */
export const MEMBERS: readonly string[] = ["Method", "Property"];

/**
 * Reads the list.
 *
 * @param script The text of search_index.js.
 */
export function entriesOf(script: string): Entry[] {
  const json = /DENO_DOC_SEARCH_INDEX = (\{.*\})/.exec(script)?.[1];
  if (json === undefined) throw new Error("deno doc --html: search_index.js is not what it was");
  const { nodes }: { nodes: { kind: { title: string }[]; name: string; doc: string; url: string }[] } = JSON
    .parse(json);
  return nodes.map(({ kind: [{ title }], name, doc, url }) => ({
    path: name.replace(".prototype.", "."),
    kind: title,
    ...read(doc),
    url: url.replace(/^(\.\/)+/, ""),
  }));
}

/** The first sentence, and the names behind "PyTorch: ", which deno doc puts right behind the line above. */
function read(doc: string): { sentence: string; torch: string[] } {
  const mark = /PyTorch(?=[^:.]*: )/.exec(doc)?.index ?? doc.length;
  const torch = doc.slice(mark).match(/(?:torch(?:vision)?|Tensor)\.[\w.]*\w/g) ?? [];
  return { sentence: firstSentence(doc.slice(0, mark)), torch };
}

/** "backward" of "Tensor.backward". */
export function nameOf({ path }: Entry): string {
  return path.slice(ownerOf(path).length).replace(/^\./, "");
}

/** "Tensor" of "Tensor.backward"; nothing of "tensor". A symbol in brackets is one name. */
export function ownerOf(path: string): string {
  return /^(.*)\.(?:\[.*\]|[^.\]]+)$/.exec(path)?.[1] ?? "";
}

function firstSentence(doc: string): string {
  const plain = doc.replace(/\{@link(?:code|plain)? ([^}|]*?)(?:\s*\|[^}]*)?\}/g, "$1").replace(/\s+/g, " ")
    .trim();
  return /^.*?[.?!](?= [A-Z({]|$)/.exec(plain)?.[0] ?? plain;
}
