/** Training in a real browser, under the policies that pages have: headless Chromium, where it is installed. */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { build } from "esbuild";
import type { Report } from "./page.ts";

const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const strict = "script-src 'self' 'wasm-unsafe-eval'";

/** Pages by their name: headers, and whether the file of workers is there. */
const pages: Readonly<
  Record<string, { readonly headers: Readonly<Record<string, string>>; readonly hasFile: boolean }>
> = {
  strict: { headers: { "Content-Security-Policy": strict }, hasFile: true },
  isolated: { headers: { "Content-Security-Policy": strict, ...isolated }, hasFile: true },
  unbundled: { headers: isolated, hasFile: false },
  refused: { headers: { "Content-Security-Policy": strict, ...isolated }, hasFile: false },
};

/** Reports of all pages, which Chromium visits one after the other. */
async function visit(program: string): Promise<ReadonlyMap<string, Report>> {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-browser-"));
  const found = new Map<string, Report>();
  const names = Object.keys(pages);
  try {
    const { outputFiles } = await build({
      entryPoints: {
        page: path.join(import.meta.dirname, "page.ts"),
        worker: path.join(import.meta.dirname, "../../runtime/wasm/worker.ts"),
      },
      bundle: true,
      format: "esm",
      splitting: true,
      platform: "browser",
      conditions: ["source"],
      external: ["gpu.js"],
      outdir: folder,
      write: false,
    });
    const files = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
    await new Promise<void>((done, fail) => {
      const server = createServer(async (request, response) => {
        const [, name, file] = (request.url ?? "").split("/");
        const page = pages[name];
        if (request.method === "POST") {
          found.set(name, JSON.parse(await bodyOf(request)) as Report);
          const next = names[names.indexOf(name) + 1];
          response.end(next ? `/${next}/` : "about:blank");
          if (!next) end();
          return;
        }
        const text =
          file === "" ? '<script type="module" src="page.js"></script>' : files.get(file);
        const isMissing = !page || text === undefined || (file === "worker.js" && !page.hasFile);
        response.writeHead(isMissing ? 404 : 200, {
          ...page?.headers,
          "Content-Type": file === "" ? "text/html" : "text/javascript",
        });
        response.end(isMissing ? "" : text);
      });
      const timer = setTimeout(
        () => end(new Error(`no report after ${[...found.keys()]}`)),
        60_000,
      );
      let shown: ReturnType<typeof spawn> | undefined;
      const end = (error?: Error): void => {
        clearTimeout(timer);
        shown?.once("exit", () => server.close(() => (error ? fail(error) : done())));
        // With all its processes, which would go on writing to its profile.
        if (shown?.pid) process.kill(-shown.pid, "SIGKILL");
        server.closeAllConnections();
      };
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        const flags = [
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
        ];
        const own = `--user-data-dir=${path.join(folder, "profile")}`;
        const url = `http://127.0.0.1:${port}/${names[0]}/`;
        shown = spawn(program, [...flags, own, url], { stdio: "ignore", detached: true });
        shown.once("error", end);
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return found;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

if (!browser) {
  test.skip("training in a browser: there is no Chromium here (apt-get install chromium)", () => {});
} else {
  test("mlp trains in Chromium, with the threads that a page allows and a reason for fewer", async (t) => {
    const reports = await visit(browser);
    for (const [name, report] of reports) {
      t.is(report.error, undefined, name);
      t.true(report.difference < 1e-5, `${name}: ${report.difference}`);
      t.true(report.hasSameBits, name);
    }
    const of = (name: string) => {
      const { isIsolated, said, workers, serving } = reports.get(name) as Report;
      return { isIsolated, said, workers, serving };
    };
    t.deepEqual(of("strict"), {
      isIsolated: false,
      said: [
        "mlp runs on one thread: the page is not cross-origin isolated, so that its memory cannot be shared",
      ],
      workers: [],
      serving: 0,
    });
    t.deepEqual(of("isolated"), { isIsolated: true, said: [], workers: ["file"], serving: 1 });
    t.deepEqual(of("unbundled"), {
      isIsolated: true,
      said: [],
      workers: ["file", "blob"],
      serving: 1,
    });
    t.deepEqual(of("refused"), {
      isIsolated: true,
      said: [
        "mlp runs on a thread less: the page's Content-Security-Policy allows no worker, or its file is missing",
      ],
      workers: ["file", "blob"],
      serving: 0,
    });
  });
}
