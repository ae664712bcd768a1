;; WebAssembly target. Generated from models/mlp.ts by Adjoint; do not edit.
;; Regenerate: npm run codegen -- models/mlp.ts

(module
  (import "adjoint" "memory" (memory 1))
  ;; Memory of a thread, for what it copies together and for sums.
  (import "adjoint" "scratch" (global $scratch i32))
  (import "adjoint" "no_memory" (func $no_memory))

  ;; What all functions share.
  (global $free_memory i32 (i32.const 448)) ;; address of free memory
  (global $trainSamples i32 (i32.const 456)) ;; size of data
  (global $validSamples i32 (i32.const 464)) ;; size of data
  (global $testSamples i32 (i32.const 472)) ;; size of data
  (global $trainX i32 (i32.const 480)) ;; address of float32[trainSamples, 784]
  (global $trainY i32 (i32.const 488)) ;; address of int32[trainSamples]
  (global $validX i32 (i32.const 496)) ;; address of float32[validSamples, 784]
  (global $validY i32 (i32.const 504)) ;; address of int32[validSamples]
  (global $testX i32 (i32.const 512)) ;; address of float32[testSamples, 784]
  (global $testY i32 (i32.const 520)) ;; address of int32[testSamples]
  (global $hidden_W i32 (i32.const 4096)) ;; float32[784, 500]
  (global $hidden_b i32 (i32.const 1572096)) ;; float32[500]
  (global $output_W i32 (i32.const 1574144)) ;; float32[500, 10]
  (global $output_b i32 (i32.const 1594176)) ;; float32[10]
  ;; What threads agree by.
  (global $pool.units i32 (i32.const 64)) ;; job, number of units and next unit: 16, 24 and 24 bits
  (global $pool.done i32 (i32.const 128)) ;; units that are done
  (global $pool.calls i32 (i32.const 192)) ;; how often the threads were called
  (global $pool.sleeping i32 (i32.const 256)) ;; threads that wait to be called
  (global $pool.threads i32 (i32.const 320)) ;; threads, the caller's own included
  (global $pool.sleeps i32 (i32.const 384)) ;; whether the caller may sleep
  (global $pool.spins i32 (i32.const 10000)) ;; how often a thread looks before it sleeps
  ;; What a call of initial_hidden_W works on.
  (global $initial_hidden_W.seed i32 (i32.const 1024)) ;; int32
  (global $initial_hidden_W.values.job i32 (i32.const 0)) ;; place in the table below
  ;; What a call of train works on.
  (global $train.index i32 (i32.const 1536)) ;; int64
  (global $train.cost i32 (i32.const 1544)) ;; float32
  (global $train.x i32 (i32.const 1552)) ;; address of float32[20, 784]
  (global $train.y i32 (i32.const 1560)) ;; address of int32[20]
  (global $train.L2_sum_hidden_W i32 (i32.const 1568)) ;; float32
  (global $train.L2_sum_output_W i32 (i32.const 1576)) ;; float32
  (global $train.cost_sum i32 (i32.const 1584)) ;; float32
  (global $train.h i32 (i32.const 1597440)) ;; float32[20, 500]
  (global $train.p_logits i32 (i32.const 1637440)) ;; float32[20, 10]
  (global $train.p_exp i32 (i32.const 1638240)) ;; float32[10] of [20, 10]
  (global $train.d_p_logits i32 (i32.const 1638280)) ;; float32[20, 10]
  (global $train.d_linear i32 (i32.const 1639080)) ;; float32[20, 500]
  (global $train.L2_sum_hidden_W_parts i32 (i32.const 1592)) ;; float64[63], a part of each unit
  (global $train.L2_sum_output_W_parts i32 (i32.const 2096)) ;; float64[1], a part of each unit
  (global $train.h.job i32 (i32.const 1)) ;; place in the table below
  (global $train.p_logits.job i32 (i32.const 2)) ;; place in the table below
  (global $train.d_linear.job i32 (i32.const 3)) ;; place in the table below
  (global $train.hidden_W.job i32 (i32.const 4)) ;; place in the table below
  (global $train.output_W.job i32 (i32.const 5)) ;; place in the table below
  ;; What a call of validate works on, with $train.index, $train.x, $train.y, $train.h,
  ;;     $train.p_logits.
  (global $validate.errors i32 (i32.const 2560)) ;; float32
  ;; What a call of test works on, with $train.index, $validate.errors, $train.x, $train.y,
  ;;     $train.h, $train.p_logits.
  ;; What a call of probabilities works on.
  (global $probabilities.images i32 (i32.const 3072)) ;; address of float32[rows, 784]
  (global $probabilities.scores i32 (i32.const 3080)) ;; address of float32[rows, 10]
  (global $probabilities.features i32 (i32.const 3088)) ;; address of float32[rows, 500]
  (global $probabilities.scores_logits i32 (i32.const 3096)) ;; address of float32[rows, 10]
  (global $probabilities.scores_exp i32 (i32.const 1597440)) ;; float32[10] of [rows, 10]
  (global $probabilities.rows i32 (i32.const 3104)) ;; size
  (global $probabilities.features.job i32 (i32.const 6)) ;; place in the table below
  (global $probabilities.scores_logits.job i32 (i32.const 7)) ;; place in the table below
  ;; What a call of predict works on, with $probabilities.images, $probabilities.features,
  ;;     $probabilities.scores_logits, $probabilities.rows.
  (global $predict.argmax i32 (i32.const 3584)) ;; address of int32[rows]
  ;; Functions whose units threads share.
  (type $units (func (param $from i32) (param $to i32)))
  (table funcref
    (elem $initial_hidden_W.values $train.h $train.p_logits $train.d_linear $train.hidden_W
      $train.output_W $probabilities.features $probabilities.scores_logits))

  ;; Takes memory from what is free, whose address lies at $at: so many bytes, and 64 that vectors
  ;; may reach beyond them. They are counted in double precision: no product of sizes wraps around.
  (func $allocate (param $at i32) (param $bytes f64) (result i32)
    (local $start i32) (local $end f64) (local $missing i32)
    (local.set $start (i32.load (local.get $at)))
    (local.set $end
      (f64.add
        (f64.add (f64.convert_i32_u (local.get $start)) (local.get $bytes))
        (f64.const 127 (; 64 more, and up to the next multiple of 64 ;))))
    ;; Pages of 64 KiB that there are not yet.
    (local.set $missing
      (i32.add
        (i32.trunc_sat_f64_s (f64.div (local.get $end) (f64.const 65536)))
        (i32.sub (i32.const 1) (memory.size))))
    (if
      (i32.gt_s (local.get $missing) (i32.const 0))
      (then
        (if
          (i32.lt_s (memory.grow (local.get $missing)) (i32.const 0))
          (then (call $no_memory) (unreachable)))))
    (i32.store
      (local.get $at)
      (i32.and (i32.trunc_sat_f64_u (local.get $end)) (i32.const -64)))
    (local.get $start))

  ;; sums[c] = Σ_step right[step, c] for 16 columns.
  (func $column_sums_4 (param $right i32) (param $steps i32) (param $right_step i32)
      (param $sums i32)
    (local $turns i32) (local $y0 v128) (local $y1 v128) (local $y2 v128) (local $y3 v128)
    (local $sum00 v128) (local $sum01 v128) (local $sum02 v128) (local $sum03 v128)
    ;; two steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 1)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $y3 (v128.load offset=48 (local.get $right)))
          (local.set $sum00 (f32x4.add (local.get $sum00) (local.get $y0)))
          (local.set $sum01 (f32x4.add (local.get $sum01) (local.get $y1)))
          (local.set $sum02 (f32x4.add (local.get $sum02) (local.get $y2)))
          (local.set $sum03 (f32x4.add (local.get $sum03) (local.get $y3)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $y3 (v128.load offset=48 (local.get $right)))
          (local.set $sum00 (f32x4.add (local.get $sum00) (local.get $y0)))
          (local.set $sum01 (f32x4.add (local.get $sum01) (local.get $y1)))
          (local.set $sum02 (f32x4.add (local.get $sum02) (local.get $y2)))
          (local.set $sum03 (f32x4.add (local.get $sum03) (local.get $y3)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the last of an odd number of steps
    (if
      (i32.and (local.get $steps) (i32.const 1))
      (then
        (local.set $y0 (v128.load (local.get $right)))
        (local.set $y1 (v128.load offset=16 (local.get $right)))
        (local.set $y2 (v128.load offset=32 (local.get $right)))
        (local.set $y3 (v128.load offset=48 (local.get $right)))
        (local.set $sum00 (f32x4.add (local.get $sum00) (local.get $y0)))
        (local.set $sum01 (f32x4.add (local.get $sum01) (local.get $y1)))
        (local.set $sum02 (f32x4.add (local.get $sum02) (local.get $y2)))
        (local.set $sum03 (f32x4.add (local.get $sum03) (local.get $y3)))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum02))
    (v128.store offset=48 (local.get $sums) (local.get $sum03)))

  ;; Copies rows of 8 numbers, which are so many bytes apart, beside each other.
  (func $copy_rows_2 (param $from i32) (param $rows i32) (param $distance i32) (param $to i32)
    (loop $each_row
      (v128.store (local.get $to) (v128.load (local.get $from)))
      (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $from)))
      (local.set $from (i32.add (local.get $from) (local.get $distance)))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (br_if $each_row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Copies rows of 12 numbers, which are so many bytes apart, beside each other.
  (func $copy_rows_3 (param $from i32) (param $rows i32) (param $distance i32) (param $to i32)
    (loop $each_row
      (v128.store (local.get $to) (v128.load (local.get $from)))
      (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $from)))
      (v128.store offset=32 (local.get $to) (v128.load offset=32 (local.get $from)))
      (local.set $from (i32.add (local.get $from) (local.get $distance)))
      (local.set $to (i32.add (local.get $to) (i32.const 48)))
      (br_if $each_row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; e^x = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2.
  (func $f32x4_exp (param $x v128) (result v128)
    (local $at v128) (local $shifted v128) (local $n v128) (local $whole v128)
    (local $r v128) (local $p v128) (local $half v128)
    ;; Beyond these the result is 0 or infinite; NaN passes through both comparisons.
    (local.set $at
      (f32x4.pmin
        (f32x4.pmax (local.get $x) (f32x4.splat (f32.const -104)))
        (f32x4.splat (f32.const 89))))
    ;; Adding 1.5·2^23 leaves no room for a fraction: n = round(at / ln 2), for |n| < 2^22.
    (local.set $shifted
      (f32x4.relaxed_madd
        (local.get $at)
        (f32x4.splat (f32.const 1.44269504))
        (f32x4.splat (f32.const 12582912))))
    (local.set $n (f32x4.sub (local.get $shifted) (f32x4.splat (f32.const 12582912))))
    (local.set $whole (i32x4.sub (local.get $shifted) (i32x4.splat (i32.const 0x4b400000))))
    ;; ln 2 in two parts, so that n · the first is exact.
    (local.set $r
      (f32x4.relaxed_madd (local.get $n) (f32x4.splat (f32.const -0.693359375)) (local.get $at)))
    (local.set $r
      (f32x4.relaxed_madd (local.get $n) (f32x4.splat (f32.const 2.12194440e-4)) (local.get $r)))
    (local.set $p (call $f32x4_expm1_near_0 (local.get $r)))
    ;; 2^n in two factors: n alone may be beyond the exponents of float32.
    (local.set $half (i32x4.shr_s (local.get $whole) (i32.const 1)))
    (f32x4.mul
      (f32x4.mul
        (f32x4.add (local.get $p) (f32x4.splat (f32.const 1)))
        (i32x4.shl (i32x4.add (local.get $half) (i32x4.splat (i32.const 127))) (i32.const 23)))
      (i32x4.shl
        (i32x4.add (i32x4.sub (local.get $whole) (local.get $half)) (i32x4.splat (i32.const 127)))
        (i32.const 23))))

  ;; e^r − 1 for |r| ≤ ln 2 / 2: r + r²·P(r) (Cephes, expf).
  (func $f32x4_expm1_near_0 (param $r v128) (result v128)
    (local $p v128)
    (local.set $p (f32x4.splat (f32.const 1.9875691500e-4)))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $r) (f32x4.splat (f32.const 1.3981999507e-3))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $r) (f32x4.splat (f32.const 8.3334519073e-3))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $r) (f32x4.splat (f32.const 4.1665795894e-2))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $r) (f32x4.splat (f32.const 1.6666665459e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $r) (f32x4.splat (f32.const 5.0000001201e-1))))
    (f32x4.relaxed_madd
      (local.get $p) (f32x4.mul (local.get $r) (local.get $r)) (local.get $r)))

  ;; The largest of the four lanes.
  (func $f32x4_largest (param $x v128) (result f32)
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.max (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))

  ;; log x.
  (func $f32x4_log (param $x v128) (result v128)
    (call $f32x4_log_sum (local.get $x) (f32x4.splat (f32.const 0))))

  ;; log(x + extra) where extra is what rounding took from x: log m + e·ln 2 for x = m·2^e,
  ;; log(1 + f) for 1 + f in [√½, √2] as f − f²/2 + f³·P(f) (Cephes, logf).
  (func $f32x4_log_sum (param $x v128) (param $extra v128) (result v128)
    (local $tiny v128)
    (local $bits v128)
    (local $f v128)
    (local $n v128)
    (local $p v128)
    (local $tail v128)
    (local.set $tiny (f32x4.lt (local.get $x) (f32x4.splat (f32.const 1.17549435e-38))))
    ;; The exponent that leaves m in [√½, √2).
    (local.set $bits
      (i32x4.sub
        (v128.bitselect
          (f32x4.mul (local.get $x) (f32x4.splat (f32.const 8388608)))
          (local.get $x)
          (local.get $tiny))
        (i32x4.splat (i32.const 0x3f3504f3))))
    (local.set $f
      (f32x4.sub
        (i32x4.add
          (v128.and (local.get $bits) (i32x4.splat (i32.const 0x007fffff)))
          (i32x4.splat (i32.const 0x3f3504f3)))
        (f32x4.splat (f32.const 1))))
    (local.set $n
      (f32x4.convert_i32x4_s
        (i32x4.sub
          (i32x4.shr_s (local.get $bits) (i32.const 23))
          (v128.and (local.get $tiny) (i32x4.splat (i32.const 23))))))
    (local.set $p (f32x4.splat (f32.const 7.0376836292e-2)))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const -1.1514610310e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const 1.1676998740e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const -1.2420140846e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const 1.4249322787e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const -1.6668057665e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const 2.0000714765e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const -2.4999993993e-1))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $f) (f32x4.splat (f32.const 3.3333331174e-1))))
    (local.set $tail
      (f32x4.mul
        (f32x4.mul (f32x4.mul (local.get $p) (local.get $f)) (local.get $f))
        (local.get $f)))
    (local.set $tail
      (f32x4.relaxed_madd
        (local.get $n) (f32x4.splat (f32.const -2.12194440e-4)) (local.get $tail)))
    (local.set $tail
      (f32x4.sub
        (local.get $tail)
        (f32x4.mul (f32x4.mul (f32x4.splat (f32.const 0.5)) (local.get $f)) (local.get $f))))
    (local.set $tail
      (f32x4.add (local.get $tail) (f32x4.div (local.get $extra) (local.get $x))))
    (v128.bitselect
      (v128.bitselect
        (local.get $x)
        (f32x4.relaxed_madd
          (local.get $n)
          (f32x4.splat (f32.const 0.693359375))
          (f32x4.add (local.get $f) (local.get $tail)))
        (f32x4.eq (local.get $x) (f32x4.splat (f32.const inf))))
      (v128.bitselect (f32x4.splat (f32.const -inf)) (f32x4.splat (f32.const nan))
        (f32x4.eq (local.get $x) (f32x4.splat (f32.const 0))))
      (f32x4.gt (local.get $x) (f32x4.splat (f32.const 0)))))

  ;; Numbers of a random stream at one of its calls, in [0, 1): 24 bits of Threefry-2x32-20
  ;; (Salmon et al., 2011) with the key (seed, stream) and the counter (counter / 2, call).
  (func $f32x4_random (param $seed v128) (param $stream v128) (param $call v128)
      (param $counter v128) (result v128)
    (local $parity v128) (local $a v128) (local $b v128)
    (local.set $parity
      (v128.xor
        (v128.xor (local.get $seed) (local.get $stream)) (i32x4.splat (i32.const 0x1bd11bda))))
    (local.set $a
      (i32x4.add (i32x4.shr_u (local.get $counter) (i32.const 1)) (local.get $seed)))
    (local.set $b (i32x4.add (local.get $call) (local.get $stream)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 13))
          (i32x4.shr_u (local.get $b) (i32.const 19)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 15))
          (i32x4.shr_u (local.get $b) (i32.const 17)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 26))
          (i32x4.shr_u (local.get $b) (i32.const 6)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 6))
          (i32x4.shr_u (local.get $b) (i32.const 26)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $stream)))
    (local.set $b
      (i32x4.add (local.get $b) (i32x4.add (local.get $parity) (i32x4.splat (i32.const 1)))))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 17))
          (i32x4.shr_u (local.get $b) (i32.const 15)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 29))
          (i32x4.shr_u (local.get $b) (i32.const 3)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 16))
          (i32x4.shr_u (local.get $b) (i32.const 16)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 24))
          (i32x4.shr_u (local.get $b) (i32.const 8)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $parity)))
    (local.set $b
      (i32x4.add (local.get $b) (i32x4.add (local.get $seed) (i32x4.splat (i32.const 2)))))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 13))
          (i32x4.shr_u (local.get $b) (i32.const 19)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 15))
          (i32x4.shr_u (local.get $b) (i32.const 17)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 26))
          (i32x4.shr_u (local.get $b) (i32.const 6)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 6))
          (i32x4.shr_u (local.get $b) (i32.const 26)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $seed)))
    (local.set $b
      (i32x4.add (local.get $b) (i32x4.add (local.get $stream) (i32x4.splat (i32.const 3)))))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 17))
          (i32x4.shr_u (local.get $b) (i32.const 15)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 29))
          (i32x4.shr_u (local.get $b) (i32.const 3)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 16))
          (i32x4.shr_u (local.get $b) (i32.const 16)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 24))
          (i32x4.shr_u (local.get $b) (i32.const 8)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $stream)))
    (local.set $b
      (i32x4.add (local.get $b) (i32x4.add (local.get $parity) (i32x4.splat (i32.const 4)))))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 13))
          (i32x4.shr_u (local.get $b) (i32.const 19)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 15))
          (i32x4.shr_u (local.get $b) (i32.const 17)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 26))
          (i32x4.shr_u (local.get $b) (i32.const 6)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $b)))
    (local.set $b
      (v128.xor
        (v128.or
          (i32x4.shl (local.get $b) (i32.const 6))
          (i32x4.shr_u (local.get $b) (i32.const 26)))
        (local.get $a)))
    (local.set $a (i32x4.add (local.get $a) (local.get $parity)))
    (local.set $b
      (i32x4.add (local.get $b) (i32x4.add (local.get $seed) (i32x4.splat (i32.const 5)))))
    (f32x4.mul
      (f32x4.convert_i32x4_u
        (i32x4.shr_u
          (v128.bitselect
            (local.get $b)
            (local.get $a)
            (i32x4.eq
              (v128.and (local.get $counter) (i32x4.splat (i32.const 1)))
              (i32x4.splat (i32.const 1))))
          (i32.const 8)))
      (f32x4.splat (f32.const 5.960464477539063e-8))))

  ;; The sum of the four lanes.
  (func $f32x4_sum (param $x v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.add (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))

  ;; tanh x = x + x³·P(x²) near 0 (Cephes, tanhf), else (1 − e^(−2|x|)) / (1 + e^(−2|x|)).
  (func $f32x4_tanh (param $x v128) (result v128)
    (local $s v128) (local $p v128) (local $size v128) (local $e v128)
    (local.set $s (f32x4.mul (local.get $x) (local.get $x)))
    (local.set $p (f32x4.splat (f32.const -5.70498872745e-3)))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $s) (f32x4.splat (f32.const 2.06390887954e-2))))
    (local.set $p
      (f32x4.relaxed_madd
        (local.get $p)
        (local.get $s)
        (f32x4.splat (f32.const -5.37397155531e-2))))
    (local.set $p
      (f32x4.relaxed_madd (local.get $p) (local.get $s) (f32x4.splat (f32.const 1.33314422036e-1))))
    (local.set $p
      (f32x4.relaxed_madd
        (local.get $p)
        (local.get $s)
        (f32x4.splat (f32.const -3.33332819422e-1))))
    (local.set $size (f32x4.abs (local.get $x)))
    (local.set $e (call $f32x4_exp (f32x4.mul (f32x4.splat (f32.const -2)) (local.get $size))))
    (v128.bitselect
      (f32x4.relaxed_madd
        (f32x4.mul (local.get $p) (local.get $s)) (local.get $x) (local.get $x))
      ;; The sign of x and the size of the quotient.
      (v128.bitselect
        (local.get $x)
        (f32x4.div
          (f32x4.sub (f32x4.splat (f32.const 1)) (local.get $e))
          (f32x4.add (f32x4.splat (f32.const 1)) (local.get $e)))
        (i32x4.splat (i32.const 0x80000000)))
      (f32x4.lt (local.get $size) (f32x4.splat (f32.const 0.625)))))

  ;; The smaller of two whole numbers.
  (func $i32_min (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.lt_s (local.get $a) (local.get $b))))

  ;; What the other threads do: work when they are called, a short spin, sleep.
  (func $serve
    (local $calls i32) (local $spins i32)
    (loop $again
      (local.set $calls (i32.atomic.load (global.get $pool.calls)))
      (call $work)
      (local.set $spins (i32.const 0))
      (block $called
        (loop $spin
          (br_if $called
            (i32.ne (i32.atomic.load (global.get $pool.calls)) (local.get $calls)))
          (local.set $spins (i32.add (local.get $spins) (i32.const 1)))
          (br_if $spin (i32.lt_u (local.get $spins) (global.get $pool.spins))))
        (drop (i32.atomic.rmw.add (global.get $pool.sleeping) (i32.const 1)))
        (drop
          (memory.atomic.wait32
            (global.get $pool.calls)
            (local.get $calls)
            (i64.const -1)))
        (drop (i32.atomic.rmw.sub (global.get $pool.sleeping) (i32.const 1))))
      ;; Without threads there is nothing to wait for any more.
      (br_if $again (i32.atomic.load (global.get $pool.threads)))))

  ;; Does all units of a job, with the other threads where there are some.
  (func $share (param $job i32) (param $units i32)
    (local $done i32) (local $spins i32)
    (if
      (i32.or
        (i32.lt_u (i32.load (global.get $pool.threads)) (i32.const 2))
        (i32.lt_s (local.get $units) (i32.const 2)))
      (then
        (call_indirect (type $units) (i32.const 0) (local.get $units) (local.get $job))
        (return)))
    (i32.atomic.store (global.get $pool.done) (i32.const 0))
    (i64.atomic.store
      (global.get $pool.units)
      (i64.or
        (i64.shl (i64.extend_i32_u (local.get $job)) (i64.const 48))
        (i64.shl (i64.extend_i32_u (local.get $units)) (i64.const 24))))
    (drop (i32.atomic.rmw.add (global.get $pool.calls) (i32.const 1)))
    (if
      (i32.atomic.load (global.get $pool.sleeping))
      (then (drop (memory.atomic.notify (global.get $pool.calls) (i32.const -1)))))
    (call $work)
    ;; Others may be at their last unit: a short spin, then sleep.
    (block $finished
      (loop $waiting
        (local.set $done (i32.atomic.load (global.get $pool.done)))
        (br_if $finished (i32.eq (local.get $done) (local.get $units)))
        (local.set $spins (i32.add (local.get $spins) (i32.const 1)))
        (if
          (i32.and
            (i32.load (global.get $pool.sleeps))
            (i32.gt_u (local.get $spins) (global.get $pool.spins)))
          (then
            (drop
              (memory.atomic.wait32
                (global.get $pool.done)
                (local.get $done)
                (i64.const -1)))))
        (br $waiting))))

  ;; The sum of numbers in double precision, in their order.
  (func $sum_of_parts (param $parts i32) (param $count i32) (result f64)
    (local $sum f64)
    (loop $each_part
      (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $parts))))
      (local.set $parts (i32.add (local.get $parts) (i32.const 8)))
      (br_if $each_part
        (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum))

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 3 rows and 12 columns.
  ;; The rows of left begin anywhere, its steps are 4 bytes apart.
  (func $tile_3x3 (param $left_0 i32) (param $left_1 i32) (param $left_2 i32) (param $right i32)
      (param $steps i32) (param $right_step i32) (param $sums i32)
    (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128) (local $y2 v128)
    (local $sum00 v128) (local $sum01 v128) (local $sum02 v128) (local $sum10 v128)
    (local $sum11 v128) (local $sum12 v128) (local $sum20 v128) (local $sum21 v128)
    (local $sum22 v128)
    ;; four steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 2)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left_0 (i32.add (local.get $left_0) (i32.const 16)))
          (local.set $left_1 (i32.add (local.get $left_1) (i32.const 16)))
          (local.set $left_2 (i32.add (local.get $left_2) (i32.const 16)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the rest of the steps
    (local.set $turns (i32.and (local.get $steps) (i32.const 3)))
    (if
      (local.get $turns)
      (then
        (loop $each_other
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left_0 (i32.add (local.get $left_0) (i32.const 4)))
          (local.set $left_1 (i32.add (local.get $left_1) (i32.const 4)))
          (local.set $left_2 (i32.add (local.get $left_2) (i32.const 4)))
          (br_if $each_other (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum02))
    (v128.store offset=48 (local.get $sums) (local.get $sum10))
    (v128.store offset=64 (local.get $sums) (local.get $sum11))
    (v128.store offset=80 (local.get $sums) (local.get $sum12))
    (v128.store offset=96 (local.get $sums) (local.get $sum20))
    (v128.store offset=112 (local.get $sums) (local.get $sum21))
    (v128.store offset=128 (local.get $sums) (local.get $sum22)))

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 3 rows and 12 columns.
  ;; The rows of left are adjacent in memory: it is transposed.
  (func $tile_3x3_transposed (param $left i32) (param $right i32) (param $steps i32)
      (param $left_step i32) (param $right_step i32) (param $sums i32)
    (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128) (local $y2 v128)
    (local $sum00 v128) (local $sum01 v128) (local $sum02 v128) (local $sum10 v128)
    (local $sum11 v128) (local $sum12 v128) (local $sum20 v128) (local $sum21 v128)
    (local $sum22 v128)
    ;; two steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 1)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left (i32.add (local.get $left) (local.get $left_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left (i32.add (local.get $left) (local.get $left_step)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the last of an odd number of steps
    (if
      (i32.and (local.get $steps) (i32.const 1))
      (then
        (local.set $y0 (v128.load (local.get $right)))
        (local.set $y1 (v128.load offset=16 (local.get $right)))
        (local.set $y2 (v128.load offset=32 (local.get $right)))
        (local.set $x (v128.load32_splat (local.get $left)))
        (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
        (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
        (local.set $sum02 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum02)))
        (local.set $x (v128.load32_splat offset=4 (local.get $left)))
        (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
        (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
        (local.set $sum12 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum12)))
        (local.set $x (v128.load32_splat offset=8 (local.get $left)))
        (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
        (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
        (local.set $sum22 (f32x4.relaxed_madd (local.get $x) (local.get $y2) (local.get $sum22)))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum02))
    (v128.store offset=48 (local.get $sums) (local.get $sum10))
    (v128.store offset=64 (local.get $sums) (local.get $sum11))
    (v128.store offset=80 (local.get $sums) (local.get $sum12))
    (v128.store offset=96 (local.get $sums) (local.get $sum20))
    (v128.store offset=112 (local.get $sums) (local.get $sum21))
    (v128.store offset=128 (local.get $sums) (local.get $sum22)))

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 5 rows and 8 columns.
  ;; The rows of left begin anywhere, its steps are 4 bytes apart.
  (func $tile_5x2 (param $left_0 i32) (param $left_1 i32) (param $left_2 i32) (param $left_3 i32)
      (param $left_4 i32) (param $right i32) (param $steps i32) (param $right_step i32)
      (param $sums i32)
    (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128) (local $sum00 v128)
    (local $sum01 v128) (local $sum10 v128) (local $sum11 v128) (local $sum20 v128)
    (local $sum21 v128) (local $sum30 v128) (local $sum31 v128) (local $sum40 v128)
    (local $sum41 v128)
    ;; four steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 2)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left_0 (i32.add (local.get $left_0) (i32.const 16)))
          (local.set $left_1 (i32.add (local.get $left_1) (i32.const 16)))
          (local.set $left_2 (i32.add (local.get $left_2) (i32.const 16)))
          (local.set $left_3 (i32.add (local.get $left_3) (i32.const 16)))
          (local.set $left_4 (i32.add (local.get $left_4) (i32.const 16)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the rest of the steps
    (local.set $turns (i32.and (local.get $steps) (i32.const 3)))
    (if
      (local.get $turns)
      (then
        (loop $each_other
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left_0 (i32.add (local.get $left_0) (i32.const 4)))
          (local.set $left_1 (i32.add (local.get $left_1) (i32.const 4)))
          (local.set $left_2 (i32.add (local.get $left_2) (i32.const 4)))
          (local.set $left_3 (i32.add (local.get $left_3) (i32.const 4)))
          (local.set $left_4 (i32.add (local.get $left_4) (i32.const 4)))
          (br_if $each_other (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum10))
    (v128.store offset=48 (local.get $sums) (local.get $sum11))
    (v128.store offset=64 (local.get $sums) (local.get $sum20))
    (v128.store offset=80 (local.get $sums) (local.get $sum21))
    (v128.store offset=96 (local.get $sums) (local.get $sum30))
    (v128.store offset=112 (local.get $sums) (local.get $sum31))
    (v128.store offset=128 (local.get $sums) (local.get $sum40))
    (v128.store offset=144 (local.get $sums) (local.get $sum41)))

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 6 rows and 8 columns.
  ;; The rows of left begin anywhere, its steps are 4 bytes apart.
  (func $tile_6x2 (param $left_0 i32) (param $left_1 i32) (param $left_2 i32) (param $left_3 i32)
      (param $left_4 i32) (param $left_5 i32) (param $right i32) (param $steps i32)
      (param $right_step i32) (param $sums i32)
    (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128) (local $sum00 v128)
    (local $sum01 v128) (local $sum10 v128) (local $sum11 v128) (local $sum20 v128)
    (local $sum21 v128) (local $sum30 v128) (local $sum31 v128) (local $sum40 v128)
    (local $sum41 v128) (local $sum50 v128) (local $sum51 v128)
    ;; four steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 2)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat (local.get $left_5)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left_5)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left_5)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left_5)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left_0 (i32.add (local.get $left_0) (i32.const 16)))
          (local.set $left_1 (i32.add (local.get $left_1) (i32.const 16)))
          (local.set $left_2 (i32.add (local.get $left_2) (i32.const 16)))
          (local.set $left_3 (i32.add (local.get $left_3) (i32.const 16)))
          (local.set $left_4 (i32.add (local.get $left_4) (i32.const 16)))
          (local.set $left_5 (i32.add (local.get $left_5) (i32.const 16)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the rest of the steps
    (local.set $turns (i32.and (local.get $steps) (i32.const 3)))
    (if
      (local.get $turns)
      (then
        (loop $each_other
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left_0)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat (local.get $left_1)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat (local.get $left_2)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat (local.get $left_3)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat (local.get $left_4)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat (local.get $left_5)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left_0 (i32.add (local.get $left_0) (i32.const 4)))
          (local.set $left_1 (i32.add (local.get $left_1) (i32.const 4)))
          (local.set $left_2 (i32.add (local.get $left_2) (i32.const 4)))
          (local.set $left_3 (i32.add (local.get $left_3) (i32.const 4)))
          (local.set $left_4 (i32.add (local.get $left_4) (i32.const 4)))
          (local.set $left_5 (i32.add (local.get $left_5) (i32.const 4)))
          (br_if $each_other (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum10))
    (v128.store offset=48 (local.get $sums) (local.get $sum11))
    (v128.store offset=64 (local.get $sums) (local.get $sum20))
    (v128.store offset=80 (local.get $sums) (local.get $sum21))
    (v128.store offset=96 (local.get $sums) (local.get $sum30))
    (v128.store offset=112 (local.get $sums) (local.get $sum31))
    (v128.store offset=128 (local.get $sums) (local.get $sum40))
    (v128.store offset=144 (local.get $sums) (local.get $sum41))
    (v128.store offset=160 (local.get $sums) (local.get $sum50))
    (v128.store offset=176 (local.get $sums) (local.get $sum51)))

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 6 rows and 8 columns.
  ;; The rows of left are adjacent in memory: it is transposed.
  (func $tile_6x2_transposed (param $left i32) (param $right i32) (param $steps i32)
      (param $left_step i32) (param $right_step i32) (param $sums i32)
    (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128) (local $sum00 v128)
    (local $sum01 v128) (local $sum10 v128) (local $sum11 v128) (local $sum20 v128)
    (local $sum21 v128) (local $sum30 v128) (local $sum31 v128) (local $sum40 v128)
    (local $sum41 v128) (local $sum50 v128) (local $sum51 v128)
    ;; two steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 1)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=16 (local.get $left)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat offset=20 (local.get $left)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left (i32.add (local.get $left) (local.get $left_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $x (v128.load32_splat (local.get $left)))
          (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
          (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
          (local.set $x (v128.load32_splat offset=4 (local.get $left)))
          (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
          (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
          (local.set $x (v128.load32_splat offset=8 (local.get $left)))
          (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
          (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
          (local.set $x (v128.load32_splat offset=12 (local.get $left)))
          (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
          (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
          (local.set $x (v128.load32_splat offset=16 (local.get $left)))
          (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
          (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
          (local.set $x (v128.load32_splat offset=20 (local.get $left)))
          (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
          (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $left (i32.add (local.get $left) (local.get $left_step)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the last of an odd number of steps
    (if
      (i32.and (local.get $steps) (i32.const 1))
      (then
        (local.set $y0 (v128.load (local.get $right)))
        (local.set $y1 (v128.load offset=16 (local.get $right)))
        (local.set $x (v128.load32_splat (local.get $left)))
        (local.set $sum00 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
        (local.set $sum01 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
        (local.set $x (v128.load32_splat offset=4 (local.get $left)))
        (local.set $sum10 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
        (local.set $sum11 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
        (local.set $x (v128.load32_splat offset=8 (local.get $left)))
        (local.set $sum20 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
        (local.set $sum21 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
        (local.set $x (v128.load32_splat offset=12 (local.get $left)))
        (local.set $sum30 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
        (local.set $sum31 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
        (local.set $x (v128.load32_splat offset=16 (local.get $left)))
        (local.set $sum40 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
        (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
        (local.set $x (v128.load32_splat offset=20 (local.get $left)))
        (local.set $sum50 (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum50)))
        (local.set $sum51 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum51)))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum10))
    (v128.store offset=48 (local.get $sums) (local.get $sum11))
    (v128.store offset=64 (local.get $sums) (local.get $sum20))
    (v128.store offset=80 (local.get $sums) (local.get $sum21))
    (v128.store offset=96 (local.get $sums) (local.get $sum30))
    (v128.store offset=112 (local.get $sums) (local.get $sum31))
    (v128.store offset=128 (local.get $sums) (local.get $sum40))
    (v128.store offset=144 (local.get $sums) (local.get $sum41))
    (v128.store offset=160 (local.get $sums) (local.get $sum50))
    (v128.store offset=176 (local.get $sums) (local.get $sum51)))

  ;; Takes units one at a time until there are none. Which unit of which job it is, is read and
  ;; counted at once, and the next job does not begin before all units of this one are done.
  (func $work
    (local $taken i64) (local $unit i32) (local $units i32)
    (loop $next
      (local.set $taken (i64.atomic.rmw.add (global.get $pool.units) (i64.const 1)))
      (local.set $unit (i32.and (i32.wrap_i64 (local.get $taken)) (i32.const 0xffffff)))
      (local.set $units
        (i32.and
          (i32.wrap_i64 (i64.shr_u (local.get $taken) (i64.const 24)))
          (i32.const 0xffffff)))
      (if
        (i32.lt_u (local.get $unit) (local.get $units))
        (then
          (call_indirect (type $units)
            (local.get $unit)
            (i32.add (local.get $unit) (i32.const 1))
            (i32.wrap_i64 (i64.shr_u (local.get $taken) (i64.const 48))))
          (if
            (i32.eq
              (i32.atomic.rmw.add (global.get $pool.done) (i32.const 1))
              (i32.sub (local.get $units) (i32.const 1)))
            (then (drop (memory.atomic.notify (global.get $pool.done) (i32.const 1)))))
          (br $next)))))

  ;; hidden_W[i,j] ← 0.13671719·random(hidden.W, i·500 + j) − 0.06835859
  ;;   for i < 784, j < 500
  (func $initial_hidden_W.values (param $from i32) (param $to i32)
    (local $hidden_W i32) (local $seed i32) (local $end i32) (local $i i32) (local $j i32)
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $seed (i32.load (global.get $initial_hidden_W.seed)))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 13 (; i of a unit ;))) (i32.const 784)))
    (local.set $i (i32.mul (local.get $from) (i32.const 13 (; i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (loop $each_j
            (v128.store
              (i32.add
                (local.get $hidden_W)
                (i32.shl
                  (i32.add (i32.mul (local.get $i) (i32.const 500)) (local.get $j))
                  (i32.const 2)))
              (f32x4.sub
                (f32x4.mul
                  (f32x4.splat (f32.const 0.13671718537807465))
                  (call $f32x4_random
                    (i32x4.splat (local.get $seed))
                    (i32x4.splat (i32.const -1815431459 (; hidden.W ;)))
                    (i32x4.splat (i32.const 0))
                    (i32x4.add
                      (i32x4.splat (i32.mul (local.get $i) (i32.const 500)))
                      (i32x4.add (i32x4.splat (local.get $j)) (v128.const i32x4 0 1 2 3)))))
                (f32x4.splat (f32.const 0.06835859268903732))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 500))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; initial_hidden_W(seed); updates hidden_W
  (func $initial_hidden_W
    (call $share (global.get $initial_hidden_W.values.job) (i32.const 61 (; units ;))))

  ;; h[i,j] = tanh(linear[i,j])
  ;;   where linear[i,j] = Σ_k x[i,k]·hidden_W[k,j] + hidden_b[j]
  ;;   for i < 20, j < 500, k < 784
  ;;   in 5 × 8 tiles of i × j, of x and hidden_W in place
  ;; The same for validate, test.
  (func $train.h (param $from i32) (param $to i32)
    (local $x i32) (local $hidden_W i32) (local $hidden_b i32) (local $h i32) (local $unit i32)
    (local $j_first i32) (local $columns i32) (local $sums i32) (local $right i32)
    (local $i_first i32) (local $left i32) (local $i_end i32) (local $i i32) (local $c i32)
    (local $sums.row i32) (local $h.row i32) (local $hidden_b.row i32)
    (local.set $sums (global.get $scratch))
    (local.set $x (i32.load (global.get $train.x)))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $hidden_b (global.get $hidden_b))
    (local.set $h (global.get $train.h))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first (i32.shl (local.get $unit) (i32.const 3 (; ·8, j of a panel ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 8)))
          (local.set $right
            (i32.add (local.get $hidden_W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; tiles of 5 i
          (local.set $i_first (i32.const 0))
          (loop $each_i_first
            (local.set $left
              (i32.add
                (local.get $x)
                (i32.mul
                  (local.get $i_first)
                  (i32.const 3136 (; from row to row of left, in bytes ;)))))
            (call $tile_5x2
              (local.get $left)
              (i32.add (local.get $left) (i32.const 3136 (; a row ;)))
              (i32.add (local.get $left) (i32.const 6272 (; 2 rows ;)))
              (i32.add (local.get $left) (i32.const 9408 (; 3 rows ;)))
              (i32.add (local.get $left) (i32.const 12544 (; 4 rows ;)))
              (local.get $right)
              (i32.const 784 (; steps ;))
              (i32.const 2000 (; right_step ;))
              (local.get $sums))
            (local.set $i_end (i32.add (local.get $i_first) (i32.const 5)))
            ;; the result of finished sums
            (local.set $sums.row (local.get $sums))
            (local.set $hidden_b.row
              (i32.add (local.get $hidden_b) (i32.shl (local.get $j_first) (i32.const 2))))
            (local.set $h.row
              (i32.add
                (i32.add (local.get $h) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of h, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 8 (; all of a panel ;)))
                (then
                  (v128.store
                    (local.get $h.row)
                    (call $f32x4_tanh
                      (f32x4.add
                        (v128.load (local.get $sums.row))
                        (v128.load (local.get $hidden_b.row)))))
                  (v128.store offset=16
                    (local.get $h.row)
                    (call $f32x4_tanh
                      (f32x4.add
                        (v128.load offset=16 (local.get $sums.row))
                        (v128.load offset=16 (local.get $hidden_b.row))))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (v128.store
                      (i32.add (local.get $h.row) (i32.shl (local.get $c) (i32.const 2)))
                      (call $f32x4_tanh
                        (f32x4.add
                          (v128.load
                            (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                          (v128.load
                            (i32.add
                              (local.get $hidden_b.row)
                              (i32.shl (local.get $c) (i32.const 2)))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (local.get $columns))))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
              (local.set $h.row
                (i32.add (local.get $h.row) (i32.const 2000 (; a row of h, in bytes ;))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (local.get $i_end))))
            (br_if $each_i_first
              (i32.lt_s
                (local.tee $i_first (i32.add (local.get $i_first) (i32.const 5)))
                (i32.const 20))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; p_logits[i,j] = Σ_k h[i,k]·output_W[k,j] + output_b[j]
  ;;   for i < 20, j < 10, k < 500
  ;;   in 3 × 12 tiles of i × j, of h and output_W in place
  ;; The same for validate, test.
  (func $train.p_logits (param $from i32) (param $to i32)
    (local $h i32) (local $output_W i32) (local $output_b i32) (local $p_logits i32)
    (local $unit i32) (local $j_first i32) (local $sums i32) (local $right i32)
    (local $i_first i32) (local $i_tile i32) (local $left i32) (local $i_end i32) (local $i i32)
    (local $c i32) (local $sums.row i32) (local $p_logits.row i32) (local $output_b.row i32)
    (local.set $sums (global.get $scratch))
    (local.set $h (global.get $train.h))
    (local.set $output_W (global.get $output_W))
    (local.set $output_b (global.get $output_b))
    (local.set $p_logits (global.get $train.p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first (i32.mul (local.get $unit) (i32.const 12 (; j of a panel ;))))
          (local.set $right
            (i32.add (local.get $output_W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; tiles of 3 i
          (local.set $i_first (i32.const 0))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 17 (; where the last whole tile begins ;))))
            (local.set $left
              (i32.add
                (local.get $h)
                (i32.mul
                  (local.get $i_tile)
                  (i32.const 2000 (; from row to row of left, in bytes ;)))))
            (call $tile_3x3
              (local.get $left)
              (i32.add (local.get $left) (i32.const 2000 (; a row ;)))
              (i32.add (local.get $left) (i32.const 4000 (; 2 rows ;)))
              (local.get $right)
              (i32.const 500 (; steps ;))
              (i32.const 40 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (i32.const 20)))
            ;; the result of finished sums
            (local.set $sums.row
              (i32.add
                (local.get $sums)
                (i32.mul
                  (i32.sub (local.get $i_first) (local.get $i_tile))
                  (i32.const 48 (; a row of sums, in bytes ;)))))
            (local.set $output_b.row
              (i32.add (local.get $output_b) (i32.shl (local.get $j_first) (i32.const 2))))
            (local.set $p_logits.row
              (i32.add
                (i32.add (local.get $p_logits) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 40 (; a row of p_logits, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (local.set $c (i32.const 0))
              ;; vectors of four c
              (loop $each_c
                (v128.store
                  (i32.add (local.get $p_logits.row) (i32.shl (local.get $c) (i32.const 2)))
                  (f32x4.add
                    (v128.load
                      (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                    (v128.load
                      (i32.add (local.get $output_b.row) (i32.shl (local.get $c) (i32.const 2))))))
                (br_if $each_c
                  (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 4))) (i32.const 8))))
              ;; the other c
              (loop $each_c
                (f32.store
                  (i32.add (local.get $p_logits.row) (i32.shl (local.get $c) (i32.const 2)))
                  (f32.add
                    (f32.load
                      (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                    (f32.load
                      (i32.add (local.get $output_b.row) (i32.shl (local.get $c) (i32.const 2))))))
                (br_if $each_c
                  (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const 10))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
              (local.set $p_logits.row
                (i32.add
                  (local.get $p_logits.row)
                  (i32.const 40 (; a row of p_logits, in bytes ;))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (local.get $i_end))))
            (br_if $each_i_first
              (i32.lt_s
                (local.tee $i_first (i32.add (local.get $i_first) (i32.const 3)))
                (i32.const 20))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; p_max[i] = max_j p_logits[i,j]
  ;;   for i < 20, j < 10
  ;; p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
  ;;   for i < 20, j < 10
  ;; p_sum[i] = Σ_j p_exp[i,j]
  ;;   for i < 20, j < 10
  ;; cost_sum = Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i]))
  ;;   for i < 20
  ;; ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 20
  ;;   where p[i,j] = p_exp[i,j] / p_sum[i]
  ;;   for i < 20, j < 10
  (func $train.cost_sum_and_d_p_logits
    (local $p_logits i32) (local $p_exp i32) (local $y i32) (local $d_p_logits i32) (local $i i32)
    (local $j i32) (local $p_max f32) (local $p f32) (local $cost_sum f64) (local $p_sum f64)
    (local $p_max.x4 v128) (local $p_sum.x4 v128) (local $p.x4 v128)
    (local.set $p_logits (global.get $train.p_logits))
    (local.set $p_exp (global.get $train.p_exp))
    (local.set $y (i32.load (global.get $train.y)))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $cost_sum (f64.const 0))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $p_max (f32.const -inf))
      (local.set $j (i32.const 0))
      ;; vectors of four j
      (local.set $p_max.x4 (v128.const f32x4 -inf -inf -inf -inf))
      (loop $each_j
        (local.set $p_max.x4
          (f32x4.max
            (local.get $p_max.x4)
            (v128.load
              (i32.add
                (local.get $p_logits)
                (i32.shl
                  (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                  (i32.const 2))))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 8))))
      (local.set $p_max (f32.max (local.get $p_max) (call $f32x4_largest (local.get $p_max.x4))))
      ;; the other j
      (loop $each_j
        (local.set $p_max
          (f32.max
            (local.get $p_max)
            (f32.load
              (i32.add
                (local.get $p_logits)
                (i32.shl
                  (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                  (i32.const 2))))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
      (local.set $p_sum (f64.const 0))
      (local.set $j (i32.const 0))
      ;; vectors of four j
      (local.set $p_sum.x4 (v128.const f32x4 0 0 0 0))
      (loop $each_j
        (v128.store
          (i32.add (local.get $p_exp) (i32.shl (local.get $j) (i32.const 2)))
          (call $f32x4_exp
            (f32x4.sub
              (v128.load
                (i32.add
                  (local.get $p_logits)
                  (i32.shl
                    (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                    (i32.const 2))))
              (f32x4.splat (local.get $p_max)))))
        (local.set $p_sum.x4
          (f32x4.add
            (local.get $p_sum.x4)
            (v128.load (i32.add (local.get $p_exp) (i32.shl (local.get $j) (i32.const 2))))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 8))))
      (local.set $p_sum
        (f64.add (local.get $p_sum) (f64.promote_f32 (call $f32x4_sum (local.get $p_sum.x4)))))
      ;; the other j
      (loop $each_j
        (f32.store
          (i32.add (local.get $p_exp) (i32.shl (local.get $j) (i32.const 2)))
          (f32x4.extract_lane 0
            (call $f32x4_exp
              (f32x4.splat
                (f32.sub
                  (f32.load
                    (i32.add
                      (local.get $p_logits)
                      (i32.shl
                        (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                        (i32.const 2))))
                  (local.get $p_max))))))
        (local.set $p_sum
          (f64.add
            (local.get $p_sum)
            (f64.promote_f32
              (f32.load (i32.add (local.get $p_exp) (i32.shl (local.get $j) (i32.const 2)))))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
      (local.set $cost_sum
        (f64.add
          (local.get $cost_sum)
          (f64.promote_f32
            (f32.sub
              (f32.sub
                (f32.load
                  (i32.add
                    (local.get $p_logits)
                    (i32.shl
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 10))
                        (i32.load (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2)))))
                      (i32.const 2))))
                (local.get $p_max))
              (f32x4.extract_lane 0
                (call $f32x4_log (f32x4.splat (f32.demote_f64 (local.get $p_sum)))))))))
      (local.set $j (i32.const 0))
      ;; vectors of four j
      (loop $each_j
        (local.set $p.x4
          (f32x4.div
            (v128.load (i32.add (local.get $p_exp) (i32.shl (local.get $j) (i32.const 2))))
            (f32x4.splat (f32.demote_f64 (local.get $p_sum)))))
        (v128.store
          (i32.add
            (local.get $d_p_logits)
            (i32.shl
              (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
              (i32.const 2)))
          (f32x4.div
            (f32x4.sub
              (local.get $p.x4)
              (v128.and
                (i32x4.eq
                  (i32x4.add (i32x4.splat (local.get $j)) (v128.const i32x4 0 1 2 3))
                  (v128.load32_splat
                    (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2)))))
                (v128.const f32x4 1 1 1 1)))
            (f32x4.splat (f32.const 20))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 8))))
      ;; the other j
      (loop $each_j
        (local.set $p
          (f32.div
            (f32.load (i32.add (local.get $p_exp) (i32.shl (local.get $j) (i32.const 2))))
            (f32.demote_f64 (local.get $p_sum))))
        (f32.store
          (i32.add
            (local.get $d_p_logits)
            (i32.shl
              (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
              (i32.const 2)))
          (f32.div
            (f32.sub
              (local.get $p)
              (f32.convert_i32_u
                (i32.eq
                  (local.get $j)
                  (i32.load (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2)))))))
            (f32.const 20)))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))
    (f32.store (global.get $train.cost_sum) (f32.demote_f64 (local.get $cost_sum))))

  ;; ∂cost/∂linear ≡ d_linear[i,j] = ∂cost/∂h[i,j]·(1 − h[i,j]·h[i,j])
  ;;   where ∂cost/∂h[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
  ;;   for i < 20, j < 500, k < 10
  ;;   in 5 × 8 tiles of i × j, of d_p_logits in place and a copied panel
  (func $train.d_linear (param $from i32) (param $to i32)
    (local $d_p_logits i32) (local $output_W i32) (local $h i32) (local $d_linear i32)
    (local $unit i32) (local $j_first i32) (local $columns i32) (local $sums i32)
    (local $at i32) (local $j i32) (local $to_panel i32) (local $k i32) (local $right i32)
    (local $i_first i32) (local $left i32) (local $i_end i32) (local $i i32) (local $c i32)
    (local $sums.row i32) (local $h.row i32) (local $d_linear.row i32) (local $x4.constant v128)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 320 (; sums, behind what is copied ;))))
    (local.set $x4.constant (f32x4.splat (f32.const 1)))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $output_W (global.get $output_W))
    (local.set $h (global.get $train.h))
    (local.set $d_linear (global.get $train.d_linear))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first (i32.shl (local.get $unit) (i32.const 3 (; ·8, j of a panel ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 8)))
          ;; a panel of the right operand, column by column
          (local.set $at (i32.const 0))
          (loop $each_at
            (local.set $j (i32.add (local.get $j_first) (local.get $at)))
            (local.set $to_panel
              (i32.add (global.get $scratch) (i32.shl (local.get $at) (i32.const 2))))
            (local.set $k (i32.const 0))
            (loop $each_k
              (f32.store
                (local.get $to_panel)
                (f32.load
                  (i32.add
                    (local.get $output_W)
                    (i32.shl
                      (i32.add (i32.mul (local.get $j) (i32.const 10)) (local.get $k))
                      (i32.const 2)))))
              (local.set $to_panel
                (i32.add (local.get $to_panel) (i32.const 32 (; a row of the panel, in bytes ;))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 10))))
            (br_if $each_at
              (i32.lt_s
                (local.tee $at (i32.add (local.get $at) (i32.const 1)))
                (local.get $columns))))
          (local.set $right (global.get $scratch))
          ;; tiles of 5 i
          (local.set $i_first (i32.const 0))
          (loop $each_i_first
            (local.set $left
              (i32.add
                (local.get $d_p_logits)
                (i32.mul
                  (local.get $i_first)
                  (i32.const 40 (; from row to row of left, in bytes ;)))))
            (call $tile_5x2
              (local.get $left)
              (i32.add (local.get $left) (i32.const 40 (; a row ;)))
              (i32.add (local.get $left) (i32.const 80 (; 2 rows ;)))
              (i32.add (local.get $left) (i32.const 120 (; 3 rows ;)))
              (i32.add (local.get $left) (i32.const 160 (; 4 rows ;)))
              (local.get $right)
              (i32.const 10 (; steps ;))
              (i32.const 32 (; right_step ;))
              (local.get $sums))
            (local.set $i_end (i32.add (local.get $i_first) (i32.const 5)))
            ;; the result of finished sums
            (local.set $sums.row (local.get $sums))
            (local.set $h.row
              (i32.add
                (i32.add (local.get $h) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of h, in bytes ;)))))
            (local.set $d_linear.row
              (i32.add
                (i32.add (local.get $d_linear) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of d_linear, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 8 (; all of a panel ;)))
                (then
                  (v128.store
                    (local.get $d_linear.row)
                    (f32x4.mul
                      (v128.load (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul (v128.load (local.get $h.row)) (v128.load (local.get $h.row))))))
                  (v128.store offset=16
                    (local.get $d_linear.row)
                    (f32x4.mul
                      (v128.load offset=16 (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load offset=16 (local.get $h.row))
                          (v128.load offset=16 (local.get $h.row)))))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (v128.store
                      (i32.add (local.get $d_linear.row) (i32.shl (local.get $c) (i32.const 2)))
                      (f32x4.mul
                        (v128.load
                          (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                        (f32x4.sub
                          (local.get $x4.constant)
                          (f32x4.mul
                            (v128.load
                              (i32.add (local.get $h.row) (i32.shl (local.get $c) (i32.const 2))))
                            (v128.load
                              (i32.add
                                (local.get $h.row)
                                (i32.shl (local.get $c) (i32.const 2))))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (local.get $columns))))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
              (local.set $h.row
                (i32.add (local.get $h.row) (i32.const 2000 (; a row of h, in bytes ;))))
              (local.set $d_linear.row
                (i32.add
                  (local.get $d_linear.row)
                  (i32.const 2000 (; a row of d_linear, in bytes ;))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (local.get $i_end))))
            (br_if $each_i_first
              (i32.lt_s
                (local.tee $i_first (i32.add (local.get $i_first) (i32.const 5)))
                (i32.const 20))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; hidden_W[i,j] ← hidden_W[i,j] − 0.01·∂cost/∂hidden_W[i,j]
  ;;   where ∂cost/∂hidden_W[i,j] = 0.0002·hidden_W[i,j] + Σ_k x[k,i]·d_linear[k,j]
  ;;   for i < 784, j < 500, k < 20
  ;;   in 6 × 8 tiles of i × j, of x in place and a copied panel of d_linear
  ;; and L2_sum_hidden_W = Σ_ij hidden_W[i,j]·hidden_W[i,j], of what is there before it is written
  ;;   for i < 784, j < 500
  (func $train.hidden_W (param $from i32) (param $to i32)
    (local $hidden_W i32) (local $x i32) (local $d_linear i32) (local $unit i32)
    (local $j_first i32) (local $columns i32) (local $sums i32) (local $right i32)
    (local $i_first i32) (local $i_tile i32) (local $i_end i32) (local $i i32) (local $c i32)
    (local $sums.row i32) (local $hidden_W.row i32) (local $L2_sum_hidden_W.whole v128)
    (local $L2_sum_hidden_W.0.x4 v128) (local $x4.factor v128) (local $x4.factor_2 v128)
    (local $L2_sum_hidden_W.1.x4 v128)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 640 (; sums, behind what is copied ;))))
    (local.set $x4.factor (f32x4.splat (f32.const 0.01)))
    (local.set $x4.factor_2 (f32x4.splat (f32.const 0.0002)))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $x (i32.load (global.get $train.x)))
    (local.set $d_linear (global.get $train.d_linear))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first (i32.shl (local.get $unit) (i32.const 3 (; ·8, j of a panel ;))))
          (local.set $L2_sum_hidden_W.whole (v128.const f32x4 0 0 0 0))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 8)))
          (local.set $right
            (i32.add (local.get $d_linear) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_2
            (local.get $right)
            (i32.const 20 (; steps ;))
            (i32.const 2000 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 6 i
          (local.set $i_first (i32.const 0))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 778 (; where the last whole tile begins ;))))
            (call $tile_6x2_transposed
              (i32.add (local.get $x) (i32.shl (local.get $i_tile) (i32.const 2)))
              (local.get $right)
              (i32.const 20 (; steps ;))
              (i32.const 3136 (; left_step ;))
              (i32.const 32 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 6)) (i32.const 784)))
            ;; the result of finished sums
            (local.set $sums.row
              (i32.add
                (local.get $sums)
                (i32.shl
                  (i32.sub (local.get $i_first) (local.get $i_tile))
                  (i32.const 5 (; ·32, a row of sums, in bytes ;)))))
            (local.set $hidden_W.row
              (i32.add
                (i32.add (local.get $hidden_W) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of hidden_W, in bytes ;)))))
            (local.set $L2_sum_hidden_W.0.x4 (v128.const f32x4 0 0 0 0))
            (local.set $L2_sum_hidden_W.1.x4 (v128.const f32x4 0 0 0 0))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 8 (; all of a panel ;)))
                (then
                  (local.set $L2_sum_hidden_W.0.x4
                    (f32x4.relaxed_madd
                      (v128.load (local.get $hidden_W.row))
                      (v128.load (local.get $hidden_W.row))
                      (local.get $L2_sum_hidden_W.0.x4)))
                  (v128.store
                    (local.get $hidden_W.row)
                    (f32x4.relaxed_nmadd
                      (local.get $x4.factor)
                      (f32x4.relaxed_madd
                        (local.get $x4.factor_2)
                        (v128.load (local.get $hidden_W.row))
                        (v128.load (local.get $sums.row)))
                      (v128.load (local.get $hidden_W.row))))
                  (local.set $L2_sum_hidden_W.1.x4
                    (f32x4.relaxed_madd
                      (v128.load offset=16 (local.get $hidden_W.row))
                      (v128.load offset=16 (local.get $hidden_W.row))
                      (local.get $L2_sum_hidden_W.1.x4)))
                  (v128.store offset=16
                    (local.get $hidden_W.row)
                    (f32x4.relaxed_nmadd
                      (local.get $x4.factor)
                      (f32x4.relaxed_madd
                        (local.get $x4.factor_2)
                        (v128.load offset=16 (local.get $hidden_W.row))
                        (v128.load offset=16 (local.get $sums.row)))
                      (v128.load offset=16 (local.get $hidden_W.row)))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (local.set $L2_sum_hidden_W.0.x4
                      (f32x4.relaxed_madd
                        (v128.load
                          (i32.add
                            (local.get $hidden_W.row)
                            (i32.shl (local.get $c) (i32.const 2))))
                        (v128.load
                          (i32.add
                            (local.get $hidden_W.row)
                            (i32.shl (local.get $c) (i32.const 2))))
                        (local.get $L2_sum_hidden_W.0.x4)))
                    (v128.store
                      (i32.add (local.get $hidden_W.row) (i32.shl (local.get $c) (i32.const 2)))
                      (f32x4.relaxed_nmadd
                        (local.get $x4.factor)
                        (f32x4.relaxed_madd
                          (local.get $x4.factor_2)
                          (v128.load
                            (i32.add
                              (local.get $hidden_W.row)
                              (i32.shl (local.get $c) (i32.const 2))))
                          (v128.load
                            (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2)))))
                        (v128.load
                          (i32.add
                            (local.get $hidden_W.row)
                            (i32.shl (local.get $c) (i32.const 2))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (local.get $columns))))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
              (local.set $hidden_W.row
                (i32.add
                  (local.get $hidden_W.row)
                  (i32.const 2000 (; a row of hidden_W, in bytes ;))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (local.get $i_end))))
            (local.set $L2_sum_hidden_W.whole
              (f32x4.add
                (local.get $L2_sum_hidden_W.whole)
                (f32x4.add (local.get $L2_sum_hidden_W.0.x4) (local.get $L2_sum_hidden_W.1.x4))))
            (br_if $each_i_first
              (i32.lt_s
                (local.tee $i_first (i32.add (local.get $i_first) (i32.const 6)))
                (i32.const 784))))
          (f64.store
            (i32.add
              (global.get $train.L2_sum_hidden_W_parts)
              (i32.shl (local.get $unit) (i32.const 3)))
            (f64.promote_f32 (call $f32x4_sum (local.get $L2_sum_hidden_W.whole))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; hidden_b[i] ← hidden_b[i] − 0.01·∂cost/∂hidden_b[i]
  ;;   where ∂cost/∂hidden_b[i] = Σ_j d_linear[j,i]
  ;;   for i < 500, j < 20
  ;;   in 16 columns i at a time, of d_linear in place
  (func $train.hidden_b (param $from i32) (param $to i32)
    (local $hidden_b i32) (local $d_linear i32) (local $unit i32) (local $i_first i32)
    (local $columns i32) (local $sums i32) (local $right i32) (local $c i32)
    (local $sums.row i32) (local $hidden_b.row i32) (local $x4.factor v128)
    (local.set $sums (global.get $scratch))
    (local.set $x4.factor (f32x4.splat (f32.const 0.01)))
    (local.set $hidden_b (global.get $hidden_b))
    (local.set $d_linear (global.get $train.d_linear))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i_first (i32.shl (local.get $unit) (i32.const 4 (; ·16, i of a panel ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $i_first)) (i32.const 16)))
          (local.set $right
            (i32.add (local.get $d_linear) (i32.shl (local.get $i_first) (i32.const 2))))
          (call $column_sums_4
            (local.get $right)
            (i32.const 20 (; steps ;))
            (i32.const 2000 (; right_step ;))
            (local.get $sums))
          ;; the result of finished sums
          (local.set $sums.row (local.get $sums))
          (local.set $hidden_b.row
            (i32.add (local.get $hidden_b) (i32.shl (local.get $i_first) (i32.const 2))))
          (if
            (i32.eq (local.get $columns) (i32.const 16 (; all of a panel ;)))
            (then
              (v128.store
                (local.get $hidden_b.row)
                (f32x4.relaxed_nmadd
                  (local.get $x4.factor)
                  (v128.load (local.get $sums.row))
                  (v128.load (local.get $hidden_b.row))))
              (v128.store offset=16
                (local.get $hidden_b.row)
                (f32x4.relaxed_nmadd
                  (local.get $x4.factor)
                  (v128.load offset=16 (local.get $sums.row))
                  (v128.load offset=16 (local.get $hidden_b.row))))
              (v128.store offset=32
                (local.get $hidden_b.row)
                (f32x4.relaxed_nmadd
                  (local.get $x4.factor)
                  (v128.load offset=32 (local.get $sums.row))
                  (v128.load offset=32 (local.get $hidden_b.row))))
              (v128.store offset=48
                (local.get $hidden_b.row)
                (f32x4.relaxed_nmadd
                  (local.get $x4.factor)
                  (v128.load offset=48 (local.get $sums.row))
                  (v128.load offset=48 (local.get $hidden_b.row)))))
            (else
              (local.set $c (i32.const 0))
              (loop $each_c
                (v128.store
                  (i32.add (local.get $hidden_b.row) (i32.shl (local.get $c) (i32.const 2)))
                  (f32x4.relaxed_nmadd
                    (local.get $x4.factor)
                    (v128.load
                      (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                    (v128.load
                      (i32.add (local.get $hidden_b.row) (i32.shl (local.get $c) (i32.const 2))))))
                (br_if $each_c
                  (i32.lt_s
                    (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                    (local.get $columns))))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; output_W[i,j] ← output_W[i,j] − 0.01·∂cost/∂output_W[i,j]
  ;;   where ∂cost/∂output_W[i,j] = 0.0002·output_W[i,j] + Σ_k h[k,i]·d_p_logits[k,j]
  ;;   for i < 500, j < 10, k < 20
  ;;   in 3 × 12 tiles of i × j, of h in place and a copied panel of d_p_logits
  ;; and L2_sum_output_W = Σ_ij output_W[i,j]·output_W[i,j], of what is there before it is written
  ;;   for i < 500, j < 10
  (func $train.output_W (param $from i32) (param $to i32)
    (local $output_W i32) (local $h i32) (local $d_p_logits i32) (local $unit i32)
    (local $j_first i32) (local $sums i32) (local $right i32) (local $i_first i32)
    (local $i_tile i32) (local $i_end i32) (local $i i32) (local $c i32) (local $sums.row i32)
    (local $output_W.row i32) (local $L2_sum_output_W f64) (local $L2_sum_output_W.x4 v128)
    (local $x4.factor v128) (local $x4.factor_2 v128)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 960 (; sums, behind what is copied ;))))
    (local.set $x4.factor (f32x4.splat (f32.const 0.01)))
    (local.set $x4.factor_2 (f32x4.splat (f32.const 0.0002)))
    (local.set $output_W (global.get $output_W))
    (local.set $h (global.get $train.h))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first (i32.mul (local.get $unit) (i32.const 12 (; j of a panel ;))))
          (local.set $L2_sum_output_W (f64.const 0))
          (local.set $right
            (i32.add (local.get $d_p_logits) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_3
            (local.get $right)
            (i32.const 20 (; steps ;))
            (i32.const 40 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (i32.const 0))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 497 (; where the last whole tile begins ;))))
            (call $tile_3x3_transposed
              (i32.add (local.get $h) (i32.shl (local.get $i_tile) (i32.const 2)))
              (local.get $right)
              (i32.const 20 (; steps ;))
              (i32.const 2000 (; left_step ;))
              (i32.const 48 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (i32.const 500)))
            ;; the result of finished sums
            (local.set $sums.row
              (i32.add
                (local.get $sums)
                (i32.mul
                  (i32.sub (local.get $i_first) (local.get $i_tile))
                  (i32.const 48 (; a row of sums, in bytes ;)))))
            (local.set $output_W.row
              (i32.add
                (i32.add (local.get $output_W) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 40 (; a row of output_W, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (local.set $c (i32.const 0))
              ;; vectors of four c
              (local.set $L2_sum_output_W.x4 (v128.const f32x4 0 0 0 0))
              (loop $each_c
                (local.set $L2_sum_output_W.x4
                  (f32x4.relaxed_madd
                    (v128.load
                      (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2))))
                    (v128.load
                      (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2))))
                    (local.get $L2_sum_output_W.x4)))
                (v128.store
                  (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2)))
                  (f32x4.relaxed_nmadd
                    (local.get $x4.factor)
                    (f32x4.relaxed_madd
                      (local.get $x4.factor_2)
                      (v128.load
                        (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2))))
                      (v128.load
                        (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2)))))
                    (v128.load
                      (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2))))))
                (br_if $each_c
                  (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 4))) (i32.const 8))))
              (local.set $L2_sum_output_W
                (f64.add
                  (local.get $L2_sum_output_W)
                  (f64.promote_f32 (call $f32x4_sum (local.get $L2_sum_output_W.x4)))))
              ;; the other c
              (loop $each_c
                (local.set $L2_sum_output_W
                  (f64.add
                    (local.get $L2_sum_output_W)
                    (f64.promote_f32
                      (f32.mul
                        (f32.load
                          (i32.add
                            (local.get $output_W.row)
                            (i32.shl (local.get $c) (i32.const 2))))
                        (f32.load
                          (i32.add
                            (local.get $output_W.row)
                            (i32.shl (local.get $c) (i32.const 2))))))))
                (f32.store
                  (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2)))
                  (f32.sub
                    (f32.load
                      (i32.add (local.get $output_W.row) (i32.shl (local.get $c) (i32.const 2))))
                    (f32.mul
                      (f32.const 0.01)
                      (f32.add
                        (f32.mul
                          (f32.const 0.0002)
                          (f32.load
                            (i32.add
                              (local.get $output_W.row)
                              (i32.shl (local.get $c) (i32.const 2)))))
                        (f32.load
                          (i32.add
                            (local.get $sums.row)
                            (i32.shl (local.get $c) (i32.const 2))))))))
                (br_if $each_c
                  (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const 10))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
              (local.set $output_W.row
                (i32.add
                  (local.get $output_W.row)
                  (i32.const 40 (; a row of output_W, in bytes ;))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (local.get $i_end))))
            (br_if $each_i_first
              (i32.lt_s
                (local.tee $i_first (i32.add (local.get $i_first) (i32.const 3)))
                (i32.const 500))))
          (f64.store
            (i32.add
              (global.get $train.L2_sum_output_W_parts)
              (i32.shl (local.get $unit) (i32.const 3)))
            (local.get $L2_sum_output_W))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; output_b[i] ← output_b[i] − 0.01·∂cost/∂output_b[i]
  ;;   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
  ;;   for i < 10, j < 20
  (func $train.output_b
    (local $output_b i32) (local $d_p_logits i32) (local $i i32) (local $j i32)
    (local $d_output_b f32) (local $d_output_b.x4 v128)
    (local.set $output_b (global.get $output_b))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $i (i32.const 0))
    ;; vectors of four i
    (loop $each_i
      (local.set $d_output_b.x4 (v128.const f32x4 0 0 0 0))
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $d_output_b.x4
          (f32x4.add
            (local.get $d_output_b.x4)
            (v128.load
              (i32.add
                (local.get $d_p_logits)
                (i32.shl
                  (i32.add (i32.mul (local.get $j) (i32.const 10)) (local.get $i))
                  (i32.const 2))))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
      (v128.store
        (i32.add (local.get $output_b) (i32.shl (local.get $i) (i32.const 2)))
        (f32x4.sub
          (v128.load (i32.add (local.get $output_b) (i32.shl (local.get $i) (i32.const 2))))
          (f32x4.mul (f32x4.splat (f32.const 0.01)) (local.get $d_output_b.x4))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 8))))
    ;; the other i
    (loop $each_i
      (local.set $d_output_b (f32.const 0))
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $d_output_b
          (f32.add
            (local.get $d_output_b)
            (f32.load
              (i32.add
                (local.get $d_p_logits)
                (i32.shl
                  (i32.add (i32.mul (local.get $j) (i32.const 10)) (local.get $i))
                  (i32.const 2))))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
      (f32.store
        (i32.add (local.get $output_b) (i32.shl (local.get $i) (i32.const 2)))
        (f32.sub
          (f32.load (i32.add (local.get $output_b) (i32.shl (local.get $i) (i32.const 2))))
          (f32.mul (f32.const 0.01) (local.get $d_output_b))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10)))))

  ;; cost = 0.0001·L2 − cost_sum / 20
  ;;   where L2 = L2_sum_hidden_W + L2_sum_output_W
  (func $train.cost
    (local $L2_sum_hidden_W f32) (local $L2_sum_output_W f32) (local $cost_sum f32)
    (local $L2 f32) (local $cost f32)
    (local.set $L2_sum_hidden_W (f32.load (global.get $train.L2_sum_hidden_W)))
    (local.set $L2_sum_output_W (f32.load (global.get $train.L2_sum_output_W)))
    (local.set $cost_sum (f32.load (global.get $train.cost_sum)))
    (local.set $L2 (f32.add (local.get $L2_sum_hidden_W) (local.get $L2_sum_output_W)))
    (local.set $cost
      (f32.sub
        (f32.mul (f32.const 0.0001) (local.get $L2))
        (f32.div (local.get $cost_sum) (f32.const 20))))
    (f32.store (global.get $train.cost) (local.get $cost)))

  ;; train(index) → cost; updates hidden_W, hidden_b, output_W, output_b
  (func $train
    (i32.store
      (global.get $train.x)
      (i32.add
        (i32.load (global.get $trainX))
        (i32.shl
          (i32.mul
            (i32.wrap_i64 (i64.load (global.get $train.index)))
            (i32.const 15680 (; 20·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $trainY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 20))
          (i32.const 2))))
    (call $share (global.get $train.h.job) (i32.const 63 (; units ;)))
    (call $share (global.get $train.p_logits.job) (i32.const 1 (; units ;)))
    (call $train.cost_sum_and_d_p_logits)
    (call $share (global.get $train.d_linear.job) (i32.const 63 (; units ;)))
    (call $share (global.get $train.hidden_W.job) (i32.const 63 (; units ;)))
    (f32.store
      (global.get $train.L2_sum_hidden_W)
      (f32.demote_f64
        (call $sum_of_parts (global.get $train.L2_sum_hidden_W_parts) (i32.const 63 (; units ;)))))
    (call $train.hidden_b (i32.const 0) (i32.const 32 (; units ;)))
    (call $share (global.get $train.output_W.job) (i32.const 1 (; units ;)))
    (f32.store
      (global.get $train.L2_sum_output_W)
      (f32.demote_f64
        (call $sum_of_parts (global.get $train.L2_sum_output_W_parts) (i32.const 1 (; units ;)))))
    (call $train.output_b)
    (call $train.cost))

  ;; errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 20
  ;;   for i < 20, j < 10
  ;; The same for test.
  (func $validate.errors
    (local $p_logits i32) (local $y i32) (local $i i32) (local $errors_argmax i32) (local $j i32)
    (local $p_logits_max f32) (local $p_logits_j f32) (local $errors f32)
    (local $errors_sum f64)
    (local.set $p_logits (global.get $train.p_logits))
    (local.set $y (i32.load (global.get $train.y)))
    (local.set $errors_sum (f64.const 0))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $errors_argmax (i32.const 0))
      (local.set $p_logits_max (f32.const -inf))
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $p_logits_j
          (f32.load
            (i32.add
              (local.get $p_logits)
              (i32.shl
                (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                (i32.const 2)))))
        (if
          (i32.or
            (f32.gt (local.get $p_logits_j) (local.get $p_logits_max))
            (i32.and
              (f32.ne (local.get $p_logits_j) (local.get $p_logits_j))
              (f32.eq (local.get $p_logits_max) (local.get $p_logits_max))))
          (then
            (local.set $p_logits_max (local.get $p_logits_j))
            (local.set $errors_argmax (local.get $j))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
      (local.set $errors_sum
        (f64.add
          (local.get $errors_sum)
          (f64.promote_f32
            (f32.convert_i32_u
              (i32.ne
                (local.get $errors_argmax)
                (i32.load (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2)))))))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))
    (local.set $errors (f32.div (f32.demote_f64 (local.get $errors_sum)) (f32.const 20)))
    (f32.store (global.get $validate.errors) (local.get $errors)))

  ;; validate(index) → errors
  (func $validate
    (i32.store
      (global.get $train.x)
      (i32.add
        (i32.load (global.get $validX))
        (i32.shl
          (i32.mul
            (i32.wrap_i64 (i64.load (global.get $train.index)))
            (i32.const 15680 (; 20·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $validY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 20))
          (i32.const 2))))
    (call $share (global.get $train.h.job) (i32.const 63 (; units ;)))
    (call $share (global.get $train.p_logits.job) (i32.const 1 (; units ;)))
    (call $validate.errors))

  ;; test(index) → errors
  (func $test
    (i32.store
      (global.get $train.x)
      (i32.add
        (i32.load (global.get $testX))
        (i32.shl
          (i32.mul
            (i32.wrap_i64 (i64.load (global.get $train.index)))
            (i32.const 15680 (; 20·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $testY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 20))
          (i32.const 2))))
    (call $share (global.get $train.h.job) (i32.const 63 (; units ;)))
    (call $share (global.get $train.p_logits.job) (i32.const 1 (; units ;)))
    (call $validate.errors))

  ;; features[i,j] = tanh(linear[i,j])
  ;;   where linear[i,j] = Σ_k images[i,k]·hidden_W[k,j] + hidden_b[j]
  ;;   for i < rows, j < 500, k < 784
  ;;   in 6 × 8 tiles of i × j, of images in place and a copied panel of hidden_W
  ;; The same for predict.
  (func $probabilities.features (param $from i32) (param $to i32)
    (local $images i32) (local $hidden_W i32) (local $hidden_b i32) (local $features i32)
    (local $rows i32) (local $unit i32) (local $j_first i32) (local $i_from i32)
    (local $columns i32) (local $i_to i32) (local $sums i32) (local $right i32)
    (local $i_first i32) (local $r i32) (local $i i32) (local $left_rows i32) (local $i_end i32)
    (local $c i32) (local $sums.row i32) (local $features.row i32) (local $hidden_b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 25152 (; sums, behind the list of rows ;))))
    (local.set $images (i32.load (global.get $probabilities.images)))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $hidden_b (global.get $hidden_b))
    (local.set $features (i32.load (global.get $probabilities.features)))
    (local.set $rows (i32.load (global.get $probabilities.rows)))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first
            (i32.shl
              (i32.div_u
                (local.get $unit)
                (i32.div_u
                  (i32.add (local.get $rows) (i32.const 143 (; rounded up ;)))
                  (i32.const 144 (; i of a part ;))))
              (i32.const 3 (; ·8, j of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u
                (local.get $unit)
                (i32.div_u
                  (i32.add (local.get $rows) (i32.const 143 (; rounded up ;)))
                  (i32.const 144 (; i of a part ;))))
              (i32.const 144 (; i of a part ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 8)))
          (local.set $i_to
            (call $i32_min
              (local.get $rows)
              (i32.add (local.get $i_from) (i32.const 144 (; i of a part ;)))))
          (local.set $right
            (i32.add (local.get $hidden_W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_2
            (local.get $right)
            (i32.const 784 (; steps ;))
            (i32.const 2000 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 6 i
          (local.set $i_first (local.get $i_from))
          (if
            (i32.lt_s (local.get $i_first) (local.get $i_to))
            (then
              (loop $each_i_first
                ;; where rows of images begin
                (local.set $r (i32.const 0))
                (loop $each_r
                  (local.set $i
                    (call $i32_min
                      (i32.add (local.get $i_first) (local.get $r))
                      (i32.sub (local.get $rows) (i32.const 1))))
                  (i32.store
                    (i32.add
                      (i32.add
                        (global.get $scratch)
                        (i32.const 25088 (; where rows begin, behind what is copied ;)))
                      (i32.shl (local.get $r) (i32.const 2)))
                    (i32.add
                      (local.get $images)
                      (i32.shl (i32.mul (local.get $i) (i32.const 784)) (i32.const 2))))
                  (br_if $each_r
                    (i32.lt_s (local.tee $r (i32.add (local.get $r) (i32.const 1))) (i32.const 6))))
                (local.set $left_rows
                  (i32.add
                    (global.get $scratch)
                    (i32.const 25088 (; where rows begin, behind what is copied ;))))
                (call $tile_6x2
                  (i32.load (local.get $left_rows))
                  (i32.load offset=4 (local.get $left_rows))
                  (i32.load offset=8 (local.get $left_rows))
                  (i32.load offset=12 (local.get $left_rows))
                  (i32.load offset=16 (local.get $left_rows))
                  (i32.load offset=20 (local.get $left_rows))
                  (local.get $right)
                  (i32.const 784 (; steps ;))
                  (i32.const 32 (; right_step ;))
                  (local.get $sums))
                (local.set $i_end
                  (call $i32_min (i32.add (local.get $i_first) (i32.const 6)) (local.get $i_to)))
                ;; the result of finished sums
                (local.set $sums.row (local.get $sums))
                (local.set $hidden_b.row
                  (i32.add (local.get $hidden_b) (i32.shl (local.get $j_first) (i32.const 2))))
                (local.set $features.row
                  (i32.add
                    (i32.add (local.get $features) (i32.shl (local.get $j_first) (i32.const 2)))
                    (i32.mul
                      (local.get $i_first)
                      (i32.const 2000 (; a row of features, in bytes ;)))))
                (local.set $i (local.get $i_first))
                (loop $each_i
                  (if
                    (i32.eq (local.get $columns) (i32.const 8 (; all of a panel ;)))
                    (then
                      (v128.store
                        (local.get $features.row)
                        (call $f32x4_tanh
                          (f32x4.add
                            (v128.load (local.get $sums.row))
                            (v128.load (local.get $hidden_b.row)))))
                      (v128.store offset=16
                        (local.get $features.row)
                        (call $f32x4_tanh
                          (f32x4.add
                            (v128.load offset=16 (local.get $sums.row))
                            (v128.load offset=16 (local.get $hidden_b.row))))))
                    (else
                      (local.set $c (i32.const 0))
                      (loop $each_c
                        (v128.store
                          (i32.add (local.get $features.row) (i32.shl (local.get $c) (i32.const 2)))
                          (call $f32x4_tanh
                            (f32x4.add
                              (v128.load
                                (i32.add
                                  (local.get $sums.row)
                                  (i32.shl (local.get $c) (i32.const 2))))
                              (v128.load
                                (i32.add
                                  (local.get $hidden_b.row)
                                  (i32.shl (local.get $c) (i32.const 2)))))))
                        (br_if $each_c
                          (i32.lt_s
                            (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                            (local.get $columns))))))
                  (local.set $sums.row
                    (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
                  (local.set $features.row
                    (i32.add
                      (local.get $features.row)
                      (i32.const 2000 (; a row of features, in bytes ;))))
                  (br_if $each_i
                    (i32.lt_s
                      (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                      (local.get $i_end))))
                (br_if $each_i_first
                  (i32.lt_s
                    (local.tee $i_first (i32.add (local.get $i_first) (i32.const 6)))
                    (local.get $i_to))))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; scores_logits[i,j] = Σ_k features[i,k]·output_W[k,j] + output_b[j]
  ;;   for i < rows, j < 10, k < 500
  ;;   in 3 × 12 tiles of i × j, of features in place and a copied panel of output_W
  ;; The same for predict.
  (func $probabilities.scores_logits (param $from i32) (param $to i32)
    (local $features i32) (local $output_W i32) (local $output_b i32) (local $scores_logits i32)
    (local $rows i32) (local $unit i32) (local $j_first i32) (local $i_from i32)
    (local $i_to i32) (local $sums i32) (local $right i32) (local $i_first i32) (local $r i32)
    (local $i i32) (local $left_rows i32) (local $i_end i32) (local $c i32)
    (local $sums.row i32) (local $scores_logits.row i32) (local $output_b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 24064 (; sums, behind the list of rows ;))))
    (local.set $features (i32.load (global.get $probabilities.features)))
    (local.set $output_W (global.get $output_W))
    (local.set $output_b (global.get $output_b))
    (local.set $scores_logits (i32.load (global.get $probabilities.scores_logits)))
    (local.set $rows (i32.load (global.get $probabilities.rows)))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first
            (i32.mul
              (i32.div_u
                (local.get $unit)
                (i32.div_u
                  (i32.add (local.get $rows) (i32.const 143 (; rounded up ;)))
                  (i32.const 144 (; i of a part ;))))
              (i32.const 12 (; j of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u
                (local.get $unit)
                (i32.div_u
                  (i32.add (local.get $rows) (i32.const 143 (; rounded up ;)))
                  (i32.const 144 (; i of a part ;))))
              (i32.const 144 (; i of a part ;))))
          (local.set $i_to
            (call $i32_min
              (local.get $rows)
              (i32.add (local.get $i_from) (i32.const 144 (; i of a part ;)))))
          (local.set $right
            (i32.add (local.get $output_W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_3
            (local.get $right)
            (i32.const 500 (; steps ;))
            (i32.const 40 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (local.get $i_from))
          (if
            (i32.lt_s (local.get $i_first) (local.get $i_to))
            (then
              (loop $each_i_first
                ;; where rows of features begin
                (local.set $r (i32.const 0))
                (loop $each_r
                  (local.set $i
                    (call $i32_min
                      (i32.add (local.get $i_first) (local.get $r))
                      (i32.sub (local.get $rows) (i32.const 1))))
                  (i32.store
                    (i32.add
                      (i32.add
                        (global.get $scratch)
                        (i32.const 24000 (; where rows begin, behind what is copied ;)))
                      (i32.shl (local.get $r) (i32.const 2)))
                    (i32.add
                      (local.get $features)
                      (i32.shl (i32.mul (local.get $i) (i32.const 500)) (i32.const 2))))
                  (br_if $each_r
                    (i32.lt_s (local.tee $r (i32.add (local.get $r) (i32.const 1))) (i32.const 3))))
                (local.set $left_rows
                  (i32.add
                    (global.get $scratch)
                    (i32.const 24000 (; where rows begin, behind what is copied ;))))
                (call $tile_3x3
                  (i32.load (local.get $left_rows))
                  (i32.load offset=4 (local.get $left_rows))
                  (i32.load offset=8 (local.get $left_rows))
                  (local.get $right)
                  (i32.const 500 (; steps ;))
                  (i32.const 48 (; right_step ;))
                  (local.get $sums))
                (local.set $i_end
                  (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (local.get $i_to)))
                ;; the result of finished sums
                (local.set $sums.row (local.get $sums))
                (local.set $output_b.row
                  (i32.add (local.get $output_b) (i32.shl (local.get $j_first) (i32.const 2))))
                (local.set $scores_logits.row
                  (i32.add
                    (i32.add
                      (local.get $scores_logits)
                      (i32.shl (local.get $j_first) (i32.const 2)))
                    (i32.mul
                      (local.get $i_first)
                      (i32.const 40 (; a row of scores_logits, in bytes ;)))))
                (local.set $i (local.get $i_first))
                (loop $each_i
                  (local.set $c (i32.const 0))
                  ;; vectors of four c
                  (loop $each_c
                    (v128.store
                      (i32.add
                        (local.get $scores_logits.row)
                        (i32.shl (local.get $c) (i32.const 2)))
                      (f32x4.add
                        (v128.load
                          (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                        (v128.load
                          (i32.add
                            (local.get $output_b.row)
                            (i32.shl (local.get $c) (i32.const 2))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (i32.const 8))))
                  ;; the other c
                  (loop $each_c
                    (f32.store
                      (i32.add
                        (local.get $scores_logits.row)
                        (i32.shl (local.get $c) (i32.const 2)))
                      (f32.add
                        (f32.load
                          (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                        (f32.load
                          (i32.add
                            (local.get $output_b.row)
                            (i32.shl (local.get $c) (i32.const 2))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 1)))
                        (i32.const 10))))
                  (local.set $sums.row
                    (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
                  (local.set $scores_logits.row
                    (i32.add
                      (local.get $scores_logits.row)
                      (i32.const 40 (; a row of scores_logits, in bytes ;))))
                  (br_if $each_i
                    (i32.lt_s
                      (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                      (local.get $i_end))))
                (br_if $each_i_first
                  (i32.lt_s
                    (local.tee $i_first (i32.add (local.get $i_first) (i32.const 3)))
                    (local.get $i_to))))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; scores_max[i] = max_j scores_logits[i,j]
  ;;   for i < rows, j < 10
  ;; scores_exp[i,j] = exp(scores_logits[i,j] − scores_max[i])
  ;;   for i < rows, j < 10
  ;; scores_sum[i] = Σ_j scores_exp[i,j]
  ;;   for i < rows, j < 10
  ;; scores[i,j] = scores_exp[i,j] / scores_sum[i]
  ;;   for i < rows, j < 10
  (func $probabilities.scores
    (local $scores_logits i32) (local $scores_exp i32) (local $scores i32) (local $rows i32)
    (local $i i32) (local $j i32) (local $scores_max f32) (local $scores_sum f64)
    (local $scores_max.x4 v128) (local $scores_sum.x4 v128)
    (local.set $scores_logits (i32.load (global.get $probabilities.scores_logits)))
    (local.set $scores_exp (global.get $probabilities.scores_exp))
    (local.set $scores (i32.load (global.get $probabilities.scores)))
    (local.set $rows (i32.load (global.get $probabilities.rows)))
    (local.set $i (i32.const 0))
    (if
      (i32.lt_s (local.get $i) (local.get $rows))
      (then
        (loop $each_i
          (local.set $scores_max (f32.const -inf))
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (local.set $scores_max.x4 (v128.const f32x4 -inf -inf -inf -inf))
          (loop $each_j
            (local.set $scores_max.x4
              (f32x4.max
                (local.get $scores_max.x4)
                (v128.load
                  (i32.add
                    (local.get $scores_logits)
                    (i32.shl
                      (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                      (i32.const 2))))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 8))))
          (local.set $scores_max
            (f32.max (local.get $scores_max) (call $f32x4_largest (local.get $scores_max.x4))))
          ;; the other j
          (loop $each_j
            (local.set $scores_max
              (f32.max
                (local.get $scores_max)
                (f32.load
                  (i32.add
                    (local.get $scores_logits)
                    (i32.shl
                      (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                      (i32.const 2))))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
          (local.set $scores_sum (f64.const 0))
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (local.set $scores_sum.x4 (v128.const f32x4 0 0 0 0))
          (loop $each_j
            (v128.store
              (i32.add (local.get $scores_exp) (i32.shl (local.get $j) (i32.const 2)))
              (call $f32x4_exp
                (f32x4.sub
                  (v128.load
                    (i32.add
                      (local.get $scores_logits)
                      (i32.shl
                        (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                        (i32.const 2))))
                  (f32x4.splat (local.get $scores_max)))))
            (local.set $scores_sum.x4
              (f32x4.add
                (local.get $scores_sum.x4)
                (v128.load
                  (i32.add (local.get $scores_exp) (i32.shl (local.get $j) (i32.const 2))))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 8))))
          (local.set $scores_sum
            (f64.add
              (local.get $scores_sum)
              (f64.promote_f32 (call $f32x4_sum (local.get $scores_sum.x4)))))
          ;; the other j
          (loop $each_j
            (f32.store
              (i32.add (local.get $scores_exp) (i32.shl (local.get $j) (i32.const 2)))
              (f32x4.extract_lane 0
                (call $f32x4_exp
                  (f32x4.splat
                    (f32.sub
                      (f32.load
                        (i32.add
                          (local.get $scores_logits)
                          (i32.shl
                            (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                            (i32.const 2))))
                      (local.get $scores_max))))))
            (local.set $scores_sum
              (f64.add
                (local.get $scores_sum)
                (f64.promote_f32
                  (f32.load
                    (i32.add (local.get $scores_exp) (i32.shl (local.get $j) (i32.const 2)))))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (loop $each_j
            (v128.store
              (i32.add
                (local.get $scores)
                (i32.shl
                  (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                  (i32.const 2)))
              (f32x4.div
                (v128.load (i32.add (local.get $scores_exp) (i32.shl (local.get $j) (i32.const 2))))
                (f32x4.splat (f32.demote_f64 (local.get $scores_sum)))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 8))))
          ;; the other j
          (loop $each_j
            (f32.store
              (i32.add
                (local.get $scores)
                (i32.shl
                  (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                  (i32.const 2)))
              (f32.div
                (f32.load (i32.add (local.get $scores_exp) (i32.shl (local.get $j) (i32.const 2))))
                (f32.demote_f64 (local.get $scores_sum))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rows)))))))

  ;; probabilities(images) → scores
  (func $probabilities
    (i32.store
      (global.get $probabilities.features)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 2000 (; 500·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.scores_logits)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 40 (; 10·4 bytes ;)))))
    (call $share
      (global.get $probabilities.features.job)
      (i32.mul
        (i32.const 63 (; panels ;))
        (i32.div_u
          (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 143 (; rounded up ;)))
          (i32.const 144 (; i of a part ;)))))
    (call $share
      (global.get $probabilities.scores_logits.job)
      (i32.div_u
        (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 143 (; rounded up ;)))
        (i32.const 144 (; i of a part ;))))
    (call $probabilities.scores))

  ;; argmax[i] = argmax_j scores_logits[i,j]
  ;;   for i < rows, j < 10
  (func $predict.argmax
    (local $scores_logits i32) (local $argmax i32) (local $rows i32) (local $i i32)
    (local $argmax_i i32) (local $j i32) (local $scores_logits_max f32)
    (local $scores_logits_j f32)
    (local.set $scores_logits (i32.load (global.get $probabilities.scores_logits)))
    (local.set $argmax (i32.load (global.get $predict.argmax)))
    (local.set $rows (i32.load (global.get $probabilities.rows)))
    (local.set $i (i32.const 0))
    (if
      (i32.lt_s (local.get $i) (local.get $rows))
      (then
        (loop $each_i
          (local.set $argmax_i (i32.const 0))
          (local.set $scores_logits_max (f32.const -inf))
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $scores_logits_j
              (f32.load
                (i32.add
                  (local.get $scores_logits)
                  (i32.shl
                    (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                    (i32.const 2)))))
            (if
              (i32.or
                (f32.gt (local.get $scores_logits_j) (local.get $scores_logits_max))
                (i32.and
                  (f32.ne (local.get $scores_logits_j) (local.get $scores_logits_j))
                  (f32.eq (local.get $scores_logits_max) (local.get $scores_logits_max))))
              (then
                (local.set $scores_logits_max (local.get $scores_logits_j))
                (local.set $argmax_i (local.get $j))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
          (i32.store
            (i32.add (local.get $argmax) (i32.shl (local.get $i) (i32.const 2)))
            (local.get $argmax_i))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rows)))))))

  ;; predict(images) → argmax
  (func $predict
    (i32.store
      (global.get $probabilities.features)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 2000 (; 500·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.scores_logits)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 40 (; 10·4 bytes ;)))))
    (call $share
      (global.get $probabilities.features.job)
      (i32.mul
        (i32.const 63 (; panels ;))
        (i32.div_u
          (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 143 (; rounded up ;)))
          (i32.const 144 (; i of a part ;)))))
    (call $share
      (global.get $probabilities.scores_logits.job)
      (i32.div_u
        (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 143 (; rounded up ;)))
        (i32.const 144 (; i of a part ;))))
    (call $predict.argmax))

  (export "serve" (func $serve))
  (export "initial_hidden_W" (func $initial_hidden_W))
  (export "train" (func $train))
  (export "validate" (func $validate))
  (export "test" (func $test))
  (export "probabilities" (func $probabilities))
  (export "predict" (func $predict))
)
