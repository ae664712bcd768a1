/** Threads of a module: workers on its memory, which sleep until they are called. */

import { coreCount } from "../native/cores.ts";

/** Where threads and module meet in memory. */
export interface Pool {
  readonly threads: number;
  readonly sleeps: number;
  readonly calls: number;
}

/** Node's own module; undefined in browsers. */
const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;

/** Why there can be no threads here; undefined where there can. */
export function missingThreads(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined" || (!inNode && !globalThis.crossOriginIsolated))
    return "the page is not cross-origin isolated, so that its memory cannot be shared";
  if (!inNode && typeof Worker === "undefined") return "there are no workers here";
  return undefined;
}

/** Threads that are worth having: a browser does not tell cores from threads of cores. */
export const usualThreads = (): number =>
  inNode ? coreCount() : Math.max(1, Math.floor((navigator.hardwareConcurrency ?? 1) / 2));

/**
 * What a worker does with what it is handed, where it is text: in Node, and where `worker.ts` is not found. It has no
 * memory to refuse: only the caller's thread takes some during a call. Minifiers leave texts as they are, so this is one.
 */
const serve = `
function serve({ module, memory, scratch }) {
  const mod = (a, b) => ((a % b) + b) % b;
  const adjoint = { memory, scratch, mod, no_memory() {} };
  new WebAssembly.Instance(module, { adjoint, Math }).exports.serve();
}
`;

interface Handed {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
}

function startInNode(handed: Handed): void {
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const text = `${serve}serve(require("node:worker_threads").workerData);`;
  // A program may end while its workers sleep.
  new Worker(text, { eval: true, workerData: handed, execArgv: [] }).unref();
}

/** Ways to start a worker in a browser: the file, which bundlers find, or text, which few pages forbid. */
const ways: readonly (() => Worker)[] = [
  () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
  () => {
    const text = `${serve}onmessage = ({ data }) => { serve(data); close(); };`;
    return new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  },
];

/** Starts a worker in the first way that works; a page says only later that it forbids one. */
function startInBrowser(handed: Handed, refused: () => void, [way, ...others] = ways): void {
  if (!way) {
    refused();
    return;
  }
  const next = (): void => startInBrowser(handed, refused, others);
  try {
    const worker = way();
    worker.addEventListener("error", next, { once: true });
    worker.postMessage(handed);
  } catch {
    next();
  }
}

const ended = new FinalizationRegistry(
  ({ memory, pool }: { readonly memory: WebAssembly.Memory; readonly pool: Pool }) => {
    const places = new Int32Array(memory.buffer);
    Atomics.store(places, pool.threads / 4, 0);
    Atomics.add(places, pool.calls / 4, 1);
    Atomics.notify(places, pool.calls / 4);
  },
);

/**
 * Starts workers, which take part as soon as they run.
 *
 * @param scratches their own memory, by its address
 * @param owner when it is no more, the workers end
 * @param refused is called with a reason for each that the page does not let start
 * @returns says whether the next call is on all of them or on the caller's own
 */
export function startThreads(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  pool: Pool,
  scratches: readonly number[],
  owner: object,
  refused: (reason: string) => void,
): (all: boolean) => void {
  const places = new Int32Array(memory.buffer);
  let threads = 1 + scratches.length;
  places[pool.threads / 4] = threads;
  // The main thread of a page must not sleep.
  places[pool.sleeps / 4] = Number(inNode || !("document" in globalThis));
  for (const scratch of scratches) {
    const handed = { module, memory, scratch };
    if (inNode) startInNode(handed);
    else
      startInBrowser(handed, () => {
        threads--;
        refused("the page's Content-Security-Policy allows no worker, or its file is missing");
      });
  }
  ended.register(owner, { memory, pool });
  return (all) => {
    places[pool.threads / 4] = all ? threads : 1;
  };
}
