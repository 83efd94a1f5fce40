/**
 * Opens pages in a real browser and says what is wrong with them.
 *
 * ```sh
 * deno run -A --lock=tools/deno.lock tools/site/browse.ts site [--shots DIR]
 * ```
 *
 * Serves the folder on localhost and opens every HTML page in it, those of the course itself as on a phone and on a
 * desk, in light and in dark. Prints a line for each error on the console, each request that leaves this machine, each
 * page wider than its window, each figure that Plotly does not bring to life, and whatever axe-core finds against WCAG 2
 * AA (contrast, alternative texts, keyboard). The exit code is 1 if there was something.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { load } from "../packages.ts";
import { type BrowserPage, launch, serve, watch } from "./browser.ts";

const args = parseArgs(Deno.args, { string: ["_", "shots"] });
const folder = String(args._[0] ?? "site");
const complaints = new Set<string>();

const { default: axe } = await load<{ default: { source: string } }>("axe-core");
const server = serve(folder);
const browser = await launch();
const all = pages("").sort();
try {
  for (const page of all.filter((path) => !path.startsWith("api/"))) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [390, 1200]) await lookAt(page, width, colorScheme);
    }
  }
  const reference = all.filter((path) => path.startsWith("api/"));
  await Promise.all([0, 1, 2, 3].map(async (offset) => {
    for (let i = offset; i < reference.length; i += 4) {
      await open(reference[i], 1200).then((page) => page.close());
    }
  }));
} finally {
  await browser.close();
  await server.close();
}
for (const complaint of complaints) console.log(complaint);
console.log(`${all.length} pages, ${complaints.size} complaints`);
Deno.exit(complaints.size > 0 ? 1 : 0);

async function open(path: string, width: number): Promise<BrowserPage> {
  const page = await browser.newPage({ viewport: { width, height: 850 } });
  watch(page, (sentence) => complaints.add(`${path}: ${sentence}`));
  await page.goto(`${server.url}/${path}`);
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
  await page.addScriptTag({ content: axe.source });
  const violations = await page.evaluate<string[]>(`axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + " at " + node.target + ": " + node.failureSummary.split("\\n").at(1))))`);
  for (const violation of violations) complaints.add(`${where}: ${violation}`);
  if (colorScheme === "light") await explore(page, where);
  await page.close();
}

/** Presses every button of a chart; moves the mouse over the first one. */
async function explore(page: BrowserPage, where: string): Promise<void> {
  const buttons = page.locator("figure[data-plotly] button");
  const count = await buttons.count();
  for (let i = 0; i < count; i++) await buttons.first().click();
  if (count === 0) return;
  await page.waitForFunction(
    `document.querySelectorAll(".js-plotly-plot .main-svg").length >= ${count}`,
    null,
    {
      timeout: 30_000,
    },
  );
  const box = await page.locator(".js-plotly-plot .plot-container").first().boundingBox();
  if (box === null) complaints.add(`${where}: Plotly drew nothing`);
}

function pages(under: string): string[] {
  return [...Deno.readDirSync(`${folder}/${under}`)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return pages(`${under}${name}/`);
    return name.endsWith(".html") ? [`${under}${name}`] : [];
  });
}
