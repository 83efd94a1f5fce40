/**
 * Formulas in LaTeX as a line of Unicode, for where there is text only: $\frac{\partial L}{\partial z_i}$ is ∂L/∂zᵢ.
 *
 * It knows what the course writes and its kin, not all of LaTeX: a command that it does not know stays as it is.
 *
 * @module
 */

/** Commands that stand for a sign. */
const SIGNS: Record<string, string> = {
  ...named(
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ " +
      "tau τ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω ell ℓ",
  ),
  ...named(
    "cdot · times × div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ odot ⊙ oplus ⊕ otimes ⊗ leftarrow ← gets ← rightarrow → to → mapsto ↦ " +
      "Rightarrow ⇒ Leftrightarrow ⇔ iff ⇔ approx ≈ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ ll ≪ gg ≫ sim ∼ propto ∝ equiv ≡ in ∈ notin ∉ " +
      "subset ⊂ cup ∪ cap ∩ setminus ∖ forall ∀ exists ∃ infty ∞ top ⊤ prime ′ dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ lfloor ⌊ " +
      "rfloor ⌋ lceil ⌈ rceil ⌉ langle ⟨ rangle ⟩ lVert ‖ rVert ‖ Vert ‖ lvert | rvert | vert | mid |",
  ),
};
/** Signs that stand right in front of what they are about: ∂L, ∇y. */
const PREFIXES = named("partial ∂ nabla ∇");
/** Signs in front of a whole term: ∑ᵢ xᵢ. */
const LARGE = named("sum ∑ prod ∏ int ∫");
/** Functions that are written as words. */
const WORDS = "ln log exp max min sin cos tan tanh arg argmax argmin det lim sup inf sign".split(" ");
/** A wide space, told from others until the end. */
const QUAD = "\u2003";
/** Spaces, and how many. */
const SPACES: Record<string, string> = {
  ",": " ",
  ":": " ",
  ";": " ",
  " ": " ",
  "!": "",
  quad: QUAD,
  qquad: QUAD + QUAD,
};
/** Marks above a letter. */
const ACCENTS: Record<string, string> = {
  hat: "\u0302",
  bar: "\u0304",
  overline: "\u0304",
  tilde: "\u0303",
  vec: "\u20d7",
  dot: "\u0307",
};
/** Fonts, whose argument is the text that it is. */
const FONTS = "mathrm mathsf mathbf mathit mathcal boldsymbol operatorname".split(" ");
const TEXTS = "text textit textbf texttt textrm".split(" ");
/** Sizes of a bracket, which a line has not. */
const SIZES = "left right big Big bigg Bigg bigl bigr Bigl Bigr middle displaystyle textstyle limits".split(
  " ",
);

const BLACKBOARD: Record<string, string> = { R: "ℝ", N: "ℕ", Z: "ℤ", E: "𝔼", P: "ℙ", C: "ℂ" };
const HALVES: Record<string, string> = { "1/2": "½", "1/4": "¼", "3/4": "¾", "1/3": "⅓", "2/3": "⅔" };

const RAISED = letters(
  "0123456789+−=()inabcdefghjklmoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθ",
  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿ",
);
const LOWERED = letters("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ");

function named(list: string): Record<string, string> {
  const words = list.split(" ");
  return Object.fromEntries(words.flatMap((word, i) => i % 2 === 0 ? [[word, words[i + 1]]] : []));
}

function letters(from: string, to: string): Map<string, string> {
  const all = [...to];
  return new Map([...from].map((letter, i) => [letter, all[i]]));
}

/**
 * A formula as text. Rows of an environment (`aligned`, `cases`) are lines of their own; a matrix is [a b; c d].
 *
 * @param latex The formula, without its dollars.
 */
export function formulaText(latex: string): string {
  const text = new Reader(latex).all();
  return text.split("\n").map((line) => tidy(line.trim())).join("\n");
}

/** LaTeX sets its own spaces: here one is left, and none inside of brackets or behind a sign. */
function tidy(line: string): string {
  return line.replace(/ +/g, " ").replace(/ ([,.;)\]⌋⌉])/g, "$1").replace(/([([⌊⌈]) /g, "$1")
    .replace(/^([±−]) /, "$1").replaceAll(QUAD, "  ").replace(/ {4,}/g, "    ");
}

/** Reads a formula from left to right. */
class Reader {
  readonly #tokens: string[];
  #at = 0;

  constructor(latex: string) {
    this.#tokens = latex.match(/\\[A-Za-z]+|\\[^]|\s+|[^]/gu) ?? [];
  }

  /** All that is left, or up to a token that ends it, which is read over. */
  all(end?: string): string {
    let text = "";
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++];
      if (token === end) break;
      const next = this.#one(token);
      // Words stand apart from letters and numbers: 2 ln x.
      const isWord = WORDS.includes(token.slice(1)) && token.startsWith("\\");
      text += isWord && /[\p{L}\p{N})\]]$/u.test(text) ? ` ${next}` : next;
      if (isWord && /^[^\s(^_{]/.test(this.#tokens[this.#at] ?? "")) text += " ";
    }
    return text.replace(/ *\n */g, "\n");
  }

  /** What one token stands for, with what it takes from behind it. */
  #one(token: string): string {
    if (token === "{") return this.all("}");
    if (token === "^" || token === "_") return script(token, this.#argument());
    if (token === "-") return "−";
    if (token === "'") return "′";
    if (token === "~") return " ";
    if (/^\s/.test(token)) return " ";
    if (!token.startsWith("\\")) return token;
    return this.#command(token.slice(1));
  }

  #command(name: string): string {
    if (name in SIGNS) return SIGNS[name];
    if (name in LARGE) return LARGE[name];
    if (name in SPACES) return SPACES[name];
    if (name in PREFIXES) {
      this.#skip();
      return PREFIXES[name];
    }
    if (WORDS.includes(name)) return name;
    if (SIZES.includes(name)) return this.#dot();
    if (name in ACCENTS) return [...this.#argument()].map((letter) => letter + ACCENTS[name]).join("");
    if (FONTS.includes(name)) return this.#argument();
    if (TEXTS.includes(name)) return this.#raw();
    if (["frac", "tfrac", "dfrac"].includes(name)) return fraction(this.#argument(), this.#argument());
    if (name === "sqrt") return this.#root();
    if (name === "mathbb") {
      const letter = this.#argument();
      return BLACKBOARD[letter] ?? letter;
    }
    if (name === "underbrace" || name === "overbrace") return this.#braced();
    if (name === "begin") return this.#environment(this.#raw());
    if (name === "\\") return "\n";
    if ("%{}#&$_".includes(name)) return name;
    if (name === "|") return "‖";
    return `\\${name}`;
  }

  #skip(): void {
    while (/^\s/.test(this.#tokens[this.#at] ?? "")) this.#at++;
  }

  /** `\left.` is no bracket. */
  #dot(): string {
    if (this.#tokens[this.#at] === ".") this.#at++;
    return "";
  }

  /** What a command is about: a group, a command with what is its own, or one sign. */
  #argument(): string {
    this.#skip();
    const token = this.#tokens[this.#at++] ?? "";
    return this.#one(token).trim();
  }

  /** A group as it is written: words. */
  #raw(): string {
    this.#skip();
    if (this.#tokens[this.#at] !== "{") return this.#argument();
    const end = this.#tokens.indexOf("}", this.#at);
    const text = this.#tokens.slice(this.#at + 1, end).join("");
    this.#at = end + 1;
    return text;
  }

  #root(): string {
    let power = "";
    if (this.#tokens[this.#at] === "[") {
      this.#at++;
      power = script("^", this.all("]"));
    }
    const inside = this.#argument();
    return `${power}√${isOne(inside) ? inside : `(${inside})`}`;
  }

  /** What stands below a brace stands behind it in brackets. */
  #braced(): string {
    const inside = this.#argument();
    this.#skip();
    if (!["_", "^"].includes(this.#tokens[this.#at] ?? "")) return inside;
    this.#at++;
    return `${inside} [${this.#argument()}]`;
  }

  #environment(name: string): string {
    const start = this.#at;
    while (this.#at < this.#tokens.length && this.#tokens[this.#at] !== "\\end") this.#at++;
    const body = this.#tokens.slice(start, this.#at).join("");
    this.#at++;
    this.#raw();
    const rows = body.split("\\\\").map((row) => row.split("&").map((cell) => new Reader(cell.trim()).all()));
    if (name.endsWith("matrix")) return `[${rows.map((row) => row.join(QUAD)).join("; ")}]`;
    return rows.map((row) => row.join(" ").trim()).join("\n");
  }
}

/** Whether a text is one thing: a number, or a letter with its marks and indices, or something in brackets. */
function isOne(text: string): boolean {
  return /^(?:[\d.,]+|[∂d]?\p{L}[\p{Mark}′]*[\u2070-\u209c\u1d62-\u1d6a\u2c7c¹²³]*|\([^()]*\)|…)$/u.test(
    text,
  );
}

/** An index or a power: in small letters where there are such, else after ^ or _. */
function script(mark: string, text: string): string {
  const small = mark === "^" ? RAISED : LOWERED, plain = text.replaceAll(" ", "");
  const all = [...plain].map((letter) => small.get(letter));
  if (all.every((letter) => letter !== undefined)) return all.join("");
  if (plain === "⊤") return "ᵀ";
  if (plain === "′") return plain;
  return /^[\p{L}\p{N}]+$/u.test(plain) && mark === "_" || isOne(plain) ? mark + plain : `${mark}(${plain})`;
}

function fraction(above: string, below: string): string {
  const half = HALVES[`${above}/${below}`];
  if (half !== undefined) return half;
  const top = /[\s+−·]/.test(above) && !isOne(above) ? `(${above})` : above;
  return `${top}/${isOne(below) || /^√(?:.|\([^()]*\))$/u.test(below) ? below : `(${below})`}`;
}
