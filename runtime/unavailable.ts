/** A target that cannot run here: `auto` goes on to the next one. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
