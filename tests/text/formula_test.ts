import { assertEquals } from "@std/assert";
import { formulaText } from "../../lib/text/formula.ts";

const assertText = (pairs: Record<string, string>) =>
  assertEquals(Object.keys(pairs).map((latex) => formulaText(latex)), Object.values(pairs));

Deno.test("formulaText() has letters, signs, indices and powers, small where Unicode has them so", () => {
  assertText({
    "x \\leftarrow x - \\eta\\,\\frac{dy}{dx}": "x ← x − η dy/dx",
    "W_1 x_{ij}^2 + b_o": "W₁ xᵢⱼ² + bₒ",
    "10^{-23}": "10⁻²³",
    "x^{\\mathsf T}": "xᵀ",
    "x_{\\text{new}} - w_{ocpq}": "x_new − w_ocpq",
    "e^{-\\lambda n}": "e^(−λn)",
    "e^{z_i}": "e^zᵢ",
    "\\sum_{c,p} f'(x)": "∑_(c,p) f′(x)",
    "\\hat x_i \\pm \\bar m": "x̂ᵢ ± m̄",
    "\\nabla y, \\partial L": "∇y, ∂L",
    "\\mathbb{R}^n": "ℝⁿ",
  });
});

Deno.test("formulaText() writes fractions and roots in a line, with the brackets that they need", () => {
  assertText({
    "\\tfrac12 x": "½ x",
    "\\frac1m": "1/m",
    "\\frac1{3n}": "1/(3n)",
    "\\frac{\\partial L}{\\partial z_i}": "∂L/∂zᵢ",
    "\\frac{x_i - \\mu}{\\sqrt{\\sigma^2 + \\epsilon}}": "(xᵢ − μ)/√(σ² + ε)",
    "\\frac{\\hat m}{\\sqrt{\\hat v} + \\epsilon}": "m̂/(√v̂ + ε)",
    "\\sqrt n + \\sqrt[3]{n}": "√n + ³√n",
    "\\left\\lfloor \\frac{n + 2p}{s} \\right\\rfloor": "⌊(n + 2p)/s⌋",
  });
});

Deno.test("formulaText() keeps the spaces that tell words and formulas apart", () => {
  assertText({
    "30{,}000 = 4\\,\\%": "30,000 = 4 %",
    "(3.1,\\ 4.2)": "(3.1, 4.2)",
    "2\\ln p_t": "2 ln pₜ",
    "\\ln\\sum_j x": "ln ∑ⱼ x",
    "a, \\qquad b \\text{ for the rest}": "a,    b for the rest",
    "\\pm 1": "±1",
    "y = \\mathrm{relu}\\big(g(x) + x\\big)": "y = relu(g(x) + x)",
  });
});

Deno.test("formulaText() gives matrices a line and aligned rows several, and notes below braces brackets", () => {
  assertText({
    "\\begin{pmatrix} x_0 & x_1 \\end{pmatrix}": "[x₀  x₁]",
    "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}": "[1  2; 3  4]",
    "\\begin{aligned} a &= 1 \\\\ b &= 2 \\end{aligned}": "a = 1\nb = 2",
    "\\underbrace{2x}_{\\text{square}} \\cdot 1": "2x [square] · 1",
  });
});

Deno.test("what formulaText() does not know stays as it is", () => {
  assertEquals(formulaText("\\nonsense x"), "\\nonsense x");
});
