/**
 * Installs dependencies where they are missing or not those of the lock file; says nothing otherwise.
 * `node scripts/setup.mjs [FOLDER]`: of the project, or of a folder in it that has its own.
 */

import { spawnSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const root = path.join(project, process.argv[2] ?? "");
const modules = path.join(root, "node_modules");

/** Packages of a lock file by their folder; none where it is missing or broken. */
function packages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch {
    return {};
  }
}

/** Versions count, not times: a checkout touches the lock file without changing it. */
function isInstalled() {
  const installed = packages(path.join(modules, ".package-lock.json"));
  return Object.entries(packages(path.join(root, "package-lock.json"))).every(
    ([folder, { version, optional }]) =>
      folder === "" || (installed[folder] ? installed[folder].version === version : optional),
  );
}

// A linked node_modules is kept by whoever linked it: npm ci would empty it.
const isLinked = lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

if (!isLinked && !isInstalled()) {
  const where = path.relative(project, root);
  console.log(`Installing dependencies (npm ci${where && ` --prefix ${where}`}) …`);
  const windows = process.platform === "win32";
  const { status } = spawnSync(windows ? "npm.cmd" : "npm", ["ci", "--no-fund", "--no-audit"], {
    cwd: root,
    stdio: "inherit",
    shell: windows,
  });
  process.exitCode = status ?? 1;
}
