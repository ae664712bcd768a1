/** Plain JavaScript that lifting must leave as it is: one program a construct; each exports `result`. */

/** Name and source. `note(v)` logs and returns its argument. */
export const plainPrograms: readonly [name: string, source: string][] = [
  [
    "optional chain continues",
    `const a = undefined; export const result = [a?.b[0], a?.b["x"].c, a?.[1][2], a?.m(1)[3]];`,
  ],
  [
    "chain on values",
    `const a = { b: [5, { c: 6 }], m() { return [this === a]; } }; export const result = [a?.b[0], a?.b[1].c, a?.["b"][0], a.m?.()[0], a?.m()[0], a.zz?.()[0]];`,
  ],
  [
    "optional call keeps this",
    `const o = { v: 3, f() { return this.v; }, k: "f" }; export const result = [o.f?.(), o["f"]?.(), o?.[o.k](), (o?.f)(), (o.f)(), (o["f"])()];`,
  ],
  [
    "destructuring assignment",
    `let a, b, o = {}; ({ a, b: o.x, c: [b = 1 + 1] = [], ...o.r } = { a: 1, b: 2, d: 4 }); [a, o["y"], ...o.z] = [b, a, 1, 2]; ({ k: a = 7 + 1 } = {}); export const result = [a, b, o.x, o.y, o.z, o.r.d];`,
  ],
  ["swap", `let a = 1, b = 2; [a, b] = [b, a]; export const result = [a, b];`],
  [
    "for-of into members",
    `const o = {}; const seen = []; for (o.x of [1, 2]) seen.push(o.x); for ({ p: o.y } of [{ p: 3 }]) seen.push(o.y); for (const { q: [z = 9] } of [{ q: [] }]) seen.push(z); for (o["w"] in { k: 1 }) seen.push(o.w); export const result = seen;`,
  ],
  [
    "exported destructuring",
    `export const { a, b: [c] } = { a: 1, b: [2] }; export const result = [a, c];`,
  ],
  [
    "parameter defaults: length, order, scope",
    `const o = { n: 0 }; function f(a, b = o.n++, c = b + (o.n ||= 5)) { return [a, b, c]; } export const result = [f.length, f(1), f(1, undefined, 3), f(7)];`,
  ],
  [
    "generator parameter defaults run at the call",
    `const o = { n: 0 }; function* g(a = o.n++) { yield a; } const i = g(); note(o.n); export const result = [o.n, i.next().value];`,
  ],
  [
    "parameter scope is not the body's",
    `const o = { n: 0 }; let x = "outer"; function f(a = (o.n++, () => x)) { var x = "inner"; return a(); } export const result = f();`,
  ],
  [
    "fields with steps, recursive",
    `let left = 3; const box = { list: [] }; class T { id = box.list.length; kid = left-- > 0 ? new T() : null; sum = (box[this.id] ||= new Array(left + 2).length); } export const result = [new T().kid.kid.id, box[0], box[1], left];`,
  ],
  [
    "recursive logical assignment in a field",
    `let depth = 0; const a = { x: 0 }, b = { x: 0 }; const pick = () => depth++ === 0 ? a : b; class N { v = (pick().x ||= depth < 2 ? new N().v + 10 : 1); } new N(); export const result = [a.x, b.x];`,
  ],
  [
    "super elements",
    `class A { get p() { return this.q; } set p(v) { this.q = v; } } class B extends A { q = 1; m() { const k = "p"; super[k] += 2; super["p"]++; super.p *= 3; super.p ||= 7; super[k] &&= super[k] + 1; return [super[k], this.q, super.p--]; } } export const result = new B().m();`,
  ],
  [
    "static blocks and private methods",
    `class A { static #n = 1; static { A.#n++; this.k = A.#n * 2; } #m(x) { return x + 1; } static has(o) { return #m in o; } go() { return this.#m?.(2) + this.#m(3); } } export const result = [A.k, new A().go(), A.has(new A()), A.has({})];`,
  ],
  [
    "names of functions in logical assignment",
    `let f; f ||= () => 1; let g = 1; g &&= function () {}; let h; h ??= class {}; export const result = [f.name, g.name, h.name];`,
  ],
  [
    "names through defaults",
    `const { f = () => 1 } = {}; const [g = class {}] = []; let h; [h = function () {}] = []; function k(p = () => 2) { return p.name; } export const result = [f.name, g.name, h.name, k()];`,
  ],
  [
    "exotic targets",
    `const o = { x: 1, y: [1] }; (o.x) += 1; (o.y[0])++; ((o.x)) ||= 4; o.y[o.x - 2] **= 2; (o).x--; export const result = [o.x, o.y];`,
  ],
  [
    "ts exotic targets",
    `const o: { x: number; y: number[] } = { x: 1, y: [1] }; let reads = 0; const get = () => (reads++, o); (get().x as number) += 1; (<any>get().x) += 1; get()!.x!++; (get().y as number[])[0]! += 2; (get().x satisfies number) ||= 3; export const result = [o.x, o.y, reads];`,
  ],
  [
    "labelled loops",
    `const out = []; a: for (let i = 0; i < 3; i++) b: for (let j = 0; ; j++) { if (j > 2) continue a; if (i === 2) break b; out.push(i * 10 + j); } blk: { if (out.length) break blk; out.push("no"); } l: if (out.length > 1) { out.push("l"); break l; } w: while (true) { do { break w; } while (true); } export const result = out;`,
  ],
  [
    "single statement bodies",
    `var s = 0; if (s < 1) var [q, r] = [1, 2]; else var { q } = {}; for (var i = 0; i < 2; i++) var [u] = [i]; lab: var { v } = { v: u + r }; export const result = [q, r, u, v];`,
  ],
  [
    "async functions",
    `const out = []; const f = async (a) => { const b = (await a) && (await 2); out.push(b); const c = (await a) ? await 5 : await 6; let o = { k: 1 }; o.k += await 3; o.k ||= await 4; out.push(c + o.k); for await (const [x, y] of [[1, 2]]) out.push(x + y); return b + c; }; const p = f(1); export const result = [p instanceof Promise, out];`,
  ],
  [
    "async generators",
    `async function* g() { let x = 0; while (x < 3) { yield x++ * 2; } } const i = g(); export const result = [typeof i.next, i[Symbol.toStringTag]];`,
  ],
  [
    "closures in loops",
    `const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i++ + i); export const result = fs.map((f) => f()).concat(fs.map((f) => f()));`,
  ],
  [
    "getters and setters",
    `class A { static get [1 + "x"]() { return 2 * 3; } get a() { return note(this.b * 2); } set a(v) { this.b = v + 1; } b = 1; } const x = new A(); x.a += 1; x.a++; const old = x.a--; export const result = [x.b, old, A["1x"]];`,
  ],
  [
    "object accessors and methods",
    `const o = { get a() { return 1 + this.n; }, n: 2, ["k" + 1]: 3, async *g() {}, "q-r": 4, 5: 6, m(x = 1 + 1) { return super.toString === Object.prototype.toString && x; }, __proto__: { z: 8 } }; export const result = [o.a, o.k1, o["q-r"], o[5], o.m(), o.z, Object.keys(o)];`,
  ],
  [
    "proto stays",
    `const p = { a: 1 }; const o = { "__proto__": p }; const q = { ["__proto__"]: 1 }; export const result = [Object.getPrototypeOf(o) === p, Object.keys(o), Object.keys(q)];`,
  ],
  [
    "new.target and new",
    `function F() { return new.target ? 1 + 1 : 0; } class B { constructor() { this.t = new.target.name + "!"; } } class C extends B {} export const result = [F(), new C().t, new (class { x = 1 + 2 })().x];`,
  ],
  [
    "delete and void and in",
    `const o = { a: { b: 1 }, c: [1, 2] }; delete o.a["b"]; delete o?.c[0]; export const result = [o.a, 0 in o.c, "a" in o, void o["a"], typeof undeclared, typeof o["a"]];`,
  ],
  [
    "undeclared",
    `try { missing += 1; } catch (e) { note(e.name + ""); } try { missing2++; } catch (e) { note(e.name + ""); } export const result = typeof missing;`,
  ],
  [
    "const in logical assignment",
    `const c = 0; try { c ||= 2; } catch (e) { note(e.constructor.name); } const d = 1; d ||= 5; export const result = [c, d];`,
  ],
  [
    "tdz",
    `try { note(x + 1); } catch (e) { note(e.constructor.name); } let x = 2; class K { static a = (() => { try { return K.b + 1; } catch (e) { return e.name; } })(); } export const result = [x, K.a];`,
  ],
  [
    "heritage expressions",
    `const mix = (n) => class { v = n * 2; }; class A extends mix(1 + 2) {} class B extends (1 > 2 ? A : mix(5)) {} export const result = [new A().v, new B().v];`,
  ],
  [
    "computed class keys with steps",
    'let i = 0; class A { [i++] = "a"; static [i++ + "s"] = "b"; [`m${i++}`]() { return i; } } export const result = [new A()[0], A["1s"], new A().m2()];',
  ],
  [
    "yield everywhere",
    'function* g() { const o = { x: 1, y: [0] }; o[yield "k"] += yield "v"; o.x **= yield "p"; o.y[0] ||= yield "r"; const t = `${yield "t"}-${yield* [1]}`; const { a = yield "d" } = {}; return [o, o.x, o.y, t, a, (yield "u") + (yield "w"), -(yield "n"), !(yield), (yield 1) ? 2 : 3, [...(yield "s")]]; } const it = g(); const seen = []; let step = it.next(); const ins = ["x", 4, 2, 9, "T", 0, "D", 1, 2, 3, 0, 1, [7]]; for (const v of ins) { seen.push(step.value); step = it.next(v); } export const result = [seen, step.value, step.done];',
  ],
  [
    "switch fallthrough",
    `const f = (v) => { let out = ""; switch (v + 1) { case 1 + 1: out += "two"; case 3: out += "three"; break; default: out += "d"; case 0: let z = 1; out += z; } return out; }; export const result = [f(1), f(2), f(5), f(-1)];`,
  ],
  [
    "exceptions keep going",
    `const f = () => { try { return note(1) + 1; } finally { note("f"); } }; const g = () => { for (;;) { try { throw 1 + 1; } catch (e) { if (e === 2) break; } finally { note("g"); } } return 5; }; export const result = [f(), g()];`,
  ],
  [
    "optional catch binding",
    `let r; try { null.x; } catch { r = 1 + 1; } export const result = r;`,
  ],
  [
    "Math is an object",
    `const { PI, ...rest } = Math; const m = { Math }; const k = { Math: 1 }; class Q { Math = 2; x = Math; get Math2() { return Math; } } const { Math: mm } = k; export const result = [String(Math), typeof rest.abs, m.Math.abs(-2), k.Math, mm, new Q().Math, new Q().x.abs(-1), Math?.abs(-3), Math["abs"](-4), Math.max.apply(Math, [1, 5]), Math.max.apply(null, [2]), Reflect.apply(Math.min, undefined, [3, 2]), "abs" in Math, Math instanceof Object, Object.keys(Math)];`,
  ],
  [
    "Math conversions",
    `export const result = [Math.max("3", 2), Math.abs(null), Math.round(undefined), Math.sqrt({ valueOf() { return note(16); } }), (() => { try { return Math.abs(1n); } catch (e) { return e.name; } })()];`,
  ],
  [
    "comma, sequence, spread",
    `const f = (...xs) => xs.length; let n = 0; export const result = [f(...[1, 2], n++, ...new Set([n])), (n++, n + 1), [...[n++], n], { ...{ a: n + 1 } }.a];`,
  ],
  [
    "enums",
    `enum E { A = 1 << 2, B = A + 1, C = "x".length, D = C * 2 } const enum F { P = 3, Q = P * 2 } export const result = [E.A, E.B, E.C, E.D, E[4], F.Q];`,
  ],
  [
    "type syntax",
    `type P = { a: number }; interface I { b: string } declare const nothing: number; abstract class Ab { abstract m(): number; declare z: number; protected readonly k: number = 1 + 1; constructor(public q: number = 1 + 2, private r?: P) {} } class Co extends Ab { override m(): number { return this.k + this.q; } } function over(a: string): string; function over(a: number): number; function over(a: any) { return a + 1; } function isN(x: unknown): x is number { return typeof x === "number"; } const gen = <T,>(x: T): T => x; namespace NS { export const v = 1 + 2; export const [w] = [v + 1]; } export const result = [new Co().m(), over("1"), over(1), isN(1), gen<number>(3) + 1, ({ a: 1 } satisfies P).a, (1 as unknown as number) + 1, NS.v, NS.w];`,
  ],
  [
    "tagged template identity",
    "const seen = new Set(); const tag = (s, ...v) => { seen.add(s); return v.map((x) => typeof x).join(); }; for (let i = 0; i < 2; i++) note(tag`a${{}}b${i + 1}`); export const result = [seen.size, String.raw`\\n${1 + 1}`];",
  ],
  [
    "regexp and dates",
    `const d = new Date(5); export const result = [d - 1, d > 4, /a/.test("a") && /b/g.flags, "b" > "a", "a" + /x/, [1] + [2], {} + "", [] == false, null >= 0, undefined == null, NaN !== NaN, Object.is(-0, 0 * -1)];`,
  ],
  [
    "symbol keys",
    `const s = Symbol("s"); const o = { [s]: 1 }; o[s] += 1; o[s]++; o[s] ||= 3; try { s + ""; } catch (e) { note(e.name); } try { +s; } catch (e) { note(e.name); } export const result = [o[s], s === s, s == Symbol("s"), s && 1];`,
  ],
  [
    "bigint",
    `let n = 2n ** 64n; n--; --n; n = -n; n %= 7n; let m = 5n; const old = m--; try { m + 1; } catch (e) { note(e.name); } try { +m; } catch (e) { note(e.name); } try { Math.max(m); } catch (e) { note(e.name); } export const result = [n, m, old, 1n < 2, 2n == 2, 2n === 2, 3n > 2.5, -(-m), !0n, 0n || "z", m << 2n, ~m];`,
  ],
  [
    "steps on odd values",
    `let a = {}, b = [], c = null, d = true, e = "x"; const r = [a++, b++, c++, d++, e++]; export const result = [...r, a, b, c, d, e, (() => { let z = -0; return [z++, z]; })(), (() => { let z = -0; const o = z--; return Object.is(o, -0); })()];`,
  ],
  [
    "array holes and length",
    `const a = [1, , 3]; a.length++; a[a.length] = 4; a["length"] -= 1; export const result = [a.length, 1 in a, a[9], a["0"], a[-1]];`,
  ],
  [
    "proxies see the same traps",
    `const log = []; const p = new Proxy({ x: 1 }, { get(t, k) { log.push("get " + String(k)); return t[k]; }, set(t, k, v) { log.push("set " + String(k)); t[k] = v; return true; }, has(t, k) { log.push("has " + String(k)); return k in t; } }); p.x += 1; p["x"]++; p.x ||= 3; p.y ??= 4; p.x && p.y; "x" in p; p?.x; const { x, z = x + 1 } = p; export const result = log;`,
  ],
  [
    "exotic: with strings of numbers",
    `let i = "5"; i -= -2; i += "1"; i *= 1; export const result = [i, "3" * "4", "9" / 3, "a" - 1, "10" > "9", "10" > 9, [] + {}, 5 + null, 5 + undefined, true + true];`,
  ],
  [
    "hoisting",
    `export const result = [f(1), typeof g, (function h(n) { return n > 0 ? n + h(n - 1) : 0; })(3)]; function f(n) { return n + 1; } var g = 1 + 1;`,
  ],
  [
    "strict mode",
    `const o = Object.freeze({ x: 1 }); try { o.x += 1; } catch (e) { note(e.name); } try { o["x"]++; } catch (e) { note(e.name); } export const result = [(function () { return this; })()];`,
  ],
  [
    "callbacks",
    `export const result = [[3, 1, 2].sort((a, b) => a - b), [1, 2, 3].reduce((a, b) => a + b), [1, 2, 3].filter((x) => x % 2), Array.from({ length: 3 }, (_, i) => i ** 2), "a-b".replace(/-/, (m) => m + m), JSON.stringify({ a: 1 + 1 })];`,
  ],
  [
    "named evaluation of properties",
    `const o = { a: () => 1, ["b" + 1]: () => 2, c() {}, get d() { return 1; } }; class K { e = () => 1; static f = class {}; #g = function () {}; n() { return this.#g.name; } "h i" = () => 1; } o.z = () => 1; o["y"] = () => 1; export const result = [o.a.name, o.b1.name, o.c.name, new K().e.name, K.f.name, new K().n(), new K()["h i"].name, o.z.name, o.y.name];`,
  ],
  ["default export", `export default (1 + 2) * 3; export const result = 1;`],
  [
    "default function",
    `export default function (a = 1 + 1) { return a; } export const result = 1;`,
  ],
  [
    "nested suspended conditionals",
    `function* g(c) { return c ? (c > 1 ? yield "a" : (yield "b") && (yield "c")) : (c === 0 || (yield "d")); } const run = (c, ...ins) => { const i = g(c); const out = []; let s = i.next(); for (const x of ins) { out.push(s.value); s = i.next(x); } out.push(s.value, s.done); return out; }; export const result = [run(2, 1), run(1, 1, 5), run(1, 0), run(0), run(undefined, 4)];`,
  ],
  [
    "recursion with temporaries",
    `const o = { n: 4, f(k) { return (this.n += k > 0 ? o.f(k - 1) : 1); }, g(k) { return (o["n"] += k > 0 ? (o.g(k - 1), o.n++) : 1); } }; export const result = [o.f(3), o.g(2), o.n];`,
  ],
  [
    "arguments stay linked",
    `function f(a) { return [...arguments].map((x) => x + a); } export const result = f(1, 2); const g = function () { return ((x) => arguments[0] && x ? arguments[1] + x : 0)(5); }; note(g(1, 2));`,
  ],
  [
    "using variables named like ours",
    `const site = 1, value = 2, exports2 = 3; let _a = 1, _b = 2; const o = { x: 1 }; const get = () => o; get().x += _a + _b; export const result = [o.x, _a, _b, site + value];`,
  ],
  [
    "no trap of a proxy is called",
    `const log = []; const traps = new Proxy({}, { get: (_, trap) => (...a) => { log.push(trap); return Reflect[trap](...a); } }); const p = new Proxy({ x: 1 }, traps); const q = new Proxy([1, 2], traps); const list = [p, q]; const named = q; class F { w = p; } new F(); list.push(p); q[0] = p; const m = p === q; if (p) log.push("then"); const c = p ? 1 : 2; const { x } = p; const [a] = q; const f = (z = p) => z && q; f(); let n; n ??= p; export const result = log;`,
  ],
  [
    "proxies that are revoked",
    `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); const a = [1]; a.push(proxy); const b = proxy; const list = [proxy, { k: proxy }]; class F { x = proxy; } new F(); const [d] = [proxy]; export const result = a.length + list.length;`,
  ],
  [
    "naming calls no getter and no iterator",
    `const log = []; const e = { get x() { log.push("x"); return 1; } }; const list = [e, e]; class G { fields = [e]; } new G(); const o = { inner: [e] }; const [d] = [e]; class L extends Array { *[Symbol.iterator]() { log.push("iterator"); } entries() { log.push("entries"); return []; } } const l = L.from([1]); const m = new L(3); m[0] = e; m.push(e); export const result = log;`,
  ],
  [
    "exported variables in patterns",
    `export let [a, { b }] = [1, { b: 2 }]; export let c = 0; const f = () => { [a, c] = [c + 1, a]; ({ b, c: b = 4 } = { b: 7 }); }; f(); for ([a] of [[5], [6]]) note(a); { let a = 3; [a] = [9]; note(a); } let h; export { h, a as z }; [h] = [a * 2]; namespace Q { export let w = 1; [w] = [5]; note(w); } export const result = [a, b, c, h];`,
  ],
  [
    "optional calls",
    `const o = { f(x) { return this.k + x; }, k: 2, n: null, a: [{ b: (x) => x + 1 }] }; export const result = [o?.f(1), o.f?.(2), o.n?.f(note(1)), o.g?.(note(2)), o?.["f"]?.(3), (o?.f)(5), o.n?.x.y.z, o.n?.[note(1)], (o.n)?.a ?? 7, o.a?.[0]?.b?.(1), o.z?.q.r[note(1)](note(2)), -o?.a.length, delete o?.a?.[0], 0 in o.a];`,
  ],
  [
    "iterators are closed",
    `const it = { [Symbol.iterator]: () => { let i = 0; return { next: () => ({ value: i++, done: false }), return() { note("closed"); return {}; } }; } }; const [a, b] = it; const o = {}; [o.x, o["y"]] = it; for (const v of it) { if (v > 2) break; } export const result = [a, b, o.x, o.y];`,
  ],
  [
    "conversions in order",
    `const o = { valueOf() { note("v"); return 3; }, toString() { note("s"); return "x"; } }; const s = Symbol("k"); class A { static [s] = 4; [Symbol.toPrimitive](hint) { note(hint); return 7; } } const a = new A(); export const result = [o + o, \`\${o}\`, o < 4, o ** 2, -o, o == 3, [o] + "", a + 1, a * 2, \`\${a}\`, +a, a == 7, A[s]];`,
  ],
  [
    "sparse arrays and spread",
    `const a = [, 1, , 3]; a[7] = 1 + 1; let n = 0; a.forEach(() => n++); const f = (...r) => r.length + r.at(-1); export const result = [a.length, n, 0 in a, [...a], Object.keys(a), [,].length, f(...a, 3), { ...(n > 5 && { z: 1 }), ..."ab", ...null }, Math.min(...[1, 2], 0)];`,
  ],
  [
    "accessor fields",
    `class A { accessor x = 1 + 1; static accessor y = 3 * 2; accessor #z = 4; m() { this.x += 1; this.#z **= 2; A.y--; return [this.x, this.#z, A.y]; } } export const result = new A().m();`,
  ],
];
