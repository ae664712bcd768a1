/** All threads or one: a call is made the faster way, whichever that is and becomes. */

import test from "ava";
import { paced } from "../../runtime/wasm/pace.ts";

/** Makes calls that take so long on one thread and on all; how many were on all, and the time of all. */
function make(calls: number, timesOf: (call: number) => readonly [one: number, all: number]) {
  let [time, shared, isShared, call] = [0, 0, false, 0];
  const run = paced(
    () => {
      time += timesOf(call)[Number(isShared)];
      shared += Number(isShared);
    },
    (all) => {
      isShared = all;
    },
    () => time,
  );
  for (; call < calls; call++) run();
  return { time, shared: shared / calls };
}

test("what is faster on all threads is done there, after a short trial of one", (t) => {
  const { time, shared } = make(1000, () => [10, 6]);
  t.true(shared > 0.95, `${shared}`);
  t.true(time < 1.02 * 6 * 1000, `${time}`);
});

test("what is slower on all threads costs little more than on one, however much slower", (t) => {
  for (const all of [10.5, 12, 30, 500]) {
    const first = make(50, () => [10, all]).time;
    const later = make(1050, () => [10, all]).time - first;
    t.true(later < 1.05 * 10 * 1000 + 2 * 8 * all, `${all}: ${later}`);
  }
});

test("threads that begin late are waited for, not long", (t) => {
  const { shared } = make(1000, (call) => [10, call < 100 ? 10.2 : 6]);
  t.true(shared > 0.7, `${shared}`);
});

test("a change is found out", (t) => {
  const calls = 3000;
  const { shared } = make(calls, (call) => (call < calls / 2 ? [10, 20] : [10, 6]));
  t.true(shared > 0.4, `${shared}`);
  const back = make(calls, (call) => (call < calls / 2 ? [10, 6] : [10, 20]));
  t.true(back.shared < 0.6, `${back.shared}`);
});
