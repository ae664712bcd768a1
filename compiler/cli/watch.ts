/** `--watch`: builds the models whose files change, and goes on after mistakes. */

import path from "node:path";
import { watch as observe } from "chokidar";
import { type CodegenOptions, codegen } from "./codegen.ts";
import { exits, type Output, report } from "./output.ts";
import { findModels, projectRoot } from "./project.ts";

/** Editors save in several steps: what comes within this time, in ms, is one change. */
const pause = 50;

/** Watches until it is interrupted. @returns the exit code */
export async function watch(
  models: readonly string[],
  options: CodegenOptions,
  output: Output,
  interrupted: Promise<void> = untilSignal(),
): Promise<number> {
  const root = projectRoot(options.cwd);
  const out = path.resolve(root, options.out);
  const named = models.map((file) => path.resolve(options.cwd, file));
  const wanted = (): string[] =>
    named.length > 0 ? named : findModels(root).map((file) => path.join(root, file));
  /** Files of each model, as its last good build read them; all absolute. */
  const inputs = new Map<string, readonly string[]>();

  const build = async (chosen: readonly string[]): Promise<void> => {
    for (const file of chosen.length > 0 ? chosen : wanted()) inputs.delete(file);
    const { built } = await codegen(chosen, options, output);
    for (const { file, inputs: files } of built)
      inputs.set(
        path.join(root, file),
        files.map((input) => path.join(root, input)),
      );
    watcher.add([...inputs.values()].flat().filter((file) => !file.startsWith(out + path.sep)));
  };

  /**
   * Models that use one of these files. One that failed, or is new, may use any of them; but a file
   * that models import is not taken for a model.
   */
  const affected = (changed: ReadonlySet<string>): string[] => {
    const imported = new Set([...inputs.values()].flat());
    return wanted().filter((model) => {
      const files = inputs.get(model);
      return files ? files.some((file) => changed.has(file)) : !imported.has(model);
    });
  };

  const watcher = observe(
    [path.join(root, "models"), ...new Set(named.map((file) => path.dirname(file)))],
    {
      ignoreInitial: true,
      ignored: (file) =>
        file === out || file.startsWith(out + path.sep) || path.basename(file) === "node_modules",
    },
  );
  const ready = new Promise<void>((resolve) => watcher.once("ready", resolve));
  let running = build(named);
  let changed = new Set<string>();
  let isModelGone = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    const [files, gone] = [changed, isModelGone && named.length === 0];
    changed = new Set();
    isModelGone = false;
    running = running
      .then(async () => {
        // Only a run over all models deletes what a model left behind.
        const chosen = affected(files);
        if (gone) await build([]);
        else if (chosen.length > 0) await build(chosen);
      })
      .catch((error: unknown) => void report(error, root, output));
  };
  watcher.on("all", (event, file) => {
    if (event !== "add" && event !== "change" && event !== "unlink") return;
    const full = path.resolve(file);
    if (!/\.([cm]?[jt]s|json)$/.test(full)) return;
    changed.add(full);
    if (event === "unlink" && inputs.has(full)) isModelGone = true;
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
  });
  watcher.on("error", (error) => void report(error, root, output));
  await Promise.all([ready, running]);
  output.log("Watching for changes; Ctrl-C ends.");
  await interrupted;
  clearTimeout(timer);
  await watcher.close();
  await running;
  return exits.fresh;
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
