/**
 * Opens pages in a real browser and says what is wrong with them.
 *
 * ```sh
 * deno run -A --lock=tools/deno.lock tools/site/browse.ts site [--shots DIR]
 * ```
 *
 * Serves the folder on localhost and opens every HTML page in it: those of the course and the contents of the reference
 * as on a phone and on a desk, in light and in dark; the other pages of the reference as on a phone. Prints a line for
 * each error on the console, each request that leaves this machine, each page wider than its window, each figure that
 * Plotly does not bring to life, each question that does not answer a choice, and whatever axe-core finds against WCAG 2
 * AA (contrast, alternative texts, keyboard). The exit code is 1 if there was something.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { load } from "../packages.ts";
import { type BrowserPage, launch, serve, until, watch } from "./browser.ts";

const args = parseArgs(Deno.args, { string: ["_", "shots"] });
const folder = String(args._[0] ?? "site");
const complaints = new Set<string>();

const { default: axe } = await load<{ default: { source: string } }>("axe-core");
const server = serve(folder);
const browser = await launch();
const all = pages("").sort();
try {
  // Some pages of the reference only send the reader on to another one.
  const [course, reference] = [false, true].map((wanted) =>
    all.filter((path) => path.startsWith("api/~/") === wanted && !sendsOn(path))
  );
  for (const page of course) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [390, 1200]) await lookAt(page, width, colorScheme);
    }
  }
  await Promise.all([0, 1, 2, 3].map(async (worker) => {
    let path = "";
    const page = await browser.newPage({ viewport: { width: 390, height: 850 } });
    watch(page, (sentence) => complaints.add(`${path}: ${sentence}`));
    for (let i = worker; i < reference.length; i += 4) {
      path = reference[i];
      await page.goto(urlOf(path));
      const widest = await page.evaluate<number>("document.documentElement.scrollWidth");
      if (widest > 390) complaints.add(`${path}: is ${widest} pixels wide on a phone`);
    }
  }));
} finally {
  await browser.close();
  await server.close();
}
for (const complaint of complaints) console.log(complaint);
console.log(`${all.length} pages, ${complaints.size} complaints`);
Deno.exit(complaints.size > 0 ? 1 : 0);

function sendsOn(path: string): boolean {
  return Deno.readTextFileSync(`${folder}/${path}`).includes('http-equiv="refresh"');
}

async function open(path: string, width: number): Promise<BrowserPage> {
  const page = await browser.newPage({ viewport: { width, height: 850 } });
  watch(page, (sentence) => complaints.add(`${path}: ${sentence}`));
  await page.goto(urlOf(path));
  return page;
}

async function lookAt(path: string, width: number, colorScheme: "light" | "dark"): Promise<void> {
  const page = await open(path, width);
  const where = `${path} (${width} px, ${colorScheme})`;
  await page.emulateMedia({ colorScheme });
  const widest = await page.evaluate<number>("document.documentElement.scrollWidth");
  if (widest > width) complaints.add(`${where}: is ${widest} pixels wide`);
  if (args.shots !== undefined) {
    await Deno.mkdir(args.shots, { recursive: true });
    const file = `${path.replace(/\W+/g, "_")}_${width}_${colorScheme}.png`;
    await page.screenshot({ path: `${args.shots}/${file}`, fullPage: true });
  }
  await answer(page, where);
  // Not as a script of the page: its policy lets none in.
  await page.evaluate(axe.source);
  const violations = await page.evaluate<string[]>(`axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + " at " + node.target + ": " + node.failureSummary.split("\\n").at(1))))`);
  for (const violation of violations) complaints.add(`${where}: ${violation}`);
  if (colorScheme === "light" && width > 390) await explore(page, where);
  await page.close();
}

/** Chooses the first answer to each question: each says whether that is right, and unfolds. */
async function answer(page: BrowserPage, where: string): Promise<void> {
  const choices = page.locator(".choices li:first-child button");
  for (let i = await choices.count() - 1; i >= 0; i--) await choices.nth(i).click();
  const silent = await page.evaluate<number>(
    `[...document.querySelectorAll(".question")].filter((question) => {
    const { right } = question.dataset, said = question.querySelector("[role=status]")?.textContent;
    return said !== (right === "a" ? "Right." : \`No, it is \${right}.\`) || !question.querySelector("details").open;
  }).length`,
  );
  if (silent > 0) complaints.add(`${where}: ${silent} questions say nothing to a choice`);
}

/** Presses every button of a chart, and moves the mouse over the charts until each says what is under it. */
async function explore(page: BrowserPage, where: string): Promise<void> {
  const buttons = page.locator("figure[data-plotly] button");
  for (let i = await buttons.count(); i > 0; i--) await buttons.first().click();
  const count = await page.locator(".js-plotly-plot").count();
  const drawn = `document.querySelectorAll("figure[data-plotly] .js-plotly-plot .main-svg").length`;
  const figures = await page.locator("figure[data-plotly]").count();
  await until(page, `${drawn} >= ${figures}`);
  for (let i = 0; i < count; i++) {
    if (!await reacts(page, i)) {
      complaints.add(`${where}: chart ${i + 1} does not react to the mouse`);
    }
  }
}

/** Whether something appears where the mouse is: on the middle point of a curve, or somewhere in a grid over the chart. */
async function reacts(page: BrowserPage, index: number): Promise<boolean> {
  const chart = page.locator(".js-plotly-plot").nth(index);
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (box === null) return false;
  const middle = await page.evaluate<[number, number] | null>(`(() => {
    const { _fullData: [{ x, y }], _fullLayout: { xaxis, yaxis } } = document.querySelectorAll(".js-plotly-plot")[${index}];
    if (!x || !y || !xaxis || !yaxis) return null;
    const k = x.length >> 1;
    return [xaxis._offset + xaxis.d2p(x[k]), yaxis._offset + yaxis.d2p(y[k])];
  })()`);
  const places = Array.from(
    { length: 100 },
    (_, k) => [0.15 + 0.07 * (k % 10), 0.15 + 0.07 * Math.floor(k / 10)],
  )
    .map(([x, y]) => [x * box.width, y * box.height]);
  for (const [x, y] of middle === null ? places : [middle, ...places]) {
    await page.mouse.move(box.x + x, box.y + y);
    await page.waitForTimeout(x === middle?.[0] ? 200 : 20);
    if (await page.locator(".hoverlayer .hovertext, .hoverlayer .axistext").count() > 0) return true;
  }
  return false;
}

function urlOf(path: string): string {
  return `${server.url}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

function pages(under: string): string[] {
  return [...Deno.readDirSync(`${folder}/${under}`)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return pages(`${under}${name}/`);
    return name.endsWith(".html") ? [`${under}${name}`] : [];
  });
}
