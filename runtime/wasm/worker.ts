/**
 * The program of a worker in browsers: it works for a module on its memory until the trainer is no more.
 * Bundlers find it where `threads.ts` starts it; one that does not is given it as an entry of its own.
 */

interface Handed {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
}

addEventListener("message", ({ data }: MessageEvent<Handed>) => {
  const { module, memory, scratch } = data;
  const mod = (a: number, b: number): number => ((a % b) + b) % b;
  const math = Math as unknown as WebAssembly.ModuleImports;
  // Only the caller's thread takes memory during a call.
  const no_memory = (): void => {};
  const imports = { adjoint: { memory, scratch, mod, no_memory }, Math: math };
  const { exports } = new WebAssembly.Instance(module, imports);
  (exports.serve as () => void)();
  close();
});
