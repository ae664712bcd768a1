/** Whether a call is made on all threads or on one: whichever is faster, by measuring. */

/** First calls, in which the engine still compiles; calls of a window. */
const [warm, window] = [2, 8];
/** Most windows between trials, and after one that was hopeless. */
const [longest, longestHopeless] = [16, 256];

/**
 * A call that is made the faster way, while the other way is on trial for a window now and then: more seldom
 * after each trial that failed, and shortly where it is much slower.
 *
 * @param use says whether the next call is on all threads
 */
export function paced(
  run: () => void,
  use: (all: boolean) => void,
  now = (): number => performance.now(),
): () => void {
  /** Milliseconds a call on one thread and on all; 0 where it is not known. */
  const paces = [0, 0];
  let way = 1;
  let isTrial = false;
  let [calls, time, held, hold] = [-warm, 0, 0, 1];
  return () => {
    use(way === 1);
    const start = now();
    run();
    if (++calls <= 0) return;
    time += now() - start;
    const mean = time / calls;
    const other = paces[1 - way];
    const isHopeless = mean > 4 * other;
    const isOver = isTrial && (isHopeless || (calls > 1 && mean > 1.5 * other));
    if (calls < window && !isOver) return;
    paces[way] = mean;
    [calls, time] = [0, 0];
    if (other > 0 && mean <= other) {
      if (isTrial) hold = 1;
      isTrial = false;
      if (++held < hold) return;
      isTrial = true;
    } else {
      hold = isTrial ? Math.min(2 * hold, isHopeless ? longestHopeless : longest) : 1;
      isTrial = false;
    }
    held = 0;
    way = 1 - way;
  };
}
