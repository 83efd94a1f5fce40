/**
 * Pages that compute in a real browser, and say what came of it.
 *
 * @module
 */

const TYPES: Record<string, string> = { html: "text/html; charset=utf-8", js: "text/javascript" };

/** With these a page is cross-origin isolated: its threads may share memory. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** What a browser is started with. */
export interface BrowserCall {
  program: string;
  /** `profile` is an empty folder. */
  args: (url: string, profile: string) => string[];
}

/** Chromium, which computes WebGPU on the processor. */
export function chromium(program: string): BrowserCall {
  return {
    program,
    args: (url, profile) => [
      ...[
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
      ],
      ...["--disable-component-update", `--user-data-dir=${profile}`],
      ...["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", url],
    ],
  };
}

/** Firefox. */
export function firefox(program: string): BrowserCall {
  return { program, args: (url, profile) => ["--headless", "--no-remote", "--profile", profile, url] };
}

/**
 * Opens a page and waits for what it posts to /result.
 *
 * @param options.isolated Whether its server sends the headers of cross-origin isolation.
 * @param options.policy A content security policy.
 */
export async function resultOf<T>(
  browser: BrowserCall,
  folder: string,
  page: string,
  options: { isolated: boolean; policy?: string },
): Promise<T> {
  const posted = Promise.withResolvers<T>();
  const headers: Record<string, string> = {
    ...(options.isolated ? ISOLATION : {}),
    ...(options.policy === undefined ? {} : { "content-security-policy": options.policy }),
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/result") {
      posted.resolve(await request.json());
      return new Response();
    }
    try {
      const type = TYPES[pathname.split(".").at(-1)!] ?? "application/octet-stream";
      return new Response(await Deno.readFile(folder + pathname), {
        headers: { ...headers, "content-type": type },
      });
    } catch {
      return new Response(`there is no ${pathname}`, { status: 404 });
    }
  });
  const profile = Deno.makeTempDirSync();
  const child = new Deno.Command(browser.program, {
    args: browser.args(`http://127.0.0.1:${server.addr.port}/${page}`, profile),
    env: { XDG_RUNTIME_DIR: profile },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(
    () => posted.reject(new Error(`${browser.program}: no result after five minutes`)),
    300_000,
  );
  try {
    return await posted.promise;
  } finally {
    clearTimeout(timer);
    child.kill();
    await child.status;
    await server.shutdown();
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
}
