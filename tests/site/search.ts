/**
 * Types into the search of a site's reference and prints what comes first, as JSON: per page, from what was typed. After
 * the last word it presses Enter, and waits until the page of `backward` has opened. A program of its own, for the browser's
 * package is in tools/deno.lock. Arguments: the site's folder, and the words, "bakward" last.
 *
 * @module
 */
import { launch, serve, until } from "../../tools/site/browser.ts";

const [folder, ...words] = Deno.args;
const server = serve(folder), browser = await launch();
const found: Record<string, Record<string, string>> = {};
try {
  const page = await browser.newPage();
  for (const start of ["index.html", "~/optim.lr.StepLR.html"]) {
    await page.goto(`${server.url}/api/${start}`);
    const first: Record<string, string> = found[start] = {};
    for (const word of words) {
      await page.locator("#searchbar").click();
      await page.keyboard.press("Escape");
      await page.keyboard.type(word);
      first[word] = await page.locator("#searchResults a").first().innerText();
    }
    await page.keyboard.press("Enter");
    await until(page, `document.title.startsWith("Tensor.prototype.backward")`);
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(JSON.stringify(found));
