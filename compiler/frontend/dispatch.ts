/**
 * What lifted code calls. Two plain JavaScript values behave exactly as in JavaScript; as soon as one
 * side is symbolic an expression is built. A site is an index into the module's table of places.
 */

import { types } from "node:util";
import { collecting, fail } from "../diagnostics/error.ts";
import { atSite, currentScope, enterScope, leaveScope } from "../graph/context.ts";
import { isNode, isPoison, type Node, poison } from "../graph/node.ts";
import type { Site } from "../graph/site.ts";
import { refuseNaN } from "../language/arguments.ts";
import * as language from "../language/index.ts";
import { isReturned, isTable, refuseList } from "../ops/leaf.ts";
import { isReadable, refuseDraw, refuseMember } from "./members.ts";

type Value = unknown;
type Binary = (a: Value, b: Value) => Value;

/** Plain meanings. The operands may be anything that JavaScript has, so they are not typed further. */
// biome-ignore lint/suspicious/noExplicitAny: a lifted operator must accept every JavaScript value
type Any = any;

const plain: Record<string, (a: Any, b: Any) => Value> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
  pow: (a, b) => a ** b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  // biome-ignore lint/suspicious/noDoubleEquals: it is the operator that the model wrote
  eq: (a, b) => a == b,
  // biome-ignore lint/suspicious/noDoubleEquals: it is the operator that the model wrote
  ne: (a, b) => a != b,
  same: (a, b) => a === b,
  differ: (a, b) => a !== b,
};

const symbolic: Record<string, Binary> = {
  ...(language as unknown as Record<string, Binary>),
  same: language.eq as unknown as Binary,
  differ: language.ne as unknown as Binary,
};

/** Operators as they are written. */
const signs: Record<string, string> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  mod: "%",
  pow: "**",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  eq: "==",
  ne: "!=",
  same: "===",
  differ: "!==",
};

const equalities = new Set(["eq", "ne", "same", "differ"]);

/** Values that a symbol can be computed with. */
function isOperand(value: Value): boolean {
  return (
    isNode(value) ||
    typeof value === "number" ||
    typeof value === "boolean" ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
  );
}

/** `Math` of a model: functions of symbols build expressions, all else is JavaScript's own. */
const symbolicMath: typeof Math = (() => {
  const names: Record<string, string> = { max: "maximum", min: "minimum" };
  const own = Object.getOwnPropertyNames(Math).flatMap((name): [string, PropertyDescriptor][] => {
    const descriptor = Object.getOwnPropertyDescriptor(Math, name) as PropertyDescriptor;
    const native = descriptor.value as (...args: unknown[]) => unknown;
    if (typeof native !== "function") return [[name, descriptor]];
    const dispatching = (...args: unknown[]): unknown => {
      if (!args.some(isNode)) return native(...args);
      const build = (language as unknown as Record<string, (...args: unknown[]) => unknown>)[
        names[name] ?? name
      ];
      // Halves go up in JavaScript, to the even number in the language's round.
      if (name === "round") return language.floor(language.add(args[0] as number, 0.5));
      if (!build) {
        return fail("ADJ4007", `Math.${name} of a symbol is not available`);
      }
      return names[name] && args.length !== 2 ? args.reduce((a, b) => build(a, b)) : build(...args);
    };
    Object.defineProperty(dispatching, "name", { value: native.name });
    Object.defineProperty(dispatching, "length", { value: native.length });
    return [[name, { ...descriptor, value: dispatching }]];
  });
  return Object.create(Object.getPrototypeOf(Math), {
    ...Object.fromEntries(own),
    [Symbol.toStringTag]: { value: "Math", configurable: true },
  }) as typeof Math;
})();

/** The object that lifted code of one module knows as `$`. */
export type Dispatch = ReturnType<typeof createDispatch>;

/**
 * @param sites places of the module's operators and calls
 * @param meta the module's `import.meta`
 */
export function createDispatch(sites: readonly Site[], meta: object = {}) {
  /** Runs a step of the model at its place; a mistake is collected, and something harmless goes on. */
  const at = (site: number, body: () => Value): Value =>
    atSite(sites[site], () => collecting(body, poison));
  const mistake = (site: number, body: () => never): Value => at(site, body);

  /** A condition that JavaScript decides while the model is read. */
  const decided = (site: number, c: Value, hint: string): Value => {
    if (!isNode(c)) return c;
    if (isPoison(c)) return false;
    mistake(site, () =>
      fail(
        "ADJ4001",
        `a condition cannot be a symbol: ${described(c)} has no value while the model is read`,
        { hint },
      ),
    );
    return false;
  };

  const binary =
    (name: string) =>
    (site: number, a: Value, b: Value): Value => {
      if (!isNode(a) && !isNode(b)) {
        const list = equalities.has(name) ? undefined : [a, b].find(isReturned);
        return list ? at(site, () => refuseList(list)) : plain[name](a, b);
      }
      if (equalities.has(name) && !(isOperand(a) && isOperand(b))) return plain[name](a, b);
      return at(site, () => {
        const odd = [a, b].find((v) => !isOperand(v));
        if (odd !== undefined || !isOperand(a) || !isOperand(b)) {
          const text = typeof odd === "string" ? shortened(JSON.stringify(odd)) : typeof odd;
          fail(
            "ADJ4002",
            `a symbol cannot be combined with ${text}: it has no value while the model is read`,
            {
              hint:
                odd === undefined
                  ? "a property that is not there, or a variable that has no value yet"
                  : "use pp(e) to print a symbol",
            },
          );
        }
        if (Number.isNaN(a) || Number.isNaN(b)) refuseNaN(`an operand of ${signs[name]}`);
        return symbolic[name](a, b);
      });
    };

  const described = (value: Value): string =>
    isNode(value) && value.label ? `"${value.label.name}"` : "this expression";

  const $ = {
    at,
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    div: binary("div"),
    mod: binary("mod"),
    pow: binary("pow"),
    lt: binary("lt"),
    le: binary("le"),
    gt: binary("gt"),
    ge: binary("ge"),
    eq: binary("eq"),
    ne: binary("ne"),
    same: binary("same"),
    differ: binary("differ"),
    neg: (site: number, a: Any): Value =>
      isNode(a) ? at(site, () => symbolic.neg(a, undefined)) : -a,
    plus: (_site: number, a: Any): Value => (isNode(a) ? a : +a),
    not: (site: number, a: Value): Value =>
      isNode(a) ? at(site, () => symbolic.logicalNot(a, undefined)) : !a,
    /** `a && b`: of plain `a` one side is evaluated, of symbols both. */
    and: (site: number, a: Value, b: () => Value): Value =>
      isNode(a)
        ? at(site, () => language.logicalAnd(a as unknown as number, b() as number))
        : a && b(),
    or: (site: number, a: Value, b: () => Value): Value =>
      isNode(a)
        ? at(site, () => language.logicalOr(a as unknown as number, b() as number))
        : a || b(),
    /** The same where the right side awaits or yields and cannot be a closure. */
    andStops: (a: Value): boolean => !isNode(a) && !a,
    orStops: (a: Value): boolean => !isNode(a) && Boolean(a),
    finishAnd: (site: number, a: Value, b: Value): Value =>
      isNode(a) ? at(site, () => language.logicalAnd(a as unknown as number, b as number)) : b,
    finishOr: (site: number, a: Value, b: Value): Value =>
      isNode(a) ? at(site, () => language.logicalOr(a as unknown as number, b as number)) : b,
    choose: (site: number, c: Value, a: () => Value, b: () => Value): Value => {
      if (!isNode(c)) return c ? a() : b();
      return at(site, () => language.where(c as unknown as number, a() as number, b() as number));
    },
    isSymbol: isNode,
    where: (site: number, c: Value, a: Value, b: Value): Value =>
      at(site, () => language.where(c as number, a as number, b as number)),
    /** ++ and −−: one more or less, of the operand's own numeric type. */
    numeric: (a: Any): Value => {
      if (isNode(a)) return a;
      const value = typeof a === "bigint" ? a : -(-a);
      return value;
    },
    inc: (site: number, a: Any): Value => {
      if (isNode(a)) return at(site, () => symbolic.add(a, 1));
      let value = a;
      return ++value;
    },
    dec: (site: number, a: Any): Value => {
      if (isNode(a)) return at(site, () => symbolic.sub(a, 1));
      let value = a;
      return --value;
    },
    /** The key of `object[key] op= value`, turned into a property key once. */
    key: (site: number, object: Value, key: Value): PropertyKey =>
      propertyKey(object, $.plain(site, key, "a property key")),
    /** The condition of an `if`. */
    truth: (site: number, c: Value): Value =>
      decided(site, c, "write condition ? a : b, which becomes where(condition, a, b)"),
    /** The condition of a loop. */
    again: (site: number, c: Value): Value =>
      decided(site, c, "loop with scan({ fn, nSteps, … }); its step may return until"),
    /** A place where JavaScript needs a plain value: a template string, a switch, a property key. */
    plain: (site: number, value: Value, what: string): Value => {
      if (!isNode(value)) return value;
      if (isPoison(value)) return "?";
      mistake(site, () =>
        fail(
          "ADJ4002",
          `${described(value)} is a symbol, which ${what} cannot use: it has no value while the model is read`,
          {
            hint:
              what === "a template string"
                ? "pp(e) prints an expression"
                : what === "Boolean"
                  ? "x !== 0 is 1 where x is not 0"
                  : "at(x, i) indexes with symbols, where(c, a, b) chooses",
          },
        ),
      );
      return "?";
    },
    /** The object of `x[i]`: a symbol is indexed by `at`. */
    indexed: (site: number, value: Value): Value => {
      if (!isNode(value)) return value;
      if (isPoison(value)) return new Proxy({}, { get: () => value });
      mistake(site, () =>
        fail("ADJ4007", `${described(value)} is a symbol; it is indexed by at`, {
          hint: "at(x, i), at(x, span(a, b)), slice(x, a, b)",
        }),
      );
      // Whatever is read from it is harmless, so that the mistake is reported once.
      return new Proxy({}, { get: () => poison() });
    },
    /** The object of `x.name`. */
    owner: (site: number, value: Value, name: string): Value => {
      if (!isNode(value) || isReadable(name)) return value;
      at(site, () => refuseMember(value, name, "property"));
      return new Proxy({}, { get: () => poison() });
    },
    /** The object of `x.name()`. */
    method: (site: number, value: Value, name: string): Value => {
      if (isNode(value)) {
        at(site, () => refuseMember(value, name, "method"));
        return new Proxy({}, { get: () => poison });
      }
      if (!language.RandomStream.is(value)) return value;
      const draw: unknown = Reflect.get(value, name);
      const called = (...args: readonly unknown[]): Value =>
        at(site, () =>
          typeof draw === "function"
            ? Reflect.apply(draw, value, args)
            : refuseDraw(name, language.RandomStream.draws),
        );
      return { [name]: called };
    },
    /** What `{ ...x }` and `const { name } = x` look into. */
    record: (site: number, value: Value, name?: string): Value => {
      if (!isNode(value)) return value;
      at(site, () => refuseMember(value, name, "property"));
      return new Proxy({}, { get: () => poison() });
    },
    call: (site: number, f: Any, ...args: Value[]): Value => {
      if (typeof f !== "function") return f(...args);
      return at(site, () => f(...args));
    },
    Math: symbolicMath,
    meta,
    enter: enterScope,
    depth: (): number => currentScope().length,
    leave: leaveScope,
    /** Gives a value the name that the model binds it to; without a depth its scope was not opened. */
    name: (name: string, depth: number | undefined, value: Value): Value => {
      if (depth !== undefined) leaveScope(depth);
      label(value, name);
      return value;
    },
    /** Opens the scope of what is put at a place of a list. */
    enterElement: (name: string, key: Value): number => {
      const depth = enterScope(name);
      if (typeof key === "number" || typeof key === "string") enterScope(String(key));
      return depth;
    },
    /** Opens the scope of what is pushed on a list. */
    enterNext: (name: string, list: Value): number =>
      $.enterElement(name, isList(list) ? list.length : undefined),
    /** Names what is put into a list after the list and its place there. */
    element: (name: string, depth: number, value: Value): Value => {
      const place = currentScope().slice(depth + 1);
      leaveScope(depth);
      // A list in a list, such as a pair of updates, has no name of its own.
      if (!isList(value)) label(value, [name, ...place].join("_"));
      return value;
    },
    label: (name: string, value: Value): void => label(value, name),
  };
  return $;
}

/** A key is turned into a string once, after the object is known to be one. */
function propertyKey(object: unknown, key: unknown): PropertyKey {
  if (typeof key === "symbol" || typeof key === "number" || typeof key === "string") return key;
  if (object === null || object === undefined) return key as PropertyKey;
  const wrapper: Record<PropertyKey, unknown> = { [key as PropertyKey]: undefined };
  return Reflect.ownKeys(wrapper)[0];
}

/** A plain number is the same wherever it is written, whatever it is bound to. */
const isNamable = (node: Node): boolean => node.op.name !== "constant" || isTable(node);

const shortened = (text: string): string =>
  text.length > 40 ? `${text.slice(0, 36)}…${text.at(-1)}` : text;

function label(value: unknown, name: string): void {
  if (isNode(value)) {
    if (isNamable(value)) value.label ??= { name, scope: currentScope() };
    return;
  }
  if (!isList(value)) return;
  for (const [place, element] of ownValues(value)) {
    if (isNode(element)) {
      if (isNamable(element))
        element.label ??= { name: `${name}_${place}`, scope: currentScope(), list: name };
    } else if (typeof element === "object" && element !== null) numberMembers(element, name, place);
  }
}

/** Members of the objects in an array are told apart by their place: `layers_0_W`. */
function numberMembers(object: object, name: string, place: string): void {
  for (const [, member] of ownValues(object)) {
    if (!isNode(member) || member.label?.scope.at(-1) !== name) continue;
    member.label = { name: member.label.name, scope: [...member.label.scope, place] };
  }
}

/** An array that is looked at without the model noticing. */
const isList = (value: unknown): value is unknown[] =>
  !types.isProxy(value) && Array.isArray(value);

/** What an object holds itself: naming calls no getter, no iterator and no trap of the model. */
function* ownValues(object: object): Generator<readonly [key: string, value: unknown]> {
  if (types.isProxy(object) || ArrayBuffer.isView(object)) return;
  for (const key of Object.keys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor && "value" in descriptor) yield [key, descriptor.value];
  }
}
