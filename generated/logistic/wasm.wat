;; WebAssembly target. Generated from models/logistic.ts by Adjoint; do not edit.
;; Regenerate: npm run codegen -- models/logistic.ts

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
  (global $W i32 (i32.const 4096)) ;; float32[784, 10]
  (global $b i32 (i32.const 35456)) ;; float32[10]
  ;; What threads agree by.
  (global $pool.units i32 (i32.const 64)) ;; job, number of units and next unit: 16, 24 and 24 bits
  (global $pool.done i32 (i32.const 128)) ;; units that are done
  (global $pool.calls i32 (i32.const 192)) ;; how often the threads were called
  (global $pool.sleeping i32 (i32.const 256)) ;; threads that wait to be called
  (global $pool.threads i32 (i32.const 320)) ;; threads, the caller's own included
  (global $pool.sleeps i32 (i32.const 384)) ;; whether the caller may sleep
  (global $pool.spins i32 (i32.const 10000)) ;; how often a thread looks before it sleeps
  ;; What a call of train works on.
  (global $train.index i32 (i32.const 1024)) ;; int64
  (global $train.cost i32 (i32.const 1032)) ;; float32
  (global $train.x i32 (i32.const 1040)) ;; address of float32[600, 784]
  (global $train.y i32 (i32.const 1048)) ;; address of int32[600]
  (global $train.p_logits i32 (i32.const 36864)) ;; float32[600, 10]
  (global $train.p_exp i32 (i32.const 60864)) ;; float32[10] of [600, 10]
  (global $train.d_p_logits i32 (i32.const 60904)) ;; float32[600, 10]
  (global $train.p_logits.job i32 (i32.const 0)) ;; place in the table below
  (global $train.W.job i32 (i32.const 1)) ;; place in the table below
  ;; What a call of validate works on, with $train.index, $train.x, $train.y, $train.p_logits.
  (global $validate.errors i32 (i32.const 1536)) ;; float32
  ;; What a call of test works on, with $train.index, $validate.errors, $train.x, $train.y,
  ;;     $train.p_logits.
  ;; What a call of probabilities works on.
  (global $probabilities.images i32 (i32.const 2048)) ;; address of float32[rows, 784]
  (global $probabilities.scores i32 (i32.const 2056)) ;; address of float32[rows, 10]
  (global $probabilities.scores_logits i32 (i32.const 2064)) ;; address of float32[rows, 10]
  (global $probabilities.scores_exp i32 (i32.const 36864)) ;; float32[10] of [rows, 10]
  (global $probabilities.rows i32 (i32.const 2072)) ;; size
  (global $probabilities.scores_logits.job i32 (i32.const 2)) ;; place in the table below
  ;; What a call of predict works on, with $probabilities.images, $probabilities.scores_logits,
  ;;     $probabilities.rows.
  (global $predict.argmax i32 (i32.const 2560)) ;; address of int32[rows]
  ;; Functions whose units threads share.
  (type $units (func (param $from i32) (param $to i32)))
  (table funcref
    (elem $train.p_logits $train.W $probabilities.scores_logits))

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

  ;; sums[c] = Σ_step right[step, c] for 12 columns.
  (func $column_sums_3 (param $right i32) (param $steps i32) (param $right_step i32)
      (param $sums i32)
    (local $turns i32) (local $y0 v128) (local $y1 v128) (local $y2 v128) (local $sum00 v128)
    (local $sum01 v128) (local $sum02 v128)
    ;; two steps a turn
    (local.set $turns (i32.shr_u (local.get $steps) (i32.const 1)))
    (if
      (local.get $turns)
      (then
        (loop $each_turn
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $sum00 (f32x4.add (local.get $sum00) (local.get $y0)))
          (local.set $sum01 (f32x4.add (local.get $sum01) (local.get $y1)))
          (local.set $sum02 (f32x4.add (local.get $sum02) (local.get $y2)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (local.set $y0 (v128.load (local.get $right)))
          (local.set $y1 (v128.load offset=16 (local.get $right)))
          (local.set $y2 (v128.load offset=32 (local.get $right)))
          (local.set $sum00 (f32x4.add (local.get $sum00) (local.get $y0)))
          (local.set $sum01 (f32x4.add (local.get $sum01) (local.get $y1)))
          (local.set $sum02 (f32x4.add (local.get $sum02) (local.get $y2)))
          (local.set $right (i32.add (local.get $right) (local.get $right_step)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the last of an odd number of steps
    (if
      (i32.and (local.get $steps) (i32.const 1))
      (then
        (local.set $y0 (v128.load (local.get $right)))
        (local.set $y1 (v128.load offset=16 (local.get $right)))
        (local.set $y2 (v128.load offset=32 (local.get $right)))
        (local.set $sum00 (f32x4.add (local.get $sum00) (local.get $y0)))
        (local.set $sum01 (f32x4.add (local.get $sum01) (local.get $y1)))
        (local.set $sum02 (f32x4.add (local.get $sum02) (local.get $y2)))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum02)))

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

  ;; The sum of the four lanes.
  (func $f32x4_sum (param $x v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.add (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))

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

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 5 rows and 8 columns.
  ;; The rows of left are adjacent in memory: it is transposed.
  (func $tile_5x2_transposed (param $left i32) (param $right i32) (param $steps i32)
      (param $left_step i32) (param $right_step i32) (param $sums i32)
    (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128) (local $sum00 v128)
    (local $sum01 v128) (local $sum10 v128) (local $sum11 v128) (local $sum20 v128)
    (local $sum21 v128) (local $sum30 v128) (local $sum31 v128) (local $sum40 v128)
    (local $sum41 v128)
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
        (local.set $sum41 (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))))
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

  ;; p_logits[i,j] = Σ_k x[i,k]·W[k,j] + b[j]
  ;;   for i < 600, j < 10, k < 784
  ;;   in 3 × 12 tiles of i × j, of x in place and a copied panel of W
  ;; The same for validate, test.
  (func $train.p_logits (param $from i32) (param $to i32)
    (local $x i32) (local $W i32) (local $b i32) (local $p_logits i32) (local $unit i32)
    (local $j_first i32) (local $i_from i32) (local $i_to i32) (local $sums i32)
    (local $right i32) (local $i_first i32) (local $left i32) (local $i_end i32) (local $i i32)
    (local $c i32) (local $sums.row i32) (local $p_logits.row i32) (local $b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 37632 (; sums, behind what is copied ;))))
    (local.set $x (i32.load (global.get $train.x)))
    (local.set $W (global.get $W))
    (local.set $b (global.get $b))
    (local.set $p_logits (global.get $train.p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first
            (i32.mul
              (i32.div_u (local.get $unit) (i32.const 5 (; parts of 144 i ;)))
              (i32.const 12 (; j of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u (local.get $unit) (i32.const 5 (; parts of 144 i ;)))
              (i32.const 144 (; i of a part ;))))
          (local.set $i_to
            (call $i32_min
              (i32.const 600)
              (i32.add (local.get $i_from) (i32.const 144 (; i of a part ;)))))
          (local.set $right (i32.add (local.get $W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_3
            (local.get $right)
            (i32.const 784 (; steps ;))
            (i32.const 40 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (local.get $i_from))
          (loop $each_i_first
            (local.set $left
              (i32.add
                (local.get $x)
                (i32.mul
                  (local.get $i_first)
                  (i32.const 3136 (; from row to row of left, in bytes ;)))))
            (call $tile_3x3
              (local.get $left)
              (i32.add (local.get $left) (i32.const 3136 (; a row ;)))
              (i32.add (local.get $left) (i32.const 6272 (; 2 rows ;)))
              (local.get $right)
              (i32.const 784 (; steps ;))
              (i32.const 48 (; right_step ;))
              (local.get $sums))
            (local.set $i_end (i32.add (local.get $i_first) (i32.const 3)))
            ;; the result of finished sums
            (local.set $sums.row (local.get $sums))
            (local.set $b.row (i32.add (local.get $b) (i32.shl (local.get $j_first) (i32.const 2))))
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
                      (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2))))))
                (br_if $each_c
                  (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 4))) (i32.const 8))))
              ;; the other c
              (loop $each_c
                (f32.store
                  (i32.add (local.get $p_logits.row) (i32.shl (local.get $c) (i32.const 2)))
                  (f32.add
                    (f32.load
                      (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                    (f32.load (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2))))))
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
                (local.get $i_to))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; p_max[i] = max_j p_logits[i,j]
  ;;   for i < 600, j < 10
  ;; p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
  ;;   for i < 600, j < 10
  ;; p_sum[i] = Σ_j p_exp[i,j]
  ;;   for i < 600, j < 10
  ;; cost = −Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i])) / 600
  ;;   for i < 600
  ;; ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 600
  ;;   where p[i,j] = p_exp[i,j] / p_sum[i]
  ;;   for i < 600, j < 10
  (func $train.cost_and_d_p_logits
    (local $p_logits i32) (local $p_exp i32) (local $y i32) (local $d_p_logits i32) (local $i i32)
    (local $j i32) (local $p_max f32) (local $p f32) (local $cost f32) (local $cost_sum f64)
    (local $p_sum f64) (local $p_max.x4 v128) (local $p_sum.x4 v128) (local $p.x4 v128)
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
            (f32x4.splat (f32.const 600))))
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
            (f32.const 600)))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 600))))
    (local.set $cost (f32.neg (f32.div (f32.demote_f64 (local.get $cost_sum)) (f32.const 600))))
    (f32.store (global.get $train.cost) (local.get $cost)))

  ;; W[i,j] ← W[i,j] − 0.13·∂cost/∂W[i,j]
  ;;   where ∂cost/∂W[i,j] = Σ_k x[k,i]·d_p_logits[k,j]
  ;;   for i < 784, j < 10, k < 600
  ;;   in 5 × 8 tiles of j × i, of d_p_logits and x in place
  (func $train.W (param $from i32) (param $to i32)
    (local $W i32) (local $x i32) (local $d_p_logits i32) (local $unit i32) (local $i_first i32)
    (local $sums i32) (local $right i32) (local $j_first i32) (local $j_end i32) (local $i i32)
    (local $sums.column i32) (local $j i32)
    (local.set $sums (global.get $scratch))
    (local.set $W (global.get $W))
    (local.set $x (i32.load (global.get $train.x)))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i_first (i32.shl (local.get $unit) (i32.const 3 (; ·8, i of a panel ;))))
          (local.set $right (i32.add (local.get $x) (i32.shl (local.get $i_first) (i32.const 2))))
          ;; tiles of 5 j
          (local.set $j_first (i32.const 0))
          (loop $each_j_first
            (call $tile_5x2_transposed
              (i32.add (local.get $d_p_logits) (i32.shl (local.get $j_first) (i32.const 2)))
              (local.get $right)
              (i32.const 600 (; steps ;))
              (i32.const 40 (; left_step ;))
              (i32.const 3136 (; right_step ;))
              (local.get $sums))
            (local.set $j_end (i32.add (local.get $j_first) (i32.const 5)))
            ;; the result of finished sums
            (local.set $i (local.get $i_first))
            (loop $each_i
              (local.set $sums.column
                (i32.sub
                  (i32.add
                    (local.get $sums)
                    (i32.shl (i32.sub (local.get $i) (local.get $i_first)) (i32.const 2)))
                  (i32.shl (local.get $j_first) (i32.const 5 (; ·32, a row of sums, in bytes ;)))))
              (local.set $j (local.get $j_first))
              (if
                (i32.lt_s (local.get $j) (i32.sub (local.get $j_end) (i32.const 3)))
                (then
                  ;; vectors of four j
                  (loop $each_j
                    (v128.store
                      (i32.add
                        (local.get $W)
                        (i32.shl
                          (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                          (i32.const 2)))
                      (f32x4.relaxed_nmadd
                        (f32x4.splat (f32.const 0.13))
                        (v128.load32_lane offset=96 3
                          (i32.add
                            (local.get $sums.column)
                            (i32.shl
                              (local.get $j)
                              (i32.const 5 (; ·32, a row of sums, in bytes ;))))
                          (v128.load32_lane offset=64 2
                            (i32.add
                              (local.get $sums.column)
                              (i32.shl
                                (local.get $j)
                                (i32.const 5 (; ·32, a row of sums, in bytes ;))))
                            (v128.load32_lane offset=32 1
                              (i32.add
                                (local.get $sums.column)
                                (i32.shl
                                  (local.get $j)
                                  (i32.const 5 (; ·32, a row of sums, in bytes ;))))
                              (v128.load32_zero
                                (i32.add
                                  (local.get $sums.column)
                                  (i32.shl
                                    (local.get $j)
                                    (i32.const 5 (; ·32, a row of sums, in bytes ;))))))))
                        (v128.load
                          (i32.add
                            (local.get $W)
                            (i32.shl
                              (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                              (i32.const 2))))))
                    (br_if $each_j
                      (i32.lt_s
                        (local.tee $j (i32.add (local.get $j) (i32.const 4)))
                        (i32.sub (local.get $j_end) (i32.const 3)))))))
              (if
                (i32.lt_s (local.get $j) (local.get $j_end))
                (then
                  ;; the other j
                  (loop $each_j
                    (f32.store
                      (i32.add
                        (local.get $W)
                        (i32.shl
                          (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                          (i32.const 2)))
                      (f32.sub
                        (f32.load
                          (i32.add
                            (local.get $W)
                            (i32.shl
                              (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                              (i32.const 2))))
                        (f32.mul
                          (f32.const 0.13)
                          (f32.load
                            (i32.add
                              (local.get $sums.column)
                              (i32.shl
                                (local.get $j)
                                (i32.const 5 (; ·32, a row of sums, in bytes ;))))))))
                    (br_if $each_j
                      (i32.lt_s
                        (local.tee $j (i32.add (local.get $j) (i32.const 1)))
                        (local.get $j_end))))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (i32.add (local.get $i_first) (i32.const 8)))))
            (br_if $each_j_first
              (i32.lt_s
                (local.tee $j_first (i32.add (local.get $j_first) (i32.const 5)))
                (i32.const 10))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; b[i] ← b[i] − 0.13·∂cost/∂b[i]
  ;;   where ∂cost/∂b[i] = Σ_j d_p_logits[j,i]
  ;;   for i < 10, j < 600
  ;;   in 12 columns i at a time, of d_p_logits in place
  (func $train.b (param $from i32) (param $to i32)
    (local $b i32) (local $d_p_logits i32) (local $unit i32) (local $i_first i32)
    (local $sums i32) (local $right i32) (local $c i32) (local $sums.row i32) (local $b.row i32)
    (local $x4.factor v128)
    (local.set $sums (global.get $scratch))
    (local.set $x4.factor (f32x4.splat (f32.const 0.13)))
    (local.set $b (global.get $b))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i_first (i32.mul (local.get $unit) (i32.const 12 (; i of a panel ;))))
          (local.set $right
            (i32.add (local.get $d_p_logits) (i32.shl (local.get $i_first) (i32.const 2))))
          (call $column_sums_3
            (local.get $right)
            (i32.const 600 (; steps ;))
            (i32.const 40 (; right_step ;))
            (local.get $sums))
          ;; the result of finished sums
          (local.set $sums.row (local.get $sums))
          (local.set $b.row (i32.add (local.get $b) (i32.shl (local.get $i_first) (i32.const 2))))
          (local.set $c (i32.const 0))
          ;; vectors of four c
          (loop $each_c
            (v128.store
              (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2)))
              (f32x4.relaxed_nmadd
                (local.get $x4.factor)
                (v128.load (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                (v128.load (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2))))))
            (br_if $each_c
              (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 4))) (i32.const 8))))
          ;; the other c
          (loop $each_c
            (f32.store
              (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2)))
              (f32.sub
                (f32.load (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2))))
                (f32.mul
                  (f32.const 0.13)
                  (f32.load
                    (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2)))))))
            (br_if $each_c
              (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const 10))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; train(index) → cost; updates W, b
  (func $train
    (i32.store
      (global.get $train.x)
      (i32.add
        (i32.load (global.get $trainX))
        (i32.shl
          (i32.mul
            (i32.wrap_i64 (i64.load (global.get $train.index)))
            (i32.const 470400 (; 600·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $trainY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 600))
          (i32.const 2))))
    (call $share (global.get $train.p_logits.job) (i32.const 5 (; units ;)))
    (call $train.cost_and_d_p_logits)
    (call $share (global.get $train.W.job) (i32.const 98 (; units ;)))
    (call $train.b (i32.const 0) (i32.const 1 (; units ;))))

  ;; errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 600
  ;;   for i < 600, j < 10
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
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 600))))
    (local.set $errors (f32.div (f32.demote_f64 (local.get $errors_sum)) (f32.const 600)))
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
            (i32.const 470400 (; 600·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $validY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 600))
          (i32.const 2))))
    (call $share (global.get $train.p_logits.job) (i32.const 5 (; units ;)))
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
            (i32.const 470400 (; 600·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $testY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 600))
          (i32.const 2))))
    (call $share (global.get $train.p_logits.job) (i32.const 5 (; units ;)))
    (call $validate.errors))

  ;; scores_logits[i,j] = Σ_k images[i,k]·W[k,j] + b[j]
  ;;   for i < rows, j < 10, k < 784
  ;;   in 3 × 12 tiles of i × j, of images in place and a copied panel of W
  ;; The same for predict.
  (func $probabilities.scores_logits (param $from i32) (param $to i32)
    (local $images i32) (local $W i32) (local $b i32) (local $scores_logits i32) (local $rows i32)
    (local $unit i32) (local $j_first i32) (local $i_from i32) (local $i_to i32)
    (local $sums i32) (local $right i32) (local $i_first i32) (local $r i32) (local $i i32)
    (local $left_rows i32) (local $i_end i32) (local $c i32) (local $sums.row i32)
    (local $scores_logits.row i32) (local $b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 37696 (; sums, behind the list of rows ;))))
    (local.set $images (i32.load (global.get $probabilities.images)))
    (local.set $W (global.get $W))
    (local.set $b (global.get $b))
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
          (local.set $right (i32.add (local.get $W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_3
            (local.get $right)
            (i32.const 784 (; steps ;))
            (i32.const 40 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
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
                        (i32.const 37632 (; where rows begin, behind what is copied ;)))
                      (i32.shl (local.get $r) (i32.const 2)))
                    (i32.add
                      (local.get $images)
                      (i32.shl (i32.mul (local.get $i) (i32.const 784)) (i32.const 2))))
                  (br_if $each_r
                    (i32.lt_s (local.tee $r (i32.add (local.get $r) (i32.const 1))) (i32.const 3))))
                (local.set $left_rows
                  (i32.add
                    (global.get $scratch)
                    (i32.const 37632 (; where rows begin, behind what is copied ;))))
                (call $tile_3x3
                  (i32.load (local.get $left_rows))
                  (i32.load offset=4 (local.get $left_rows))
                  (i32.load offset=8 (local.get $left_rows))
                  (local.get $right)
                  (i32.const 784 (; steps ;))
                  (i32.const 48 (; right_step ;))
                  (local.get $sums))
                (local.set $i_end
                  (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (local.get $i_to)))
                ;; the result of finished sums
                (local.set $sums.row (local.get $sums))
                (local.set $b.row
                  (i32.add (local.get $b) (i32.shl (local.get $j_first) (i32.const 2))))
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
                          (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2))))))
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
                          (i32.add (local.get $b.row) (i32.shl (local.get $c) (i32.const 2))))))
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
      (global.get $probabilities.scores_logits)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 40 (; 10·4 bytes ;)))))
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
      (global.get $probabilities.scores_logits)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 40 (; 10·4 bytes ;)))))
    (call $share
      (global.get $probabilities.scores_logits.job)
      (i32.div_u
        (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 143 (; rounded up ;)))
        (i32.const 144 (; i of a part ;))))
    (call $predict.argmax))

  (export "serve" (func $serve))
  (export "train" (func $train))
  (export "validate" (func $validate))
  (export "test" (func $test))
  (export "probabilities" (func $probabilities))
  (export "predict" (func $predict))
)
