/**
 * What a reader does in JupyterLab, done in a real browser: opens a chapter, runs all of it, watches a training loop,
 * stops it, goes on. A program of its own, since its packages are tools/deno.lock's.
 *
 * ```sh
 * deno run -A --lock=tools/deno.lock tests/notebooks/lab.ts [--shots DIR]
 * ```
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type BrowserPage, launch, until } from "../../tools/site/browser.ts";
import { serialize } from "../../tools/notebooks/nbformat.ts";
import { jupyterHome, notebookOf, ROOT } from "./tools.ts";

const { shots } = parseArgs(Deno.args, { string: ["shots"] });
/** So long the browser may wait for anything, in milliseconds. */
const PATIENCE = 60_000;

/** All outputs, as a script in the page sees them; cells that are scrolled away are not drawn, so it asks the model. */
const OUTPUTS = `JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .map((cell) => cell.toJSON().outputs))`;

/** A loop that takes minutes, a cell after it, and a cell that asks for what the loop has made. */
const LOOP = [
  'import { steps } from "descent";\nimport { chapterFlags } from "descent/course";\nchapterFlags({ title: "A long loop" });\nlet last = 0;',
  `for await (const step of steps(100_000, { label: "long" })) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  last = step.index;
  step.log({ loss: 1 / (1 + step.index) });
}`,
  'console.log("alive after", last > 0);',
];

const { folder, env } = await jupyterHome();
await copyRepository(`${folder}/course`);
await Deno.writeTextFile(`${folder}/course/notebooks/loop.ipynb`, serialize(notebookOf(...LOOP)));
const port = freePort();
const lab = new Deno.Command("jupyter-lab", {
  args: [
    "--no-browser",
    "--allow-root",
    "--expose-app-in-browser",
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True",
    `--ServerApp.root_dir=${folder}/course`,
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
  ],
  env: {
    ...env,
    JUPYTERLAB_SETTINGS_DIR: `${folder}/settings`,
    JUPYTERLAB_WORKSPACES_DIR: `${folder}/workspaces`,
  },
  stdin: "null",
  stdout: "null",
  stderr: "null",
}).spawn();

let code = 1;
const browser = await launch();
try {
  await reachable(`http://127.0.0.1:${port}/api`);
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await runChapter(page);
  await page.close();
  const second = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await stopLoop(second).catch(async (error) => {
    await shoot(second, "failed");
    throw error;
  });
  code = 0;
} catch (error) {
  console.error(error);
} finally {
  await browser.close();
  lab.kill("SIGTERM");
  await lab.status;
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(code);

async function runChapter(page: BrowserPage): Promise<void> {
  await open(page, "01_extremum.ipynb");
  await command(page, "editmenu:clear-all");
  await until(page, "!document.body.innerText.includes('dy/dx = -1.99')", PATIENCE);
  await command(page, "notebook:run-all-cells");
  await shows(page, "dy/dx = -1.992411732673645");
  await shows(page, "x = 1.9984387159347534");
  await shoot(page, "chapter");
  console.log("chapter 1 runs in JupyterLab");
}

async function stopLoop(page: BrowserPage): Promise<void> {
  await open(page, "loop.ipynb");
  await command(page, "notebook:run-all-cells");
  const look = `[...document.querySelectorAll(".jp-OutputArea-output")].map((node) => node.innerHTML).join()`;
  await until(page, `${look}.includes("long")`, PATIENCE);
  const looks = new Set<string>();
  for (let i = 0; i < 60 && looks.size < 4; i++) {
    looks.add(await page.evaluate<string>(look));
    await page.waitForTimeout(250);
  }
  if (looks.size < 4) throw new Error("the display of a running loop does not move");
  await shoot(page, "loop");
  console.log("a running loop's display moves");

  await page.locator(
    '[data-command="notebook:interrupt-kernel"] button, [data-command="notebook:interrupt-kernel"]',
  )
    .first().click();
  await shows(page, "Stopped");
  await shoot(page, "stopped");
  console.log("Stop ends the loop with a sentence");

  await page.locator(".jp-CodeCell").last().click();
  await command(page, "notebook:run-cell");
  await shows(page, "alive after true");
  console.log("the kernel and its variables live on");
}

async function open(page: BrowserPage, file: string): Promise<void> {
  const url = `http://127.0.0.1:${port}/lab/workspaces/${file.replace(/\W/g, "")}/tree/notebooks/${file}`;
  await page.goto(url, { timeout: PATIENCE });
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: PATIENCE });
  const session = "window.jupyterapp.shell.currentWidget?.sessionContext";
  await until(
    page,
    `${session}?.path?.endsWith(${JSON.stringify(file)}) && ${session}.session?.kernel?.status === "idle"`,
    PATIENCE,
  );
}

async function command(page: BrowserPage, name: string): Promise<void> {
  await page.evaluate(`void window.jupyterapp.commands.execute(${JSON.stringify(name)})`);
}

/** Waits until some output says so. */
async function shows(page: BrowserPage, text: string): Promise<void> {
  const quoted = JSON.stringify(JSON.stringify(text).slice(1, -1));
  await until(page, `${OUTPUTS}.includes(${quoted})`, PATIENCE);
}

async function shoot(page: BrowserPage, name: string): Promise<void> {
  if (shots === undefined) return;
  await Deno.mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/lab_${name}.png` });
}

/** What the notebooks need, elsewhere: JupyterLab saves what it opens. */
async function copyRepository(to: string): Promise<void> {
  await Deno.mkdir(to);
  for (const path of ["deno.json", "deno.lock", "lib", "notebooks", "tools"]) {
    await new Deno.Command("cp", { args: ["-r", new URL(path, ROOT).pathname, to] }).output();
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return (listener.addr as Deno.NetAddr).port;
}

async function reachable(url: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    try {
      if ((await (await fetch(url)).text()).includes("version")) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error("JupyterLab did not start");
}
