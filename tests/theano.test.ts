/** Numbers that Theano prints and publishes, reproduced by the interpreter and by printed forms. */

import type { Tensor } from "adjoint";
import * as l from "adjoint";
import test from "ava";
import { named } from "./support/compile.ts";
import { near } from "./support/near.ts";

test("grad(x ** 2, x): raw in Theano's form, simplified, and its values", (t) => {
  const x = named(l.dscalar(), "x");
  const g = l.grad(l.pow(x, 2), x);
  t.is(l.pp(g, { parentheses: "all" }), "((fill((x ** 2), 1) * 2) * (x ** (2 - 1)))");
  t.is(l.pp(l.simplify(g)), "2 * x");
  t.deepEqual(
    [4, 8, 94.2].map((v) => l.evaluate(g, [[x, v]])),
    [8, 16, 188.4],
  );
  t.regex(l.debugPrint(g), /^mul \[id A\] float64\[\]\n {2}mul \[id B\]/);
});

const gradients: [string, (x: Tensor) => Tensor, number, number][] = [
  ["x³ at 2", (x) => l.pow(x, 3), 2, 12],
  ["sigmoid at 0", l.sigmoid, 0, 0.25],
  ["1/(1+e⁻ˣ) at 1", (x) => l.div(1, l.add(1, l.exp(l.neg(x)))), 1, 0.19661193324148185],
  ["tanh at .5", l.tanh, 0.5, 0.7864477329659274],
  ["sin(x)·x at 1", (x) => l.mul(l.sin(x), x), 1, 1.381773290676036],
  ["exp(−x²) at 1", (x) => l.exp(l.neg(l.square(x))), 1, -0.7357588823428848],
];
for (const [name, f, at, expected] of gradients) {
  test(`gradient of ${name}`, (t) => {
    const x = l.dscalar();
    const g = l.grad(f(x), x);
    near(t, l.evaluate(g, [[x, at]]), expected, 14);
    near(t, l.evaluate(l.simplify(g), [[x, at]]), expected, 14);
  });
}

const forms: [string, (x: Tensor) => Tensor, string][] = [
  ["x³", (x) => l.pow(x, 3), "3 * square(x)"],
  ["sigmoid(x)", l.sigmoid, "sigmoid(x) * (1 - sigmoid(x))"],
  ["1/(1+e⁻ˣ)", (x) => l.div(1, l.add(1, l.exp(l.neg(x)))), "sigmoid(x) * (1 - sigmoid(x))"],
  ["tanh(x)", l.tanh, "1 - square(tanh(x))"],
  ["log(x)", l.log, "1 / x"],
  ["sqrt(x)", l.sqrt, "0.5 / sqrt(x)"],
  ["sin(x)·x", (x) => l.mul(l.sin(x), x), "sin(x) + x * cos(x)"],
  ["softplus(x)", l.softplus, "sigmoid(x)"],
  ["|x|", l.abs, "sign(x)"],
];
test("the simplified gradients have the forms that one would write", (t) => {
  for (const [name, f, expected] of forms) {
    const x = named(l.dscalar(), "x");
    t.is(l.pp(l.simplify(l.grad(f(x), x))), expected, name);
  }
  const v = named(l.dvector(3), "v");
  t.is(l.pp(l.simplify(l.grad(l.sum(l.pow(v, 2)), v))), "2 * v");
});

test("a gradient of 0 that meets an infinite slope is NaN, as in Theano", (t) => {
  const v = l.dvector(2);
  const g = l.grad(l.at(l.sqrt(v), 0), v);
  for (const e of [g, l.simplify(g)]) t.deepEqual(l.evaluate(e, [[v, [4, 0]]]), [0.25, Number.NaN]);
});

test("sum(A·B) by A", (t) => {
  const [A, B] = [l.dmatrix(2, 2), l.dmatrix(2, 2)];
  const bindings = [
    [
      A,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      B,
      [
        [5, 6],
        [7, 8],
      ],
    ],
  ] as const;
  near(t, l.evaluate(l.grad(l.sum(l.dot(A, B)), A), bindings), [
    [11, 15],
    [11, 15],
  ]);
});

test("the logistic function of [[0, 1], [−1, −2]], its gradient and its other form", (t) => {
  const x = l.dmatrix(2, 2);
  const at = [
    [
      x,
      [
        [0, 1],
        [-1, -2],
      ],
    ],
  ] as const;
  const s = l.sigmoid(x);
  near(
    t,
    l.evaluate(s, at),
    [
      [0.5, 0.73105858],
      [0.26894142, 0.11920292],
    ],
    8,
  );
  near(t, l.evaluate(l.div(l.add(1, l.tanh(l.div(x, 2))), 2), at), l.evaluate(s, at), 12);
  near(
    t,
    l.evaluate(l.grad(l.sum(s), x), at),
    [
      [0.25, 0.19661193],
      [0.19661193, 0.10499359],
    ],
    8,
  );
});

test("binary cross-entropy from the logit", (t) => {
  const [x, target] = [l.dscalar(), l.dscalar()];
  const cost = l.add(l.mul(target, l.softplus(l.neg(x))), l.mul(l.sub(1, target), l.softplus(x)));
  near(
    t,
    l.evaluate(cost, [
      [x, 2],
      [target, 1],
    ]),
    0.1269280110429725,
    15,
  );
  near(
    t,
    l.evaluate(cost, [
      [x, -2],
      [target, 1],
    ]),
    2.1269280110429722,
    15,
  );
  near(
    t,
    l.evaluate(cost, [
      [x, 800],
      [target, 0],
    ]),
    800,
  );
  near(
    t,
    l.evaluate(l.grad(cost, x), [
      [x, 2],
      [target, 1],
    ]),
    -0.11920292,
    8,
  );
  const textbook = l.binaryCrossentropy(l.sigmoid(x), target);
  near(
    t,
    l.evaluate(l.simplify(textbook), [
      [x, 800],
      [target, 0],
    ]),
    800,
  );
});

const A = [
  [0.1, 0.2, 0.3],
  [0.3, 0.2, 0.1],
  [0.1, 0.2, 0.3],
];

test("softmax of the tutorial's matrix, its logarithm and log-sum-exp", (t) => {
  const z = l.dmatrix(3, 3);
  const row = [0.3006096054, 0.3322249935, 0.3671654011];
  near(t, l.evaluate(l.softmax(z), [[z, A]]), [row, [...row].reverse(), row], 9);
  const logs = [-1.2019428482, -1.1019428482, -1.0019428482];
  near(
    t,
    l.evaluate(l.simplify(l.log(l.softmax(z))), [[z, A]]),
    [logs, [...logs].reverse(), logs],
    9,
  );
  near(t, l.evaluate(l.logsumexp(z, 1), [[z, A]]), [1.3019428482, 1.3019428482, 1.3019428482], 9);
  near(
    t,
    l.evaluate(l.grad(l.sum(l.softmax(z)), z), [[z, A]]),
    A.map((r) => r.map(() => 0)),
    12,
  );
});

test("mean negative log-likelihood and its gradient", (t) => {
  const [z, y] = [l.dmatrix(3, 3), l.ivector(3)];
  const cost = l.neg(l.mean(l.log(l.at(l.softmax(z), l.arange(3), y))));
  near(
    t,
    l.evaluate(cost, [
      [z, A],
      [y, [0, 1, 2]],
    ]),
    1.1019428482292442,
    14,
  );
  near(
    t,
    l.evaluate(cost, [
      [z, A],
      [y, [2, 0, 2]],
    ]),
    1.001942848229244,
    14,
  );
  const expected = [
    [-0.2331301315, 0.1107416645, 0.122388467],
    [0.122388467, -0.2225916688, 0.1002032018],
    [0.1002032018, 0.1107416645, -0.2109448663],
  ];
  const g = l.grad(cost, z);
  near(
    t,
    l.evaluate(g, [
      [z, A],
      [y, [0, 1, 2]],
    ]),
    expected,
    9,
  );
  near(
    t,
    l.evaluate(l.simplify(g), [
      [z, A],
      [y, [0, 1, 2]],
    ]),
    expected,
    9,
  );
});

test("softmax and log-sum-exp of large numbers", (t) => {
  const v = l.dvector(3);
  near(t, l.evaluate(l.softmax(v), [[v, [1000, 1000, 0]]]), [0.5, 0.5, 0]);
  const pair = l.dvector(2);
  near(t, l.evaluate(l.logsumexp(pair), [[pair, [1000, 1000]]]), 1000.6931471805599, 13);
  near(t, l.evaluate(l.logsumexp(v), [[v, [1, 2, 3]]]), 3.4076059644443806, 14);
});

test("the first cost of a zero softmax regression is the logarithm of the classes", (t) => {
  for (const [classes, expected] of [
    [2, Math.LN2],
    [10, Math.LN10],
  ] as const) {
    const [x, y] = [l.dmatrix(4, 3), l.ivector(4)];
    const p = l.softmax(l.dot(x, l.zeros(3, classes, { dtype: "float64" })));
    const cost = l.neg(l.mean(l.log(l.at(p, l.arange(4), y))));
    near(
      t,
      l.evaluate(cost, [
        [
          x,
          [
            [1, 2, 3],
            [4, 5, 6],
            [1, 1, 1],
            [0, 0, 0],
          ],
        ],
        [y, [0, 1, 1, 0]],
      ]),
      expected,
      14,
    );
  }
});

test("one step of softmax regression by hand", (t) => {
  const W = l.shared(l.zeros(3, 2, { dtype: "float64" }));
  const b = l.shared(l.zeros(2, { dtype: "float64" }));
  const x = l.constant(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { dtype: "float64" },
  );
  const p = l.softmax(l.add(l.dot(x, W), b));
  const cost = l.neg(l.mean(l.log(l.at(p, l.arange(2), [0, 1]))));
  const [gW, gb] = l.grad(cost, [W, b]);
  near(
    t,
    l.evaluate(l.sub(W, l.mul(0.13, gW))),
    [
      [-0.0975, 0.0975],
      [-0.0975, 0.0975],
      [-0.0975, 0.0975],
    ],
    12,
  );
  near(t, l.evaluate(l.sub(b, l.mul(0.13, gb))), [0, 0], 12);
});

test("three outputs: a − b, |a − b|, (a − b)²", (t) => {
  const [a, b] = [l.dmatrix(2, 2), l.dmatrix(2, 2)];
  const at = [
    [
      a,
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      b,
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ] as const;
  const d = l.sub(a, b);
  t.deepEqual(l.evaluate(d, at), [
    [1, 0],
    [-1, -2],
  ]);
  t.deepEqual(l.evaluate(l.abs(d), at), [
    [1, 0],
    [1, 2],
  ]);
  t.deepEqual(l.evaluate(l.pow(d, 2), at), [
    [1, 0],
    [1, 4],
  ]);
});

test("population variance and standard deviation", (t) => {
  near(t, l.evaluate(l.var([1, 2, 3, 4])), 1.25);
  near(t, l.evaluate(l.std(l.constant([1, 2, 3, 4], { dtype: "float64" }))), 1.118033988749895, 14);
});
