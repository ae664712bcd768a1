/** How many threads are worth having in Node. Without imports: browsers load it too. */

/** Physical cores that this process may use: two threads of one core share its arithmetic. */
export function coreCount(): number {
  const usable = process.getBuiltinModule("node:os").availableParallelism();
  return Math.max(1, Math.min(usable, linuxCores() ?? usable));
}

function linuxCores(): number | undefined {
  const { readdirSync, readFileSync } = process.getBuiltinModule("node:fs");
  const root = "/sys/devices/system/cpu";
  try {
    const siblings = readdirSync(root)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${root}/${name}/topology/thread_siblings_list`, "utf8").trim());
    return siblings.length > 0 ? new Set(siblings).size : undefined;
  } catch {
    // Not Linux, or no permission: the caller goes by threads.
    return undefined;
  }
}
