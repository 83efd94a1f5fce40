/**
 * The first page of the API reference: every name, by what it belongs to, with a sentence.
 *
 * @module
 */
import { escapeMarkup } from "../../lib/text/escape.ts";
import { type Entry, MEMBERS, nameOf, ownerOf, TYPES } from "./entries.ts";
import type { Topics } from "./topics.ts";

/** A part of the contents. */
interface Section {
  title: string;
  /** The namespace that it lists, if it is one. */
  namespace?: Entry;
  about: string;
  entries: Entry[];
}

/** The names that are in no namespace, by the folder of the library that they come from. */
const FOLDERS: { title: string; about: string; folders: RegExp }[] = [
  {
    title: "Tensors",
    about: "What a value is, and the ways to make one.",
    folders: /^tensor\//,
  },
  {
    title: "Gradients",
    about:
      "Switching them off, and proving them right. Tensor.backward computes them; more is in autograd, below.",
    folders: /^(autograd\/|gradcheck)/,
  },
  { title: "Devices", about: "Where the arithmetic runs.", folders: /^device\// },
  { title: "Data", about: "What to learn from.", folders: /^data\// },
  {
    title: "Files",
    about: "What outlives a program: checkpoints, and the files of PyTorch and NumPy.",
    folders: /^(io|host)\//,
  },
  {
    title: "Training",
    about: "The loop: its progress, live curves, and how it is stopped.",
    folders: /^train\//,
  },
  {
    title: "Showing",
    about: "Charts, images, graphs, tables, summaries.",
    folders: /^(show|nn)\//,
  },
  {
    title: "Course",
    about: 'What only the chapters need: import from "descent/course".',
    folders: /^course\//,
  },
];

/** Of a class that has this many methods, the contents list them too. */
const MANY = 12;

/**
 * The HTML of the page's main part.
 *
 * @param entries All pages.
 * @param fileOf The file of the library that a name of the module itself comes from: "tensor/tensor.ts".
 * @param topics By what the names of a namespace, and the methods of a class, are grouped.
 */
export function contents(
  entries: readonly Entry[],
  fileOf: (name: string) => string,
  topics: Topics,
): string {
  const sections = sectionsOf(entries, fileOf);
  const links = sections.map((section) => `<a href="#${idOf(section)}">${escapeMarkup(section.title)}</a>`);
  const parts = sections.map((section) => sectionHtml(section, entries, topics));
  return `<main class="contents">
<h1>Reference</h1>
<p>Everything that <code>import … from "descent"</code> offers. The box above searches all of it.</p>
<nav aria-label="Sections">${links.join(" ")}</nav>
${parts.join("\n")}
</main>`;
}

function sectionsOf(entries: readonly Entry[], fileOf: (name: string) => string): Section[] {
  const top = entries.filter(({ path, kind }) => ownerOf(path) === "" && kind !== "Namespace");
  const [tensors, gradients, ...others] = FOLDERS.map(({ title, about, folders }) => ({
    title,
    about,
    entries: top.filter(({ path }) => folders.test(fileOf(path))),
  }));
  const listed = [tensors, gradients, ...others].flatMap((section) => section.entries);
  const lost = top.filter((entry) => !listed.includes(entry));
  if (lost.length > 0) {
    throw new Error(`tools/site/contents.ts: no section for ${lost.map(({ path }) => path)}`);
  }
  const namespaces = entries.filter(({ kind }) => kind === "Namespace").map((namespace) => ({
    title: namespace.path,
    namespace,
    about: namespace.sentence,
    entries: entries.filter(({ path, kind }) =>
      ownerOf(path) === namespace.path && kind !== "Namespace" && !MEMBERS.includes(kind)
    ),
  }));
  const order = ["nn", "nn.init", "nn.utils", "F", "autograd", "optim", "optim.lr", "transforms", "tfjs"];
  const rank = ({ title }: Section) => (order.indexOf(title) + order.length + 1) % (order.length + 1);
  return [tensors, gradients, ...namespaces.sort((a, b) => rank(a) - rank(b)), ...others];
}

function sectionHtml(section: Section, all: readonly Entry[], topics: Topics): string {
  const { title, namespace, about, entries } = section;
  const heading = namespace === undefined ? escapeMarkup(title) : link(namespace, title);
  const classes = entries.filter(({ kind }) => kind === "Class");
  const others = entries.filter(({ kind }) => kind !== "Class" && !TYPES.includes(kind));
  const types = entries.filter(({ kind }) => TYPES.includes(kind));
  const item = (entry: Entry) =>
    `<li><div>${link(entry)} <small>${entry.kind.toLowerCase()}</small></div>
<div>${escapeMarkup(entry.sentence)}${methods(entry, all, topics)}</div></li>`;
  const values = [...classes, ...others], names = topics.list(title);
  const lost = names.length === 0 ? [] : values.filter((one) => topics.of(title, nameOf(one)) === undefined);
  if (lost.length > 0) throw new Error(`tools/site/topics.ts: no topic for ${lost.map(({ path }) => path)}`);
  const lists = names.length === 0 ? [{ about: "", items: values }] : names.map((about) => ({
    about: `<h3 id="${idOf(section)}-${about.toLowerCase().replaceAll(/\W+/g, "-")}">${about}</h3>\n`,
    items: values.filter((one) => topics.of(title, nameOf(one)) === about),
  })).filter(({ items }) => items.length > 0);
  const text = lists.map(({ about, items }) => `${about}<ul>\n${items.map(item).join("\n")}\n</ul>`).join(
    "\n",
  );
  const typeList = types.length === 0
    ? ""
    : `\n<p class="names"><b>Types</b> ${types.map((entry) => link(entry)).join(" ")}</p>`;
  return `<section aria-labelledby="${idOf(section)}">
<h2 id="${idOf(section)}">${heading}</h2>
<p>${escapeMarkup(about)}</p>
${text}${typeList}
</section>`;
}

function methods(owner: Entry, all: readonly Entry[], topics: Topics): string {
  if (owner.kind !== "Class") return "";
  const own = all.filter(({ path, kind }) => ownerOf(path) === owner.path && kind === "Method");
  if (own.length < MANY) return "";
  const names = topics.list(owner.path), of = (entry: Entry) => topics.of(owner.path, nameOf(entry));
  const lists = names.length === 0 ? [{ about: "", items: own }] : names.map((about) => ({
    about: `<b>${escapeMarkup(about)}</b> `,
    items: own.filter((one) => of(one) === about),
  }));
  return lists.filter(({ items }) => items.length > 0)
    .map(({ about, items }) => `<p class="names">${about}${items.map((entry) => link(entry)).join(" ")}</p>`)
    .join("\n");
}

function link(entry: Entry, text: string = nameOf(entry)): string {
  return `<a href="${escapeMarkup(encodeURI(entry.url))}">${escapeMarkup(text)}</a>`;
}

function idOf({ title }: Section): string {
  return title.toLowerCase().replace(".", "-");
}
