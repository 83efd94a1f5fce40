// The search of the reference. A name that is what was typed comes before one that begins with it, and so on; among
// equals, what stands by itself comes before what belongs to a class.
const MOST = 50;
const KINDS = ["Namespace", "Class", "Function", "Variable", "Method", "Property", "Interface", "Type Alias"];

const root = new URL(".", document.currentScript.src);
const box = document.querySelector("#searchbar");
const page = document.querySelector("#content");
const place = document.querySelector("#searchResults");
place.setAttribute("aria-live", "polite");

const entries = ENTRIES.map((entry) => {
  const name = entry.path.match(/(?:^|\.)(\[.*\]|[^.\]]*)$/)[1];
  // What PyTorch calls it, whole and without what it stands in: torch.nn.utils.clip_grad_norm_, clip_grad_norm_.
  const torch = entry.torch.flatMap((name) => [name, name.split(".").at(-1)]).map((name) =>
    name.toLowerCase()
  );
  return {
    ...entry,
    name,
    lower: name.toLowerCase(),
    lowerPath: entry.path.toLowerCase(),
    torchNames: torch,
  };
});

/** How far an entry is from what was typed: 0 if it is just that; Infinity if it has nothing to do with it. */
function distance({ path, name, lower, lowerPath, sentence, torchNames }, typed, lowerTyped) {
  if (name === typed || path === typed) return 0;
  if (lower === lowerTyped || lowerPath === lowerTyped) return 1;
  if (torchNames.includes(lowerTyped)) return 1.5;
  if (lower.startsWith(lowerTyped)) return 2;
  const words = name.split(/(?<=[a-z0-9])(?=[A-Z])|_/);
  if (words.some((word) => word.toLowerCase().startsWith(lowerTyped))) return 3;
  if (torchNames.some((name) => name.startsWith(lowerTyped))) return 3.5;
  if (lower.includes(lowerTyped)) return 4;
  if (lowerPath.includes(lowerTyped)) return 5;
  if (sentence.toLowerCase().includes(lowerTyped)) return 6;
  return isSlip(lower, lowerTyped) ? 7 : Infinity;
}

/** Whether one letter is missing, too many, wrong, or changed places with its neighbour. */
function isSlip(name, typed) {
  if (typed.length < 4 || Math.abs(name.length - typed.length) > 1) return false;
  let i = 0;
  while (i < name.length && name[i] === typed[i]) i++;
  const [rest, typedRest] = [name.slice(i), typed.slice(i)];
  return rest.slice(1) === typedRest || rest === typedRest.slice(1) || rest.slice(1) === typedRest.slice(1) ||
    (rest[0] === typedRest[1] && rest[1] === typedRest[0] && rest.slice(2) === typedRest.slice(2));
}

function find(typed) {
  const lowerTyped = typed.toLowerCase();
  return entries
    .map((entry) => ({ entry, far: distance(entry, typed, lowerTyped) }))
    .filter(({ far }) => far < Infinity)
    .sort((a, b) =>
      a.far - b.far || KINDS.indexOf(a.entry.kind) - KINDS.indexOf(b.entry.kind) ||
      a.entry.path.length - b.entry.path.length || (a.entry.path < b.entry.path ? -1 : 1)
    )
    .map(({ entry }) => entry);
}

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  made.append(text, ...children);
  return made;
}

function item({ path, kind, sentence, url, torch }) {
  const link = element("a", path);
  link.href = new URL(encodeURI(url), root);
  const head = element("div", link, " ", element("small", kind.toLowerCase()));
  const body = element("div", sentence);
  if (torch.length > 0) body.append(" ", element("small", torch.join(", ")));
  return element("li", head, body);
}

function search() {
  const typed = box.value.trim();
  const address = new URL(location.href);
  if (typed === "") address.searchParams.delete("q");
  else address.searchParams.set("q", typed);
  history.replaceState({}, "", address);
  page.style.display = typed === "" ? "" : "none";
  place.style.display = typed === "" ? "none" : "block";
  if (typed === "") return;
  const found = find(typed);
  const list = element("ol", "", ...found.slice(0, MOST).map(item));
  list.className = "hits";
  const said = found.length === 0
    ? `Nothing is called “${typed}”.`
    : found.length > MOST
    ? `${found.length} pages, the nearest ${MOST}:`
    : found.length === 1
    ? "1 page:"
    : `${found.length} pages:`;
  place.replaceChildren(element("p", said), list);
}

box.removeAttribute("style");
box.placeholder = "Search (press s)";
box.addEventListener("input", search);
box.addEventListener("keydown", (event) => {
  const first = place.querySelector("a");
  if (event.key === "Escape") {
    box.value = "";
    search();
  } else if (event.key === "Enter" && box.value.trim() !== "" && first !== null) {
    location.href = first.href;
  }
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea") !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !["s", "/"].includes(event.key)) return;
  event.preventDefault();
  box.focus();
});
box.value = new URL(location.href).searchParams.get("q") ?? "";
if (box.value !== "") search();
