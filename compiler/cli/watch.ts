/** `--watch`: builds the models whose files change, and goes on after mistakes. */

import path from "node:path";
import { findModels, projectRoot, readManifest } from "./build.ts";
import { type CodegenOptions, codegen, exits, type Output } from "./codegen.ts";

/** Watches until it is interrupted. @returns the exit code */
export async function watch(
  models: readonly string[],
  options: CodegenOptions,
  output: Output,
): Promise<number> {
  const { watch: observe } = await import("chokidar");
  const root = projectRoot(options.cwd);
  const out = path.resolve(root, options.out);
  const wanted = (): string[] =>
    models.length > 0 ? [...models] : findModels(root).map((file) => path.join(root, file));
  await codegen(models, options, output);
  const pending = new Set<string>();
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const changed = [...pending];
    pending.clear();
    running = running.then(async () => {
      for (const model of modelsOf(changed)) await codegen([model], options, output);
    });
  };
  /** Models that one of the changed files belongs to; a file that no model is known to use means all. */
  const modelsOf = (changed: readonly string[]): string[] => {
    const manifest = readManifest(out);
    return wanted().filter((model) => {
      const name = path.basename(model).replace(/\.m?ts$/, "");
      const inputs = Object.keys(manifest?.models[name]?.inputs ?? {}).map((file) =>
        path.join(root, file),
      );
      return changed.some(
        (file) => file === path.resolve(options.cwd, model) || inputs.includes(file),
      );
    });
  };
  const folders = [
    ...new Set([
      path.join(root, "models"),
      ...wanted().map((file) => path.dirname(path.resolve(options.cwd, file))),
    ]),
  ];
  const watcher = observe(folders, {
    ignoreInitial: true,
    ignored: (file) => file === out || file.startsWith(out + path.sep),
  });
  watcher.on("all", (event, file) => {
    if (event !== "add" && event !== "change") return;
    pending.add(path.resolve(file));
    clearTimeout(timer);
    timer = setTimeout(flush, 50);
  });
  await new Promise<void>((resolve) => watcher.on("ready", resolve));
  output.log("Watching for changes; Ctrl-C ends.");
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await watcher.close();
  await running;
  return exits.fresh;
}
