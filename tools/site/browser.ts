/**
 * A real browser that reaches nothing but this machine.
 *
 * @module
 */
import { load } from "../packages.ts";

/** As much of Playwright's page as is used here. */
export interface BrowserPage {
  goto(
    url: string,
    options?: { timeout?: number; waitUntil?: "load" | "domcontentloaded" },
  ): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  emulateMedia(options: { colorScheme: "light" | "dark" }): Promise<void>;
  on(event: string, heard: (event: never) => void): void;
  locator(selector: string): Locator;
  waitForTimeout(milliseconds: number): Promise<void>;
  keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  mouse: { move(x: number, y: number): Promise<void> };
  close(): Promise<void>;
}

/** As much of Playwright's locator as is used here. */
interface Locator {
  click(options?: { timeout?: number }): Promise<void>;
  count(): Promise<number>;
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
  innerText(): Promise<string>;
  scrollIntoViewIfNeeded(): Promise<void>;
  waitFor(options?: { timeout?: number; state?: "visible" | "attached" }): Promise<void>;
}

/** A browser. */
interface Browser {
  newPage(
    options?: { viewport?: { width: number; height: number }; bypassCSP?: boolean },
  ): Promise<BrowserPage>;
  close(): Promise<void>;
}

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where Chromium or Chrome is installed; null if nowhere. The variable CHROMIUM may name another place. */
export function findChromium(): string | null {
  return [Deno.env.get("CHROMIUM"), ...PLACES].find((path) => {
    try {
      return path !== undefined && Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  }) ?? null;
}

/** Starts it. */
export async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new Error(
      "There is no Chromium here: install it (Debian: apt install chromium), or say where with CHROMIUM.",
    );
  }
  const { chromium } = await load<{ chromium: { launch(options: unknown): Promise<Browser> } }>(
    "playwright-core",
  );
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
  args.push("--disable-background-networking", "--disable-component-update", "--hide-scrollbars");
  return await chromium.launch({ executablePath, args });
}

/**
 * Writes down what a page does that it should not.
 *
 * @param page The page, before it goes anywhere.
 * @param complain Receives a sentence: an error on its console, an exception, a request beyond localhost, a failed one.
 */
export function watch(page: BrowserPage, complain: (sentence: string) => void): void {
  page.on("console", (message: { type(): string; text(): string }) => {
    if (message.type() === "error") complain(`the console says: ${message.text()}`);
  });
  page.on("pageerror", (error: Error) => complain(`an exception: ${error.message}`));
  page.on("request", (request: { url(): string }) => {
    const url = new URL(request.url());
    const isLocal = ["localhost", "127.0.0.1"].includes(url.hostname) ||
      ["data:", "blob:", "file:"].includes(url.protocol);
    if (!isLocal) complain(`a request leaves this machine: ${request.url()}`);
  });
  page.on("response", (response: { status(): number; url(): string }) => {
    if (response.status() >= 400) complain(`${response.status()} for ${response.url()}`);
  });
}

/** How often a page is asked, in milliseconds. */
const EVERY = 50;

/**
 * Waits until a condition holds. (Playwright's own waiting evaluates text inside of the page, which a content security policy
 * forbids.)
 *
 * @param page The page; it may open another meanwhile.
 * @param condition JavaScript.
 * @param timeout Milliseconds.
 */
export async function until(page: BrowserPage, condition: string, timeout = 30_000): Promise<void> {
  for (const end = Date.now() + timeout; Date.now() < end; await page.waitForTimeout(EVERY)) {
    if (await page.evaluate<boolean>(`!!(${condition})`).catch(() => false)) return;
  }
  throw new Error(`The page was not so within ${timeout / 1000} s: ${condition}`);
}

const TYPES: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** Serves a folder on localhost. */
export function serve(folder: string): { url: string; close(): Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname).replace(/\/$/, "/index.html");
    try {
      const bytes = await Deno.readFile(folder + path);
      return new Response(bytes, {
        headers: { "content-type": TYPES[path.split(".").at(-1)!] ?? "text/plain" },
      });
    } catch {
      return new Response(`there is no ${path}`, { status: 404 });
    }
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
}
