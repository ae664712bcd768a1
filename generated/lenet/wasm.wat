;; WebAssembly target. Generated from models/lenet.ts by Adjoint; do not edit.
;; Regenerate: npm run codegen -- models/lenet.ts

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
  (global $layer0_W i32 (i32.const 4096)) ;; float32[20, 1, 5, 5]
  (global $layer0_b i32 (i32.const 6144)) ;; float32[20]
  (global $layer1_W i32 (i32.const 6272)) ;; float32[50, 20, 5, 5]
  (global $layer1_b i32 (i32.const 106304)) ;; float32[50]
  (global $hidden_W i32 (i32.const 106560)) ;; float32[800, 500]
  (global $hidden_b i32 (i32.const 1706560)) ;; float32[500]
  (global $output_W i32 (i32.const 1708608)) ;; float32[500, 10]
  (global $output_b i32 (i32.const 1728640)) ;; float32[10]
  ;; What threads agree by.
  (global $pool.units i32 (i32.const 64)) ;; job, number of units and next unit: 16, 24 and 24 bits
  (global $pool.done i32 (i32.const 128)) ;; units that are done
  (global $pool.calls i32 (i32.const 192)) ;; how often the threads were called
  (global $pool.sleeping i32 (i32.const 256)) ;; threads that wait to be called
  (global $pool.threads i32 (i32.const 320)) ;; threads, the caller's own included
  (global $pool.sleeps i32 (i32.const 384)) ;; whether the caller may sleep
  (global $pool.spins i32 (i32.const 10000)) ;; how often a thread looks before it sleeps
  ;; What a call of initial_layer0_W works on.
  (global $initial_layer0_W.seed i32 (i32.const 1024)) ;; int32
  ;; What a call of initial_layer1_W works on, with $initial_layer0_W.seed.
  ;; What a call of initial_hidden_W works on, with $initial_layer0_W.seed.
  (global $initial_hidden_W.values.job i32 (i32.const 0)) ;; place in the table below
  ;; What a call of train works on.
  (global $train.index i32 (i32.const 1536)) ;; int64
  (global $train.cost i32 (i32.const 1544)) ;; float32
  (global $train.x i32 (i32.const 1552)) ;; address of float32[500, 784]
  (global $train.y i32 (i32.const 1560)) ;; address of int32[500]
  (global $train.h0_convolved i32 (i32.const 1732608)) ;; float32[500, 20, 24, 24]
  (global $train.h0_pooled i32 (i32.const 24772608)) ;; float32[500, 20, 12, 12]
  (global $train.h0 i32 (i32.const 30532608)) ;; float32[500, 20, 12, 12]
  (global $train.h1_convolved i32 (i32.const 36292608)) ;; float32[500, 50, 8, 8]
  (global $train.h1_pooled i32 (i32.const 42692608)) ;; float32[500, 50, 4, 4]
  (global $train.h1 i32 (i32.const 44292608)) ;; float32[500, 50, 4, 4]
  (global $train.h2 i32 (i32.const 45892608)) ;; float32[500, 500]
  (global $train.p_logits i32 (i32.const 46892608)) ;; float32[500, 10]
  (global $train.p_exp i32 (i32.const 46912608)) ;; float32[10] of [500, 10]
  (global $train.d_p_logits i32 (i32.const 46912648)) ;; float32[500, 10]
  (global $train.d_h2_linear i32 (i32.const 46932648)) ;; float32[500, 500]
  (global $train.d_h1_linear i32 (i32.const 47932648)) ;; float32[500, 50, 4, 4]
  (global $train.d_h1_linear_share i32 (i32.const 49532648)) ;; float32[500, 50, 4, 4]
  (global $train.layer1_W_arranged i32 (i32.const 51132648)) ;; float32[5, 50, 5, 20]
  (global $train.d_h0_arranged i32 (i32.const 51232712)) ;; float32[500, 12, 12, 20]
  (global $train.d_h0_linear i32 (i32.const 56992712)) ;; float32[500, 20, 12, 12]
  (global $train.d_h0_linear_share i32 (i32.const 62752712)) ;; float32[500, 20, 12, 12]
  (global $train.x_arranged i32 (i32.const 51132648)) ;; float32[500, 784]
  (global $train.d_layer0_W_arranged i32 (i32.const 46892608)) ;; float32[20, 5, 5]
  (global $train.h0_arranged i32 (i32.const 1732608)) ;; float32[500, 12, 12, 20]
  (global $train.d_layer1_W_arranged i32 (i32.const 7492672)) ;; float32[50, 5, 5, 20]
  (global $train.h0_convolved.job i32 (i32.const 1)) ;; place in the table below
  (global $train.h0_pooled_and_h0.job i32 (i32.const 2)) ;; place in the table below
  (global $train.h1_convolved.job i32 (i32.const 3)) ;; place in the table below
  (global $train.h1_pooled_and_h1.job i32 (i32.const 4)) ;; place in the table below
  (global $train.h2.job i32 (i32.const 5)) ;; place in the table below
  (global $train.p_logits.job i32 (i32.const 6)) ;; place in the table below
  (global $train.d_h2_linear.job i32 (i32.const 7)) ;; place in the table below
  (global $train.d_h1_linear.job i32 (i32.const 8)) ;; place in the table below
  (global $train.d_h1_linear_share.job i32 (i32.const 9)) ;; place in the table below
  (global $train.d_h0_arranged.job i32 (i32.const 10)) ;; place in the table below
  ;; place in the table below
  (global $train.d_h0_linear_and_d_h0_linear_share.job i32 (i32.const 11))
  (global $train.x_arranged.job i32 (i32.const 12)) ;; place in the table below
  (global $train.d_layer0_W_arranged.job i32 (i32.const 13)) ;; place in the table below
  (global $train.layer0_b.job i32 (i32.const 14)) ;; place in the table below
  (global $train.h0_arranged.job i32 (i32.const 15)) ;; place in the table below
  (global $train.d_layer1_W_arranged.job i32 (i32.const 16)) ;; place in the table below
  (global $train.layer1_b.job i32 (i32.const 17)) ;; place in the table below
  (global $train.hidden_W.job i32 (i32.const 18)) ;; place in the table below
  (global $train.hidden_b.job i32 (i32.const 19)) ;; place in the table below
  (global $train.output_W.job i32 (i32.const 20)) ;; place in the table below
  ;; What a call of validate works on, with $train.index, $train.x, $train.y, $train.h0_convolved,
  ;;     $train.h0, $train.h1_convolved, $train.h1, $train.h2, $train.p_logits.
  (global $validate.errors i32 (i32.const 2048)) ;; float32
  (global $validate.h0.job i32 (i32.const 21)) ;; place in the table below
  (global $validate.h1.job i32 (i32.const 22)) ;; place in the table below
  ;; What a call of test works on, with $train.index, $validate.errors, $train.x, $train.y,
  ;;     $train.h0_convolved, $train.h0, $train.h1_convolved, $train.h1, $train.h2, $train.p_logits.
  ;; What a call of probabilities works on.
  (global $probabilities.images i32 (i32.const 2560)) ;; address of float32[rows, 784]
  (global $probabilities.scores i32 (i32.const 2568)) ;; address of float32[rows, 10]
  (global $probabilities.h0_convolved i32 (i32.const 2576)) ;; address of float32[rows, 20, 24, 24]
  (global $probabilities.h0 i32 (i32.const 2584)) ;; address of float32[rows, 20, 12, 12]
  (global $probabilities.h1_convolved i32 (i32.const 2592)) ;; address of float32[rows, 50, 8, 8]
  (global $probabilities.h1 i32 (i32.const 2600)) ;; address of float32[rows, 50, 4, 4]
  (global $probabilities.h2 i32 (i32.const 2608)) ;; address of float32[rows, 500]
  (global $probabilities.scores_logits i32 (i32.const 2616)) ;; address of float32[rows, 10]
  (global $probabilities.scores_exp i32 (i32.const 1732608)) ;; float32[10] of [rows, 10]
  (global $probabilities.rows i32 (i32.const 2624)) ;; size
  (global $probabilities.h0_convolved.job i32 (i32.const 23)) ;; place in the table below
  (global $probabilities.h0.job i32 (i32.const 24)) ;; place in the table below
  (global $probabilities.h1_convolved.job i32 (i32.const 25)) ;; place in the table below
  (global $probabilities.h1.job i32 (i32.const 26)) ;; place in the table below
  (global $probabilities.h2.job i32 (i32.const 27)) ;; place in the table below
  (global $probabilities.scores_logits.job i32 (i32.const 28)) ;; place in the table below
  ;; What a call of predict works on, with $probabilities.images, $probabilities.h0_convolved,
  ;;     $probabilities.h0, $probabilities.h1_convolved, $probabilities.h1, $probabilities.h2,
  ;;     $probabilities.scores_logits, $probabilities.rows.
  (global $predict.argmax i32 (i32.const 3072)) ;; address of int32[rows]
  ;; Functions whose units threads share.
  (type $units (func (param $from i32) (param $to i32)))
  (table funcref
    (elem $initial_hidden_W.values $train.h0_convolved $train.h0_pooled_and_h0 $train.h1_convolved
      $train.h1_pooled_and_h1 $train.h2 $train.p_logits $train.d_h2_linear $train.d_h1_linear
      $train.d_h1_linear_share $train.d_h0_arranged $train.d_h0_linear_and_d_h0_linear_share
      $train.x_arranged $train.d_layer0_W_arranged $train.layer0_b $train.h0_arranged
      $train.d_layer1_W_arranged $train.layer1_b $train.hidden_W $train.hidden_b $train.output_W
      $validate.h0 $validate.h1 $probabilities.h0_convolved $probabilities.h0
      $probabilities.h1_convolved $probabilities.h1 $probabilities.h2 $probabilities.scores_logits))

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

  ;; sums[r, c] += Σ_t value_t·right[at_t + r·run + c] over the entries of a list, for 5 runs of 8
  ;;     columns.
  ;; An entry is a value and its place in right, in bytes.
  (func $list_terms_5x2 (param $list i32) (param $end i32) (param $right i32) (param $run i32)
      (param $sums i32)
    (local $term_0 i32) (local $term_1 i32) (local $term_2 i32) (local $term_3 i32)
    (local $term_4 i32) (local $x v128) (local $sum00 v128) (local $sum01 v128)
    (local $sum10 v128) (local $sum11 v128) (local $sum20 v128) (local $sum21 v128)
    (local $sum30 v128) (local $sum31 v128) (local $sum40 v128) (local $sum41 v128)
    (if (i32.eq (local.get $list) (local.get $end)) (then (return)))
    (local.set $sum00 (v128.load (local.get $sums)))
    (local.set $sum01 (v128.load offset=16 (local.get $sums)))
    (local.set $sum10 (v128.load offset=32 (local.get $sums)))
    (local.set $sum11 (v128.load offset=48 (local.get $sums)))
    (local.set $sum20 (v128.load offset=64 (local.get $sums)))
    (local.set $sum21 (v128.load offset=80 (local.get $sums)))
    (local.set $sum30 (v128.load offset=96 (local.get $sums)))
    (local.set $sum31 (v128.load offset=112 (local.get $sums)))
    (local.set $sum40 (v128.load offset=128 (local.get $sums)))
    (local.set $sum41 (v128.load offset=144 (local.get $sums)))
    (loop $each_entry
      (local.set $x (v128.load32_splat (local.get $list)))
      (local.set $term_0 (i32.add (local.get $right) (i32.load offset=4 (local.get $list))))
      (local.set $term_1 (i32.add (local.get $term_0) (local.get $run)))
      (local.set $term_2 (i32.add (local.get $term_1) (local.get $run)))
      (local.set $term_3 (i32.add (local.get $term_2) (local.get $run)))
      (local.set $term_4 (i32.add (local.get $term_3) (local.get $run)))
      (local.set $sum00
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_0)) (local.get $sum00)))
      (local.set $sum01
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_0))
          (local.get $sum01)))
      (local.set $sum10
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_1)) (local.get $sum10)))
      (local.set $sum11
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_1))
          (local.get $sum11)))
      (local.set $sum20
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_2)) (local.get $sum20)))
      (local.set $sum21
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_2))
          (local.get $sum21)))
      (local.set $sum30
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_3)) (local.get $sum30)))
      (local.set $sum31
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_3))
          (local.get $sum31)))
      (local.set $sum40
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_4)) (local.get $sum40)))
      (local.set $sum41
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_4))
          (local.get $sum41)))
      (br_if $each_entry
        (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 8))) (local.get $end))))
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

  ;; sums[c] += Σ_t value_t·right[at_t + c] over the entries of a list, for 32 columns.
  ;; An entry is a value and its place in right, in bytes.
  (func $list_terms_8 (param $list i32) (param $end i32) (param $right i32) (param $sums i32)
    (local $term_0 i32) (local $x v128) (local $sum00 v128) (local $sum01 v128)
    (local $sum02 v128) (local $sum03 v128) (local $sum04 v128) (local $sum05 v128)
    (local $sum06 v128) (local $sum07 v128)
    (if (i32.eq (local.get $list) (local.get $end)) (then (return)))
    (local.set $sum00 (v128.load (local.get $sums)))
    (local.set $sum01 (v128.load offset=16 (local.get $sums)))
    (local.set $sum02 (v128.load offset=32 (local.get $sums)))
    (local.set $sum03 (v128.load offset=48 (local.get $sums)))
    (local.set $sum04 (v128.load offset=64 (local.get $sums)))
    (local.set $sum05 (v128.load offset=80 (local.get $sums)))
    (local.set $sum06 (v128.load offset=96 (local.get $sums)))
    (local.set $sum07 (v128.load offset=112 (local.get $sums)))
    (loop $each_entry
      (local.set $x (v128.load32_splat (local.get $list)))
      (local.set $term_0 (i32.add (local.get $right) (i32.load offset=4 (local.get $list))))
      (local.set $sum00
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_0)) (local.get $sum00)))
      (local.set $sum01
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_0))
          (local.get $sum01)))
      (local.set $sum02
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=32 (local.get $term_0))
          (local.get $sum02)))
      (local.set $sum03
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=48 (local.get $term_0))
          (local.get $sum03)))
      (local.set $sum04
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=64 (local.get $term_0))
          (local.get $sum04)))
      (local.set $sum05
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=80 (local.get $term_0))
          (local.get $sum05)))
      (local.set $sum06
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=96 (local.get $term_0))
          (local.get $sum06)))
      (local.set $sum07
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=112 (local.get $term_0))
          (local.get $sum07)))
      (br_if $each_entry
        (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 8))) (local.get $end))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum02))
    (v128.store offset=48 (local.get $sums) (local.get $sum03))
    (v128.store offset=64 (local.get $sums) (local.get $sum04))
    (v128.store offset=80 (local.get $sums) (local.get $sum05))
    (v128.store offset=96 (local.get $sums) (local.get $sum06))
    (v128.store offset=112 (local.get $sums) (local.get $sum07)))

  ;; sums[c] += Σ_t value_t·right[at_t + c] over the entries of a list, for 36 columns.
  ;; An entry is a value and its place in right, in bytes.
  (func $list_terms_9 (param $list i32) (param $end i32) (param $right i32) (param $sums i32)
    (local $term_0 i32) (local $x v128) (local $sum00 v128) (local $sum01 v128)
    (local $sum02 v128) (local $sum03 v128) (local $sum04 v128) (local $sum05 v128)
    (local $sum06 v128) (local $sum07 v128) (local $sum08 v128)
    (if (i32.eq (local.get $list) (local.get $end)) (then (return)))
    (local.set $sum00 (v128.load (local.get $sums)))
    (local.set $sum01 (v128.load offset=16 (local.get $sums)))
    (local.set $sum02 (v128.load offset=32 (local.get $sums)))
    (local.set $sum03 (v128.load offset=48 (local.get $sums)))
    (local.set $sum04 (v128.load offset=64 (local.get $sums)))
    (local.set $sum05 (v128.load offset=80 (local.get $sums)))
    (local.set $sum06 (v128.load offset=96 (local.get $sums)))
    (local.set $sum07 (v128.load offset=112 (local.get $sums)))
    (local.set $sum08 (v128.load offset=128 (local.get $sums)))
    (loop $each_entry
      (local.set $x (v128.load32_splat (local.get $list)))
      (local.set $term_0 (i32.add (local.get $right) (i32.load offset=4 (local.get $list))))
      (local.set $sum00
        (f32x4.relaxed_madd (local.get $x) (v128.load (local.get $term_0)) (local.get $sum00)))
      (local.set $sum01
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=16 (local.get $term_0))
          (local.get $sum01)))
      (local.set $sum02
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=32 (local.get $term_0))
          (local.get $sum02)))
      (local.set $sum03
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=48 (local.get $term_0))
          (local.get $sum03)))
      (local.set $sum04
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=64 (local.get $term_0))
          (local.get $sum04)))
      (local.set $sum05
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=80 (local.get $term_0))
          (local.get $sum05)))
      (local.set $sum06
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=96 (local.get $term_0))
          (local.get $sum06)))
      (local.set $sum07
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=112 (local.get $term_0))
          (local.get $sum07)))
      (local.set $sum08
        (f32x4.relaxed_madd
          (local.get $x)
          (v128.load offset=128 (local.get $term_0))
          (local.get $sum08)))
      (br_if $each_entry
        (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 8))) (local.get $end))))
    (v128.store (local.get $sums) (local.get $sum00))
    (v128.store offset=16 (local.get $sums) (local.get $sum01))
    (v128.store offset=32 (local.get $sums) (local.get $sum02))
    (v128.store offset=48 (local.get $sums) (local.get $sum03))
    (v128.store offset=64 (local.get $sums) (local.get $sum04))
    (v128.store offset=80 (local.get $sums) (local.get $sum05))
    (v128.store offset=96 (local.get $sums) (local.get $sum06))
    (v128.store offset=112 (local.get $sums) (local.get $sum07))
    (v128.store offset=128 (local.get $sums) (local.get $sum08)))

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
  ;; The rows of left begin anywhere, its steps are left_step bytes apart.
  (func $tile_5x2_strided (param $left_0 i32) (param $left_1 i32) (param $left_2 i32)
      (param $left_3 i32) (param $left_4 i32) (param $right i32) (param $steps i32)
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
          (local.set $left_0 (i32.add (local.get $left_0) (local.get $left_step)))
          (local.set $left_1 (i32.add (local.get $left_1) (local.get $left_step)))
          (local.set $left_2 (i32.add (local.get $left_2) (local.get $left_step)))
          (local.set $left_3 (i32.add (local.get $left_3) (local.get $left_step)))
          (local.set $left_4 (i32.add (local.get $left_4) (local.get $left_step)))
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
          (local.set $left_0 (i32.add (local.get $left_0) (local.get $left_step)))
          (local.set $left_1 (i32.add (local.get $left_1) (local.get $left_step)))
          (local.set $left_2 (i32.add (local.get $left_2) (local.get $left_step)))
          (local.set $left_3 (i32.add (local.get $left_3) (local.get $left_step)))
          (local.set $left_4 (i32.add (local.get $left_4) (local.get $left_step)))
          (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
    ;; the last of an odd number of steps
    (if
      (i32.and (local.get $steps) (i32.const 1))
      (then
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

  ;; sums[r, c] = Σ_step left[r, step]·right[step, c] for 5 rows and 8 columns.
  ;; The rows of left begin anywhere, its steps are left_step bytes apart.
  ;; Steps are counted by loops in loops; steps of a loop around begin where the one inside has
  ;;     ended.
  (func $tile_5x2_strided_2_loops (param $left_0 i32) (param $left_1 i32) (param $left_2 i32)
      (param $left_3 i32) (param $left_4 i32) (param $right i32) (param $steps_1 i32)
      (param $left_step_1 i32) (param $right_step_1 i32) (param $steps i32) (param $left_step i32)
      (param $right_step i32) (param $sums i32)
    (local $rest_1 i32) (local $turns i32) (local $x v128) (local $y0 v128) (local $y1 v128)
    (local $sum00 v128) (local $sum01 v128) (local $sum10 v128) (local $sum11 v128)
    (local $sum20 v128) (local $sum21 v128) (local $sum30 v128) (local $sum31 v128)
    (local $sum40 v128) (local $sum41 v128)
    (local.set $rest_1 (local.get $steps_1))
    (loop $each_of_steps_1
      ;; two steps a turn
      (local.set $turns (i32.shr_u (local.get $steps) (i32.const 1)))
      (if
        (local.get $turns)
        (then
          (loop $each_turn
            (local.set $y0 (v128.load (local.get $right)))
            (local.set $y1 (v128.load offset=16 (local.get $right)))
            (local.set $x (v128.load32_splat (local.get $left_0)))
            (local.set $sum00
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
            (local.set $sum01
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
            (local.set $x (v128.load32_splat (local.get $left_1)))
            (local.set $sum10
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
            (local.set $sum11
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
            (local.set $x (v128.load32_splat (local.get $left_2)))
            (local.set $sum20
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
            (local.set $sum21
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
            (local.set $x (v128.load32_splat (local.get $left_3)))
            (local.set $sum30
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
            (local.set $sum31
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
            (local.set $x (v128.load32_splat (local.get $left_4)))
            (local.set $sum40
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
            (local.set $sum41
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
            (local.set $right (i32.add (local.get $right) (local.get $right_step)))
            (local.set $left_0 (i32.add (local.get $left_0) (local.get $left_step)))
            (local.set $left_1 (i32.add (local.get $left_1) (local.get $left_step)))
            (local.set $left_2 (i32.add (local.get $left_2) (local.get $left_step)))
            (local.set $left_3 (i32.add (local.get $left_3) (local.get $left_step)))
            (local.set $left_4 (i32.add (local.get $left_4) (local.get $left_step)))
            (local.set $y0 (v128.load (local.get $right)))
            (local.set $y1 (v128.load offset=16 (local.get $right)))
            (local.set $x (v128.load32_splat (local.get $left_0)))
            (local.set $sum00
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum00)))
            (local.set $sum01
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum01)))
            (local.set $x (v128.load32_splat (local.get $left_1)))
            (local.set $sum10
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum10)))
            (local.set $sum11
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum11)))
            (local.set $x (v128.load32_splat (local.get $left_2)))
            (local.set $sum20
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum20)))
            (local.set $sum21
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum21)))
            (local.set $x (v128.load32_splat (local.get $left_3)))
            (local.set $sum30
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum30)))
            (local.set $sum31
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum31)))
            (local.set $x (v128.load32_splat (local.get $left_4)))
            (local.set $sum40
              (f32x4.relaxed_madd (local.get $x) (local.get $y0) (local.get $sum40)))
            (local.set $sum41
              (f32x4.relaxed_madd (local.get $x) (local.get $y1) (local.get $sum41)))
            (local.set $right (i32.add (local.get $right) (local.get $right_step)))
            (local.set $left_0 (i32.add (local.get $left_0) (local.get $left_step)))
            (local.set $left_1 (i32.add (local.get $left_1) (local.get $left_step)))
            (local.set $left_2 (i32.add (local.get $left_2) (local.get $left_step)))
            (local.set $left_3 (i32.add (local.get $left_3) (local.get $left_step)))
            (local.set $left_4 (i32.add (local.get $left_4) (local.get $left_step)))
            (br_if $each_turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))
      ;; the last of an odd number of steps
      (if
        (i32.and (local.get $steps) (i32.const 1))
        (then
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
          (local.set $left_0 (i32.add (local.get $left_0) (local.get $left_step)))
          (local.set $left_1 (i32.add (local.get $left_1) (local.get $left_step)))
          (local.set $left_2 (i32.add (local.get $left_2) (local.get $left_step)))
          (local.set $left_3 (i32.add (local.get $left_3) (local.get $left_step)))
          (local.set $left_4 (i32.add (local.get $left_4) (local.get $left_step)))))
      (local.set $left_0 (i32.add (local.get $left_0) (local.get $left_step_1)))
      (local.set $left_1 (i32.add (local.get $left_1) (local.get $left_step_1)))
      (local.set $left_2 (i32.add (local.get $left_2) (local.get $left_step_1)))
      (local.set $left_3 (i32.add (local.get $left_3) (local.get $left_step_1)))
      (local.set $left_4 (i32.add (local.get $left_4) (local.get $left_step_1)))
      (local.set $right (i32.add (local.get $right) (local.get $right_step_1)))
      (br_if $each_of_steps_1 (local.tee $rest_1 (i32.sub (local.get $rest_1) (i32.const 1)))))
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

  ;; layer0_W[i,j,k] ← 0.4·random(layer0.W, i·25 + j·5 + k) − 0.2
  ;;   for i < 20, j < 5, k < 5
  (func $initial_layer0_W.values
    (local $layer0_W i32) (local $seed i32) (local $i i32) (local $j i32) (local $k i32)
    (local.set $layer0_W (global.get $layer0_W))
    (local.set $seed (i32.load (global.get $initial_layer0_W.seed)))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $k (i32.const 0))
        ;; vectors of four k
        (loop $each_k
          (v128.store
            (i32.add
              (local.get $layer0_W)
              (i32.shl
                (i32.add
                  (i32.add
                    (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                    (i32.mul (local.get $j) (i32.const 5)))
                  (local.get $k))
                (i32.const 2)))
            (f32x4.sub
              (f32x4.mul
                (f32x4.splat (f32.const 0.4000000059604645))
                (call $f32x4_random
                  (i32x4.splat (local.get $seed))
                  (i32x4.splat (i32.const 1392825402 (; layer0.W ;)))
                  (i32x4.splat (i32.const 0))
                  (i32x4.add
                    (i32x4.splat
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 25))
                        (i32.mul (local.get $j) (i32.const 5))))
                    (i32x4.add (i32x4.splat (local.get $k)) (v128.const i32x4 0 1 2 3)))))
              (f32x4.splat (f32.const 0.20000000298023224))))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 4))) (i32.const 4))))
        ;; the other k
        (loop $each_k
          (f32.store
            (i32.add
              (local.get $layer0_W)
              (i32.shl
                (i32.add
                  (i32.add
                    (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                    (i32.mul (local.get $j) (i32.const 5)))
                  (local.get $k))
                (i32.const 2)))
            (f32.sub
              (f32.mul
                (f32.const 0.4000000059604645)
                (f32x4.extract_lane 0
                  (call $f32x4_random
                    (i32x4.splat (local.get $seed))
                    (i32x4.splat (i32.const 1392825402 (; layer0.W ;)))
                    (i32x4.splat (i32.const 0))
                    (i32x4.splat
                      (i32.add
                        (i32.add
                          (i32.mul (local.get $i) (i32.const 25))
                          (i32.mul (local.get $j) (i32.const 5)))
                        (local.get $k))))))
              (f32.const 0.20000000298023224)))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 5))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20)))))

  ;; initial_layer0_W(seed); updates layer0_W
  (func $initial_layer0_W
    (call $initial_layer0_W.values))

  ;; layer1_W[i,j,k,l] ← 0.17192048·random(layer1.W, i·500 + j·25 + k·5 + l) − 0.08596024
  ;;   for i < 50, j < 20, k < 5, l < 5
  (func $initial_layer1_W.values
    (local $layer1_W i32) (local $seed i32) (local $i i32) (local $j i32) (local $k i32)
    (local $l i32)
    (local.set $layer1_W (global.get $layer1_W))
    (local.set $seed (i32.load (global.get $initial_layer0_W.seed)))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $k (i32.const 0))
        (loop $each_k
          (local.set $l (i32.const 0))
          ;; vectors of four l
          (loop $each_l
            (v128.store
              (i32.add
                (local.get $layer1_W)
                (i32.shl
                  (i32.add
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 500 (; 20·5·5 ;)))
                        (i32.mul (local.get $j) (i32.const 25 (; 5·5 ;))))
                      (i32.mul (local.get $k) (i32.const 5)))
                    (local.get $l))
                  (i32.const 2)))
              (f32x4.sub
                (f32x4.mul
                  (f32x4.splat (f32.const 0.17192047834396362))
                  (call $f32x4_random
                    (i32x4.splat (local.get $seed))
                    (i32x4.splat (i32.const -1632430167 (; layer1.W ;)))
                    (i32x4.splat (i32.const 0))
                    (i32x4.add
                      (i32x4.splat
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 500))
                            (i32.mul (local.get $j) (i32.const 25)))
                          (i32.mul (local.get $k) (i32.const 5))))
                      (i32x4.add (i32x4.splat (local.get $l)) (v128.const i32x4 0 1 2 3)))))
                (f32x4.splat (f32.const 0.08596023917198181))))
            (br_if $each_l
              (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
          ;; the other l
          (loop $each_l
            (f32.store
              (i32.add
                (local.get $layer1_W)
                (i32.shl
                  (i32.add
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 500 (; 20·5·5 ;)))
                        (i32.mul (local.get $j) (i32.const 25 (; 5·5 ;))))
                      (i32.mul (local.get $k) (i32.const 5)))
                    (local.get $l))
                  (i32.const 2)))
              (f32.sub
                (f32.mul
                  (f32.const 0.17192047834396362)
                  (f32x4.extract_lane 0
                    (call $f32x4_random
                      (i32x4.splat (local.get $seed))
                      (i32x4.splat (i32.const -1632430167 (; layer1.W ;)))
                      (i32x4.splat (i32.const 0))
                      (i32x4.splat
                        (i32.add
                          (i32.add
                            (i32.add
                              (i32.mul (local.get $i) (i32.const 500))
                              (i32.mul (local.get $j) (i32.const 25)))
                            (i32.mul (local.get $k) (i32.const 5)))
                          (local.get $l))))))
                (f32.const 0.08596023917198181)))
            (br_if $each_l
              (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 5))))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 5))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50)))))

  ;; initial_layer1_W(seed); updates layer1_W
  (func $initial_layer1_W
    (call $initial_layer1_W.values))

  ;; hidden_W[i,j] ← 0.13587324·random(hidden.W, i·500 + j) − 0.06793662
  ;;   for i < 800, j < 500
  (func $initial_hidden_W.values (param $from i32) (param $to i32)
    (local $hidden_W i32) (local $seed i32) (local $end i32) (local $i i32) (local $j i32)
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $seed (i32.load (global.get $initial_layer0_W.seed)))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 13 (; i of a unit ;))) (i32.const 800)))
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
                  (f32x4.splat (f32.const 0.1358732432126999))
                  (call $f32x4_random
                    (i32x4.splat (local.get $seed))
                    (i32x4.splat (i32.const -1815431459 (; hidden.W ;)))
                    (i32x4.splat (i32.const 0))
                    (i32x4.add
                      (i32x4.splat (i32.mul (local.get $i) (i32.const 500)))
                      (i32x4.add (i32x4.splat (local.get $j)) (v128.const i32x4 0 1 2 3)))))
                (f32x4.splat (f32.const 0.06793662160634995))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 500))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; initial_hidden_W(seed); updates hidden_W
  (func $initial_hidden_W
    (call $share (global.get $initial_hidden_W.values.job) (i32.const 62 (; units ;))))

  ;; h0_convolved[i,j,k,l] = Σ_mn x[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
  ;;   for i < 500, j < 20, k < 24, l < 24, m < 5, n < 5
  ;;   in 5 × 8 tiles of j × kl, of layer0_W in place and a copied panel
  ;; The same for validate, test.
  (func $train.h0_convolved (param $from i32) (param $to i32)
    (local $x i32) (local $layer0_W i32) (local $h0_convolved i32) (local $unit i32)
    (local $i i32) (local $kl_first i32) (local $sums i32) (local $at i32) (local $kl_at i32)
    (local $l i32) (local $k i32) (local $to_panel i32) (local $m i32) (local $n i32)
    (local $right i32) (local $j_first i32) (local $left i32) (local $j_end i32) (local $j i32)
    (local $sums.row i32) (local $h0_convolved.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 832 (; sums, behind what is copied ;))))
    (local.set $x (i32.load (global.get $train.x)))
    (local.set $layer0_W (global.get $layer0_W))
    (local.set $h0_convolved (global.get $train.h0_convolved))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i (local.get $unit))
          (local.set $kl_first (i32.const 0))
          (loop $each_kl_first
            ;; a panel of the right operand, column by column
            (local.set $at (i32.const 0))
            (loop $each_at
              (local.set $kl_at (i32.add (local.get $kl_first) (local.get $at)))
              (local.set $l (i32.rem_u (local.get $kl_at) (i32.const 24)))
              (local.set $k (i32.div_u (local.get $kl_at) (i32.const 24)))
              (local.set $to_panel
                (i32.add (global.get $scratch) (i32.shl (local.get $at) (i32.const 2))))
              (local.set $m (i32.const 0))
              (loop $each_m
                (local.set $n (i32.const 0))
                (loop $each_n
                  (v128.store
                    (local.get $to_panel)
                    (v128.load
                      (i32.add
                        (local.get $x)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.mul (local.get $i) (i32.const 784))
                                  (i32.mul (local.get $k) (i32.const 28)))
                                (i32.mul (local.get $m) (i32.const 28)))
                              (local.get $l))
                            (local.get $n))
                          (i32.const 2)))))
                  (local.set $to_panel
                    (i32.add
                      (local.get $to_panel)
                      (i32.const 32 (; a row of the panel, in bytes ;))))
                  (br_if $each_n
                    (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))
                (br_if $each_m
                  (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 5))))
              (br_if $each_at
                (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 8))))
            (local.set $right (global.get $scratch))
            ;; tiles of 5 j
            (local.set $j_first (i32.const 0))
            (loop $each_j_first
              (local.set $left
                (i32.add
                  (i32.add (local.get $layer0_W) (i32.const 96 (; element 24, in bytes ;)))
                  (i32.mul
                    (local.get $j_first)
                    (i32.const 100 (; from row to row of left, in bytes ;)))))
              (call $tile_5x2_strided
                (local.get $left)
                (i32.add (local.get $left) (i32.const 100 (; a row ;)))
                (i32.add (local.get $left) (i32.const 200 (; 2 rows ;)))
                (i32.add (local.get $left) (i32.const 300 (; 3 rows ;)))
                (i32.add (local.get $left) (i32.const 400 (; 4 rows ;)))
                (local.get $right)
                (i32.const 25 (; steps ;))
                (i32.const -4 (; left_step ;))
                (i32.const 32 (; right_step ;))
                (local.get $sums))
              (local.set $j_end (i32.add (local.get $j_first) (i32.const 5)))
              ;; the result of finished sums
              (local.set $sums.row (local.get $sums))
              (local.set $h0_convolved.row
                (i32.add
                  (i32.add
                    (local.get $h0_convolved)
                    (i32.shl
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 11520 (; 20·24·24 ;)))
                        (local.get $kl_first))
                      (i32.const 2)))
                  (i32.mul
                    (local.get $j_first)
                    (i32.const 2304 (; a row of h0_convolved, in bytes ;)))))
              (local.set $j (local.get $j_first))
              (loop $each_j
                (v128.store (local.get $h0_convolved.row) (v128.load (local.get $sums.row)))
                (v128.store offset=16
                  (local.get $h0_convolved.row)
                  (v128.load offset=16 (local.get $sums.row)))
                (local.set $sums.row
                  (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
                (local.set $h0_convolved.row
                  (i32.add
                    (local.get $h0_convolved.row)
                    (i32.const 2304 (; a row of h0_convolved, in bytes ;))))
                (br_if $each_j
                  (i32.lt_s
                    (local.tee $j (i32.add (local.get $j) (i32.const 1)))
                    (local.get $j_end))))
              (br_if $each_j_first
                (i32.lt_s
                  (local.tee $j_first (i32.add (local.get $j_first) (i32.const 5)))
                  (i32.const 20))))
            (br_if $each_kl_first
              (i32.lt_s
                (local.tee $kl_first (i32.add (local.get $kl_first) (i32.const 8)))
                (i32.const 576))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
  ;;   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
  ;; h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
  ;;   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
  ;;   for i < 500, j < 20, k < 12, l < 12
  (func $train.h0_pooled_and_h0 (param $from i32) (param $to i32)
    (local $h0_convolved i32) (local $h0_pooled i32) (local $layer0_b i32) (local $h0 i32)
    (local $end i32) (local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32)
    (local $n i32) (local $h0_convolved.at i32) (local $h0_pooled_max.x4 v128)
    (local $h0_linear.x4 v128)
    (local.set $h0_convolved (global.get $train.h0_convolved))
    (local.set $h0_pooled (global.get $train.h0_pooled))
    (local.set $layer0_b (global.get $layer0_b))
    (local.set $h0 (global.get $train.h0))
    (local.set $end (local.get $to))
    (local.set $i (local.get $from))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $h0_pooled_max.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h0_convolved.at
                      (i32.add
                        (local.get $h0_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 11520 (; 20·24·24 ;)))
                                    (i32.mul (local.get $j) (i32.const 576 (; 24·24 ;))))
                                  (i32.mul (local.get $k) (i32.const 48 (; 2·24 ;))))
                                (i32.mul (local.get $m) (i32.const 24)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h0_pooled_max.x4
                      (f32x4.max
                        (local.get $h0_pooled_max.x4)
                        (v128.load32_lane offset=24 3
                          (local.get $h0_convolved.at)
                          (v128.load32_lane offset=16 2
                            (local.get $h0_convolved.at)
                            (v128.load32_lane offset=8 1
                              (local.get $h0_convolved.at)
                              (v128.load32_zero (local.get $h0_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $h0_pooled)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                            (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                          (i32.mul (local.get $k) (i32.const 12)))
                        (local.get $l))
                      (i32.const 2)))
                  (local.get $h0_pooled_max.x4))
                (local.set $h0_linear.x4
                  (f32x4.add
                    (v128.load
                      (i32.add
                        (local.get $h0_pooled)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                              (i32.mul (local.get $k) (i32.const 12)))
                            (local.get $l))
                          (i32.const 2))))
                    (v128.load32_splat
                      (i32.add (local.get $layer0_b) (i32.shl (local.get $j) (i32.const 2))))))
                (v128.store
                  (i32.add
                    (local.get $h0)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                            (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                          (i32.mul (local.get $k) (i32.const 12)))
                        (local.get $l))
                      (i32.const 2)))
                  (call $f32x4_tanh (local.get $h0_linear.x4)))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 12))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 12))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
  ;;   for i < 500, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
  ;;   in 5 × 8 tiles of j × kl, of layer1_W in place and a copied panel
  ;; The same for validate, test.
  (func $train.h1_convolved (param $from i32) (param $to i32)
    (local $h0 i32) (local $layer1_W i32) (local $h1_convolved i32) (local $unit i32)
    (local $i i32) (local $kl_first i32) (local $sums i32) (local $at i32) (local $kl_at i32)
    (local $l i32) (local $k i32) (local $to_panel i32) (local $m i32) (local $n i32)
    (local $q i32) (local $right i32) (local $j_first i32) (local $left i32) (local $j_end i32)
    (local $j i32) (local $sums.row i32) (local $h1_convolved.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 16000 (; sums, behind what is copied ;))))
    (local.set $h0 (global.get $train.h0))
    (local.set $layer1_W (global.get $layer1_W))
    (local.set $h1_convolved (global.get $train.h1_convolved))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i (local.get $unit))
          (local.set $kl_first (i32.const 0))
          (loop $each_kl_first
            ;; a panel of the right operand, column by column
            (local.set $at (i32.const 0))
            (loop $each_at
              (local.set $kl_at (i32.add (local.get $kl_first) (local.get $at)))
              (local.set $l (i32.rem_u (local.get $kl_at) (i32.const 8)))
              (local.set $k (i32.div_u (local.get $kl_at) (i32.const 8)))
              (local.set $to_panel
                (i32.add (global.get $scratch) (i32.shl (local.get $at) (i32.const 2))))
              (local.set $m (i32.const 0))
              (loop $each_m
                (local.set $n (i32.const 0))
                (loop $each_n
                  (local.set $q (i32.const 0))
                  (loop $each_q
                    (v128.store
                      (local.get $to_panel)
                      (v128.load
                        (i32.add
                          (local.get $h0)
                          (i32.shl
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.add
                                      (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                      (i32.mul (local.get $m) (i32.const 144 (; 12·12 ;))))
                                    (i32.mul (local.get $k) (i32.const 12)))
                                  (i32.mul (local.get $n) (i32.const 12)))
                                (local.get $l))
                              (local.get $q))
                            (i32.const 2)))))
                    (local.set $to_panel
                      (i32.add
                        (local.get $to_panel)
                        (i32.const 32 (; a row of the panel, in bytes ;))))
                    (br_if $each_q
                      (i32.lt_s
                        (local.tee $q (i32.add (local.get $q) (i32.const 1)))
                        (i32.const 5))))
                  (br_if $each_n
                    (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))
                (br_if $each_m
                  (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 20))))
              (br_if $each_at
                (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 8))))
            (local.set $right (global.get $scratch))
            ;; tiles of 5 j
            (local.set $j_first (i32.const 0))
            (loop $each_j_first
              (local.set $left
                (i32.add
                  (i32.add (local.get $layer1_W) (i32.const 96 (; element 24, in bytes ;)))
                  (i32.mul
                    (local.get $j_first)
                    (i32.const 2000 (; from row to row of left, in bytes ;)))))
              (call $tile_5x2_strided_2_loops
                (local.get $left)
                (i32.add (local.get $left) (i32.const 2000 (; a row ;)))
                (i32.add (local.get $left) (i32.const 4000 (; 2 rows ;)))
                (i32.add (local.get $left) (i32.const 6000 (; 3 rows ;)))
                (i32.add (local.get $left) (i32.const 8000 (; 4 rows ;)))
                (local.get $right)
                (i32.const 20 (; steps_1 ;))
                (i32.const 200 (; left_step_1 ;))
                (i32.const 0 (; right_step_1 ;))
                (i32.const 25 (; steps ;))
                (i32.const -4 (; left_step ;))
                (i32.const 32 (; right_step ;))
                (local.get $sums))
              (local.set $j_end (i32.add (local.get $j_first) (i32.const 5)))
              ;; the result of finished sums
              (local.set $sums.row (local.get $sums))
              (local.set $h1_convolved.row
                (i32.add
                  (i32.add
                    (local.get $h1_convolved)
                    (i32.shl
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                        (local.get $kl_first))
                      (i32.const 2)))
                  (i32.shl
                    (local.get $j_first)
                    (i32.const 8 (; ·256, a row of h1_convolved, in bytes ;)))))
              (local.set $j (local.get $j_first))
              (loop $each_j
                (v128.store (local.get $h1_convolved.row) (v128.load (local.get $sums.row)))
                (v128.store offset=16
                  (local.get $h1_convolved.row)
                  (v128.load offset=16 (local.get $sums.row)))
                (local.set $sums.row
                  (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
                (local.set $h1_convolved.row
                  (i32.add
                    (local.get $h1_convolved.row)
                    (i32.const 256 (; a row of h1_convolved, in bytes ;))))
                (br_if $each_j
                  (i32.lt_s
                    (local.tee $j (i32.add (local.get $j) (i32.const 1)))
                    (local.get $j_end))))
              (br_if $each_j_first
                (i32.lt_s
                  (local.tee $j_first (i32.add (local.get $j_first) (i32.const 5)))
                  (i32.const 50))))
            (br_if $each_kl_first
              (i32.lt_s
                (local.tee $kl_first (i32.add (local.get $kl_first) (i32.const 8)))
                (i32.const 64))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
  ;;   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
  ;; h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
  ;;   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
  ;;   for i < 500, j < 50, k < 4, l < 4
  (func $train.h1_pooled_and_h1 (param $from i32) (param $to i32)
    (local $h1_convolved i32) (local $h1_pooled i32) (local $layer1_b i32) (local $h1 i32)
    (local $end i32) (local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32)
    (local $n i32) (local $h1_convolved.at i32) (local $h1_pooled_max.x4 v128)
    (local $h1_linear.x4 v128)
    (local.set $h1_convolved (global.get $train.h1_convolved))
    (local.set $h1_pooled (global.get $train.h1_pooled))
    (local.set $layer1_b (global.get $layer1_b))
    (local.set $h1 (global.get $train.h1))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 3 (; i of a unit ;))) (i32.const 500)))
    (local.set $i (i32.mul (local.get $from) (i32.const 3 (; i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $h1_pooled_max.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h1_convolved.at
                      (i32.add
                        (local.get $h1_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $j) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $k) (i32.const 16 (; 2·8 ;))))
                                (i32.mul (local.get $m) (i32.const 8)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h1_pooled_max.x4
                      (f32x4.max
                        (local.get $h1_pooled_max.x4)
                        (v128.load32_lane offset=24 3
                          (local.get $h1_convolved.at)
                          (v128.load32_lane offset=16 2
                            (local.get $h1_convolved.at)
                            (v128.load32_lane offset=8 1
                              (local.get $h1_convolved.at)
                              (v128.load32_zero (local.get $h1_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $h1_pooled)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2)))
                  (local.get $h1_pooled_max.x4))
                (local.set $h1_linear.x4
                  (f32x4.add
                    (v128.load
                      (i32.add
                        (local.get $h1_pooled)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                                (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                              (i32.mul (local.get $k) (i32.const 4)))
                            (local.get $l))
                          (i32.const 2))))
                    (v128.load32_splat
                      (i32.add (local.get $layer1_b) (i32.shl (local.get $j) (i32.const 2))))))
                (v128.store
                  (i32.add
                    (local.get $h1)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2)))
                  (call $f32x4_tanh (local.get $h1_linear.x4)))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 50))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; h2[i,j] = tanh(h2_linear[i,j])
  ;;   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
  ;;   for i < 500, j < 500, k < 800
  ;;   in 3 × 12 tiles of i × j, of h1 in place and a copied panel of hidden_W
  ;; The same for validate, test.
  (func $train.h2 (param $from i32) (param $to i32)
    (local $h1 i32) (local $hidden_W i32) (local $hidden_b i32) (local $h2 i32) (local $unit i32)
    (local $j_first i32) (local $i_from i32) (local $columns i32) (local $i_to i32)
    (local $sums i32) (local $right i32) (local $i_first i32) (local $i_tile i32)
    (local $left i32) (local $i_end i32) (local $i i32) (local $c i32) (local $sums.row i32)
    (local $h2.row i32) (local $hidden_b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 38400 (; sums, behind what is copied ;))))
    (local.set $h1 (global.get $train.h1))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $hidden_b (global.get $hidden_b))
    (local.set $h2 (global.get $train.h2))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first
            (i32.mul
              (i32.div_u (local.get $unit) (i32.const 4 (; parts of 144 i ;)))
              (i32.const 12 (; j of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u (local.get $unit) (i32.const 4 (; parts of 144 i ;)))
              (i32.const 144 (; i of a part ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 12)))
          (local.set $i_to
            (call $i32_min
              (i32.const 500)
              (i32.add (local.get $i_from) (i32.const 144 (; i of a part ;)))))
          (local.set $right
            (i32.add (local.get $hidden_W) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_3
            (local.get $right)
            (i32.const 800 (; steps ;))
            (i32.const 2000 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (local.get $i_from))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 497 (; where the last whole tile begins ;))))
            (local.set $left
              (i32.add
                (local.get $h1)
                (i32.mul
                  (local.get $i_tile)
                  (i32.const 3200 (; from row to row of left, in bytes ;)))))
            (call $tile_3x3
              (local.get $left)
              (i32.add (local.get $left) (i32.const 3200 (; a row ;)))
              (i32.add (local.get $left) (i32.const 6400 (; 2 rows ;)))
              (local.get $right)
              (i32.const 800 (; steps ;))
              (i32.const 48 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (local.get $i_to)))
            ;; the result of finished sums
            (local.set $sums.row
              (i32.add
                (local.get $sums)
                (i32.mul
                  (i32.sub (local.get $i_first) (local.get $i_tile))
                  (i32.const 48 (; a row of sums, in bytes ;)))))
            (local.set $hidden_b.row
              (i32.add (local.get $hidden_b) (i32.shl (local.get $j_first) (i32.const 2))))
            (local.set $h2.row
              (i32.add
                (i32.add (local.get $h2) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of h2, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 12 (; all of a panel ;)))
                (then
                  (v128.store
                    (local.get $h2.row)
                    (call $f32x4_tanh
                      (f32x4.add
                        (v128.load (local.get $sums.row))
                        (v128.load (local.get $hidden_b.row)))))
                  (v128.store offset=16
                    (local.get $h2.row)
                    (call $f32x4_tanh
                      (f32x4.add
                        (v128.load offset=16 (local.get $sums.row))
                        (v128.load offset=16 (local.get $hidden_b.row)))))
                  (v128.store offset=32
                    (local.get $h2.row)
                    (call $f32x4_tanh
                      (f32x4.add
                        (v128.load offset=32 (local.get $sums.row))
                        (v128.load offset=32 (local.get $hidden_b.row))))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (v128.store
                      (i32.add (local.get $h2.row) (i32.shl (local.get $c) (i32.const 2)))
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
                (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
              (local.set $h2.row
                (i32.add (local.get $h2.row) (i32.const 2000 (; a row of h2, in bytes ;))))
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

  ;; p_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
  ;;   for i < 500, j < 10, k < 500
  ;;   in 3 × 12 tiles of i × j, of h2 in place and a copied panel of output_W
  ;; The same for validate, test.
  (func $train.p_logits (param $from i32) (param $to i32)
    (local $h2 i32) (local $output_W i32) (local $output_b i32) (local $p_logits i32)
    (local $unit i32) (local $j_first i32) (local $i_from i32) (local $i_to i32)
    (local $sums i32) (local $right i32) (local $i_first i32) (local $i_tile i32)
    (local $left i32) (local $i_end i32) (local $i i32) (local $c i32) (local $sums.row i32)
    (local $p_logits.row i32) (local $output_b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 24000 (; sums, behind what is copied ;))))
    (local.set $h2 (global.get $train.h2))
    (local.set $output_W (global.get $output_W))
    (local.set $output_b (global.get $output_b))
    (local.set $p_logits (global.get $train.p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first
            (i32.mul
              (i32.div_u (local.get $unit) (i32.const 4 (; parts of 144 i ;)))
              (i32.const 12 (; j of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u (local.get $unit) (i32.const 4 (; parts of 144 i ;)))
              (i32.const 144 (; i of a part ;))))
          (local.set $i_to
            (call $i32_min
              (i32.const 500)
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
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 497 (; where the last whole tile begins ;))))
            (local.set $left
              (i32.add
                (local.get $h2)
                (i32.mul
                  (local.get $i_tile)
                  (i32.const 2000 (; from row to row of left, in bytes ;)))))
            (call $tile_3x3
              (local.get $left)
              (i32.add (local.get $left) (i32.const 2000 (; a row ;)))
              (i32.add (local.get $left) (i32.const 4000 (; 2 rows ;)))
              (local.get $right)
              (i32.const 500 (; steps ;))
              (i32.const 48 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (local.get $i_to)))
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
                (local.get $i_to))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; p_max[i] = max_j p_logits[i,j]
  ;;   for i < 500, j < 10
  ;; p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
  ;;   for i < 500, j < 10
  ;; p_sum[i] = Σ_j p_exp[i,j]
  ;;   for i < 500, j < 10
  ;; cost = −Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i])) / 500
  ;;   for i < 500
  ;; ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 500
  ;;   where p[i,j] = p_exp[i,j] / p_sum[i]
  ;;   for i < 500, j < 10
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
            (f32x4.splat (f32.const 500))))
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
            (f32.const 500)))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 500))))
    (local.set $cost (f32.neg (f32.div (f32.demote_f64 (local.get $cost_sum)) (f32.const 500))))
    (f32.store (global.get $train.cost) (local.get $cost)))

  ;; ∂cost/∂h2_linear ≡ d_h2_linear[i,j] = ∂cost/∂h2[i,j]·(1 − h2[i,j]·h2[i,j])
  ;;   where ∂cost/∂h2[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
  ;;   for i < 500, j < 500, k < 10
  ;;   in 3 × 12 tiles of i × j, of d_p_logits in place and a copied panel
  (func $train.d_h2_linear (param $from i32) (param $to i32)
    (local $d_p_logits i32) (local $output_W i32) (local $h2 i32) (local $d_h2_linear i32)
    (local $unit i32) (local $j_first i32) (local $columns i32) (local $sums i32)
    (local $at i32) (local $j i32) (local $to_panel i32) (local $k i32) (local $right i32)
    (local $i_first i32) (local $i_tile i32) (local $left i32) (local $i_end i32) (local $i i32)
    (local $c i32) (local $sums.row i32) (local $h2.row i32) (local $d_h2_linear.row i32)
    (local $x4.constant v128)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 512 (; sums, behind what is copied ;))))
    (local.set $x4.constant (f32x4.splat (f32.const 1)))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $output_W (global.get $output_W))
    (local.set $h2 (global.get $train.h2))
    (local.set $d_h2_linear (global.get $train.d_h2_linear))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first (i32.mul (local.get $unit) (i32.const 12 (; j of a panel ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 12)))
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
                (i32.add (local.get $to_panel) (i32.const 48 (; a row of the panel, in bytes ;))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 10))))
            (br_if $each_at
              (i32.lt_s
                (local.tee $at (i32.add (local.get $at) (i32.const 1)))
                (local.get $columns))))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (i32.const 0))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 497 (; where the last whole tile begins ;))))
            (local.set $left
              (i32.add
                (local.get $d_p_logits)
                (i32.mul
                  (local.get $i_tile)
                  (i32.const 40 (; from row to row of left, in bytes ;)))))
            (call $tile_3x3
              (local.get $left)
              (i32.add (local.get $left) (i32.const 40 (; a row ;)))
              (i32.add (local.get $left) (i32.const 80 (; 2 rows ;)))
              (local.get $right)
              (i32.const 10 (; steps ;))
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
            (local.set $h2.row
              (i32.add
                (i32.add (local.get $h2) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of h2, in bytes ;)))))
            (local.set $d_h2_linear.row
              (i32.add
                (i32.add (local.get $d_h2_linear) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul
                  (local.get $i_first)
                  (i32.const 2000 (; a row of d_h2_linear, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 12 (; all of a panel ;)))
                (then
                  (v128.store
                    (local.get $d_h2_linear.row)
                    (f32x4.mul
                      (v128.load (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load (local.get $h2.row))
                          (v128.load (local.get $h2.row))))))
                  (v128.store offset=16
                    (local.get $d_h2_linear.row)
                    (f32x4.mul
                      (v128.load offset=16 (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load offset=16 (local.get $h2.row))
                          (v128.load offset=16 (local.get $h2.row))))))
                  (v128.store offset=32
                    (local.get $d_h2_linear.row)
                    (f32x4.mul
                      (v128.load offset=32 (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load offset=32 (local.get $h2.row))
                          (v128.load offset=32 (local.get $h2.row)))))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (v128.store
                      (i32.add (local.get $d_h2_linear.row) (i32.shl (local.get $c) (i32.const 2)))
                      (f32x4.mul
                        (v128.load
                          (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                        (f32x4.sub
                          (local.get $x4.constant)
                          (f32x4.mul
                            (v128.load
                              (i32.add (local.get $h2.row) (i32.shl (local.get $c) (i32.const 2))))
                            (v128.load
                              (i32.add
                                (local.get $h2.row)
                                (i32.shl (local.get $c) (i32.const 2))))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (local.get $columns))))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
              (local.set $h2.row
                (i32.add (local.get $h2.row) (i32.const 2000 (; a row of h2, in bytes ;))))
              (local.set $d_h2_linear.row
                (i32.add
                  (local.get $d_h2_linear.row)
                  (i32.const 2000 (; a row of d_h2_linear, in bytes ;))))
              (br_if $each_i
                (i32.lt_s
                  (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                  (local.get $i_end))))
            (br_if $each_i_first
              (i32.lt_s
                (local.tee $i_first (i32.add (local.get $i_first) (i32.const 3)))
                (i32.const 500))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; ∂cost/∂h1_linear ≡ d_h1_linear[i,j,k,l] = ∂cost/∂h1[i,j,k,l]·(1 − h1[i,j,k,l]·h1[i,j,k,l])
  ;;   where ∂cost/∂h1[i,j,k,l] = Σ_m d_h2_linear[i,m]·hidden_W[j·16 + k·4 + l,m]
  ;;   for i < 500, j < 50, k < 4, l < 4, m < 500
  ;;   in 3 × 12 tiles of i × jkl, of d_h2_linear in place and a copied panel
  (func $train.d_h1_linear (param $from i32) (param $to i32)
    (local $d_h2_linear i32) (local $hidden_W i32) (local $h1 i32) (local $d_h1_linear i32)
    (local $unit i32) (local $jkl_first i32) (local $i_from i32) (local $columns i32)
    (local $i_to i32) (local $sums i32) (local $at i32) (local $jkl_at i32) (local $l i32)
    (local $k i32) (local $j i32) (local $to_panel i32) (local $m i32) (local $right i32)
    (local $i_first i32) (local $i_tile i32) (local $left i32) (local $i_end i32) (local $i i32)
    (local $c i32) (local $sums.row i32) (local $h1.row i32) (local $d_h1_linear.row i32)
    (local $x4.constant v128)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 24000 (; sums, behind what is copied ;))))
    (local.set $x4.constant (f32x4.splat (f32.const 1)))
    (local.set $d_h2_linear (global.get $train.d_h2_linear))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $h1 (global.get $train.h1))
    (local.set $d_h1_linear (global.get $train.d_h1_linear))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $jkl_first
            (i32.mul
              (i32.div_u (local.get $unit) (i32.const 4 (; parts of 144 i ;)))
              (i32.const 12 (; jkl of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u (local.get $unit) (i32.const 4 (; parts of 144 i ;)))
              (i32.const 144 (; i of a part ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 800) (local.get $jkl_first)) (i32.const 12)))
          (local.set $i_to
            (call $i32_min
              (i32.const 500)
              (i32.add (local.get $i_from) (i32.const 144 (; i of a part ;)))))
          ;; a panel of the right operand, column by column
          (local.set $at (i32.const 0))
          (loop $each_at
            (local.set $jkl_at (i32.add (local.get $jkl_first) (local.get $at)))
            (local.set $l (i32.rem_u (local.get $jkl_at) (i32.const 4)))
            (local.set $k (i32.rem_u (i32.div_u (local.get $jkl_at) (i32.const 4)) (i32.const 4)))
            (local.set $j (i32.div_u (local.get $jkl_at) (i32.const 16)))
            (local.set $to_panel
              (i32.add (global.get $scratch) (i32.shl (local.get $at) (i32.const 2))))
            (local.set $m (i32.const 0))
            (loop $each_m
              (f32.store
                (local.get $to_panel)
                (f32.load
                  (i32.add
                    (local.get $hidden_W)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $j) (i32.const 8000 (; 16·500 ;)))
                            (i32.mul (local.get $k) (i32.const 2000 (; 4·500 ;))))
                          (i32.mul (local.get $l) (i32.const 500)))
                        (local.get $m))
                      (i32.const 2)))))
              (local.set $to_panel
                (i32.add (local.get $to_panel) (i32.const 48 (; a row of the panel, in bytes ;))))
              (br_if $each_m
                (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 500))))
            (br_if $each_at
              (i32.lt_s
                (local.tee $at (i32.add (local.get $at) (i32.const 1)))
                (local.get $columns))))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (local.get $i_from))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 497 (; where the last whole tile begins ;))))
            (local.set $left
              (i32.add
                (local.get $d_h2_linear)
                (i32.mul
                  (local.get $i_tile)
                  (i32.const 2000 (; from row to row of left, in bytes ;)))))
            (call $tile_3x3
              (local.get $left)
              (i32.add (local.get $left) (i32.const 2000 (; a row ;)))
              (i32.add (local.get $left) (i32.const 4000 (; 2 rows ;)))
              (local.get $right)
              (i32.const 500 (; steps ;))
              (i32.const 48 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (local.get $i_to)))
            ;; the result of finished sums
            (local.set $sums.row
              (i32.add
                (local.get $sums)
                (i32.mul
                  (i32.sub (local.get $i_first) (local.get $i_tile))
                  (i32.const 48 (; a row of sums, in bytes ;)))))
            (local.set $h1.row
              (i32.add
                (i32.add (local.get $h1) (i32.shl (local.get $jkl_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 3200 (; a row of h1, in bytes ;)))))
            (local.set $d_h1_linear.row
              (i32.add
                (i32.add (local.get $d_h1_linear) (i32.shl (local.get $jkl_first) (i32.const 2)))
                (i32.mul
                  (local.get $i_first)
                  (i32.const 3200 (; a row of d_h1_linear, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 12 (; all of a panel ;)))
                (then
                  (v128.store
                    (local.get $d_h1_linear.row)
                    (f32x4.mul
                      (v128.load (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load (local.get $h1.row))
                          (v128.load (local.get $h1.row))))))
                  (v128.store offset=16
                    (local.get $d_h1_linear.row)
                    (f32x4.mul
                      (v128.load offset=16 (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load offset=16 (local.get $h1.row))
                          (v128.load offset=16 (local.get $h1.row))))))
                  (v128.store offset=32
                    (local.get $d_h1_linear.row)
                    (f32x4.mul
                      (v128.load offset=32 (local.get $sums.row))
                      (f32x4.sub
                        (local.get $x4.constant)
                        (f32x4.mul
                          (v128.load offset=32 (local.get $h1.row))
                          (v128.load offset=32 (local.get $h1.row)))))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (v128.store
                      (i32.add (local.get $d_h1_linear.row) (i32.shl (local.get $c) (i32.const 2)))
                      (f32x4.mul
                        (v128.load
                          (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                        (f32x4.sub
                          (local.get $x4.constant)
                          (f32x4.mul
                            (v128.load
                              (i32.add (local.get $h1.row) (i32.shl (local.get $c) (i32.const 2))))
                            (v128.load
                              (i32.add
                                (local.get $h1.row)
                                (i32.shl (local.get $c) (i32.const 2))))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (local.get $columns))))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
              (local.set $h1.row
                (i32.add (local.get $h1.row) (i32.const 3200 (; a row of h1, in bytes ;))))
              (local.set $d_h1_linear.row
                (i32.add
                  (local.get $d_h1_linear.row)
                  (i32.const 3200 (; a row of d_h1_linear, in bytes ;))))
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

  ;; d_h1_linear_share[i,j,k,l] = d_h1_linear[i,j,k,l] / d_h1_linear_ties[i,j,k,l]
  ;;   where d_h1_linear_ties[i,j,k,l] = Σ_mn [h1_convolved[i,j,k·2 + m,l·2 + n] =
  ;;     h1_pooled[i,j,k,l]]
  ;;   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
  (func $train.d_h1_linear_share (param $from i32) (param $to i32)
    (local $d_h1_linear i32) (local $h1_convolved i32) (local $h1_pooled i32)
    (local $d_h1_linear_share i32) (local $end i32) (local $i i32) (local $j i32) (local $k i32)
    (local $l i32) (local $m i32) (local $n i32) (local $h1_convolved.at i32)
    (local $d_h1_linear_ties.x4 v128)
    (local.set $d_h1_linear (global.get $train.d_h1_linear))
    (local.set $h1_convolved (global.get $train.h1_convolved))
    (local.set $h1_pooled (global.get $train.h1_pooled))
    (local.set $d_h1_linear_share (global.get $train.d_h1_linear_share))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 3 (; i of a unit ;))) (i32.const 500)))
    (local.set $i (i32.mul (local.get $from) (i32.const 3 (; i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $d_h1_linear_ties.x4 (v128.const f32x4 0 0 0 0))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h1_convolved.at
                      (i32.add
                        (local.get $h1_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $j) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $k) (i32.const 16 (; 2·8 ;))))
                                (i32.mul (local.get $m) (i32.const 8)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $d_h1_linear_ties.x4
                      (f32x4.add
                        (local.get $d_h1_linear_ties.x4)
                        (v128.and
                          (f32x4.eq
                            (v128.load32_lane offset=24 3
                              (local.get $h1_convolved.at)
                              (v128.load32_lane offset=16 2
                                (local.get $h1_convolved.at)
                                (v128.load32_lane offset=8 1
                                  (local.get $h1_convolved.at)
                                  (v128.load32_zero (local.get $h1_convolved.at)))))
                            (v128.load
                              (i32.add
                                (local.get $h1_pooled)
                                (i32.shl
                                  (i32.add
                                    (i32.add
                                      (i32.add
                                        (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                                        (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                                      (i32.mul (local.get $k) (i32.const 4)))
                                    (local.get $l))
                                  (i32.const 2)))))
                          (v128.const f32x4 1 1 1 1))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $d_h1_linear_share)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2)))
                  (f32x4.div
                    (v128.load
                      (i32.add
                        (local.get $d_h1_linear)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                                (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                              (i32.mul (local.get $k) (i32.const 4)))
                            (local.get $l))
                          (i32.const 2))))
                    (local.get $d_h1_linear_ties.x4)))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 50))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; layer1_W_arranged[i,j,k,l] = layer1_W[j,l,4 − i,4 − k]
  ;;   for i < 5, j < 50, k < 5, l < 20
  (func $train.layer1_W_arranged
    (local $layer1_W i32) (local $layer1_W_arranged i32) (local $i i32) (local $j i32)
    (local $k i32) (local $l i32)
    (local.set $layer1_W (global.get $layer1_W))
    (local.set $layer1_W_arranged (global.get $train.layer1_W_arranged))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $k (i32.const 0))
        (loop $each_k
          (local.set $l (i32.const 0))
          (loop $each_l
            (f32.store
              (i32.add
                (local.get $layer1_W_arranged)
                (i32.shl
                  (i32.add
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 5000 (; 50·5·20 ;)))
                        (i32.mul (local.get $j) (i32.const 100 (; 5·20 ;))))
                      (i32.mul (local.get $k) (i32.const 20)))
                    (local.get $l))
                  (i32.const 2)))
              (f32.load
                (i32.add
                  (local.get $layer1_W)
                  (i32.shl
                    (i32.add
                      (i32.sub
                        (i32.sub
                          (i32.add
                            (i32.mul (local.get $j) (i32.const 500 (; 20·5·5 ;)))
                            (i32.mul (local.get $l) (i32.const 25 (; 5·5 ;))))
                          (i32.mul (local.get $i) (i32.const 5)))
                        (local.get $k))
                      (i32.const 24))
                    (i32.const 2)))))
            (br_if $each_l
              (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 20))))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 5))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 50))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5)))))

  ;; d_h0_arranged[i,j,k,l] = Σ_mnq d_h1_convolved[i,m,j − n,k − q]·layer1_W_arranged[n,m,q,l]
  ;;   for i < 500, j < 12, k < 12, l < 20, m < 50, n < 5, q < 5
  ;; ∂cost/∂h1_convolved ≡ d_h1_convolved[i,m,s,t] = d_h1_linear_share[i,m,s / 2,t / 2] if
  ;;     h1_convolved[i,m,s,t] = h1_pooled[i,m,s / 2,t / 2] else 0
  ;;   for i < 500, m < 50, s < 8, t < 8
  ;;   from lists of what is not 0 of d_h1_convolved, in runs of 100 columns, each added where it
  ;;     belongs; beyond its border it is 0
  (func $train.d_h0_arranged (param $from i32) (param $to i32)
    (local $h1_convolved i32) (local $h1_pooled i32) (local $d_h1_linear_share i32)
    (local $layer1_W_arranged i32) (local $d_h0_arranged i32) (local $unit i32) (local $i i32)
    (local $row_bytes i32) (local $s i32) (local $t i32) (local $list i32) (local $m i32)
    (local $n i32) (local $sums i32) (local $right i32)
    (local.set $h1_convolved (global.get $train.h1_convolved))
    (local.set $h1_pooled (global.get $train.h1_pooled))
    (local.set $d_h1_linear_share (global.get $train.d_h1_linear_share))
    (local.set $layer1_W_arranged (global.get $train.layer1_W_arranged))
    (local.set $d_h0_arranged (global.get $train.d_h0_arranged))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          (local.set $i (local.get $unit))
          (local.set $row_bytes (i32.const 0))
          (local.set $s (i32.const 0))
          (loop $each_s
            (local.set $t (i32.const 0))
            (loop $each_t
              (local.set $list
                (i32.add
                  (i32.add (global.get $scratch) (i32.const 256 (; lists, behind where they end ;)))
                  (i32.mul
                    (local.get $row_bytes)
                    (i32.const 100 (; a list's bytes by a number's ;)))))
              (local.set $m (i32.const 0))
              (loop $each_m
                (f32.store
                  (local.get $list)
                  (f32.load
                    (i32.add
                      (local.get $d_h1_linear_share)
                      (i32.shl
                        (i32.add
                          (i32.add
                            (i32.add
                              (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                              (i32.mul (local.get $m) (i32.const 16 (; 4·4 ;))))
                            (i32.mul (i32.div_u (local.get $s) (i32.const 2)) (i32.const 4)))
                          (i32.div_u (local.get $t) (i32.const 2)))
                        (i32.const 2)))))
                (i32.store offset=4
                  (local.get $list)
                  (i32.shl (i32.mul (local.get $m) (i32.const 100 (; 5·20 ;))) (i32.const 2)))
                (local.set $list
                  (i32.add
                    (local.get $list)
                    (i32.shl
                      (f32.eq
                        (f32.load
                          (i32.add
                            (local.get $h1_convolved)
                            (i32.shl
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $m) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $s) (i32.const 8)))
                                (local.get $t))
                              (i32.const 2))))
                        (f32.load
                          (i32.add
                            (local.get $h1_pooled)
                            (i32.shl
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                                    (i32.mul (local.get $m) (i32.const 16 (; 4·4 ;))))
                                  (i32.mul (i32.div_u (local.get $s) (i32.const 2)) (i32.const 4)))
                                (i32.div_u (local.get $t) (i32.const 2)))
                              (i32.const 2)))))
                      (i32.const 3))))
                (br_if $each_m
                  (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 50))))
              (i32.store (i32.add (global.get $scratch) (local.get $row_bytes)) (local.get $list))
              (local.set $row_bytes (i32.add (local.get $row_bytes) (i32.const 4)))
              (br_if $each_t
                (i32.lt_s (local.tee $t (i32.add (local.get $t) (i32.const 1))) (i32.const 8))))
            (br_if $each_s
              (i32.lt_s (local.tee $s (i32.add (local.get $s) (i32.const 1))) (i32.const 8))))
          (memory.fill
            (i32.add
              (local.get $d_h0_arranged)
              (i32.shl (i32.mul (local.get $i) (i32.const 2880 (; 12·12·20 ;))) (i32.const 2)))
            (i32.const 0)
            (i32.const 11520 (; bytes of what terms are added to ;)))
          (local.set $n (i32.const 0))
          (loop $each_n
            (local.set $row_bytes (i32.const 0))
            (local.set $s (i32.const 0))
            (loop $each_s
              (local.set $t (i32.const 0))
              (loop $each_t
                (local.set $sums
                  (i32.add
                    (local.get $d_h0_arranged)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 12·12·20 ;)))
                            (i32.mul (local.get $s) (i32.const 240 (; 12·20 ;))))
                          (i32.mul (local.get $t) (i32.const 20)))
                        (i32.mul (local.get $n) (i32.const 240 (; 12·20 ;))))
                      (i32.const 2))))
                (local.set $right
                  (i32.add
                    (local.get $layer1_W_arranged)
                    (i32.shl
                      (i32.mul (local.get $n) (i32.const 5000 (; 50·5·20 ;)))
                      (i32.const 2))))
                (call $list_terms_9
                  (i32.add
                    (i32.add
                      (global.get $scratch)
                      (i32.const 256 (; lists, behind where they end ;)))
                    (i32.mul
                      (local.get $row_bytes)
                      (i32.const 100 (; a list's bytes by a number's ;))))
                  (i32.load (i32.add (global.get $scratch) (local.get $row_bytes)))
                  (local.get $right)
                  (local.get $sums))
                (call $list_terms_8
                  (i32.add
                    (i32.add
                      (global.get $scratch)
                      (i32.const 256 (; lists, behind where they end ;)))
                    (i32.mul
                      (local.get $row_bytes)
                      (i32.const 100 (; a list's bytes by a number's ;))))
                  (i32.load (i32.add (global.get $scratch) (local.get $row_bytes)))
                  (i32.add (local.get $right) (i32.const 144 (; behind 36 columns ;)))
                  (i32.add (local.get $sums) (i32.const 144 (; behind 36 columns ;))))
                (call $list_terms_8
                  (i32.add
                    (i32.add
                      (global.get $scratch)
                      (i32.const 256 (; lists, behind where they end ;)))
                    (i32.mul
                      (local.get $row_bytes)
                      (i32.const 100 (; a list's bytes by a number's ;))))
                  (i32.load (i32.add (global.get $scratch) (local.get $row_bytes)))
                  (i32.add (local.get $right) (i32.const 272 (; behind 68 columns ;)))
                  (i32.add (local.get $sums) (i32.const 272 (; behind 68 columns ;))))
                (local.set $row_bytes (i32.add (local.get $row_bytes) (i32.const 4)))
                (br_if $each_t
                  (i32.lt_s (local.tee $t (i32.add (local.get $t) (i32.const 1))) (i32.const 8))))
              (br_if $each_s
                (i32.lt_s (local.tee $s (i32.add (local.get $s) (i32.const 1))) (i32.const 8))))
            (br_if $each_n
              (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; ∂cost/∂h0_linear ≡ d_h0_linear[i,j,k,l] = ∂cost/∂h0[i,j,k,l]·(1 − h0[i,j,k,l]·h0[i,j,k,l])
  ;;   where ∂cost/∂h0[i,j,k,l] = d_h0_arranged[i,k,l,j]
  ;;   for i < 500, j < 20, k < 12, l < 12
  ;; d_h0_linear_share[i,j,k,l] = d_h0_linear[i,j,k,l] / d_h0_linear_ties[i,j,k,l]
  ;;   where d_h0_linear_ties[i,j,k,l] = Σ_mn [h0_convolved[i,j,k·2 + m,l·2 + n] =
  ;;     h0_pooled[i,j,k,l]]
  ;;   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
  (func $train.d_h0_linear_and_d_h0_linear_share (param $from i32) (param $to i32)
    (local $d_h0_arranged i32) (local $h0 i32) (local $d_h0_linear i32) (local $h0_convolved i32)
    (local $h0_pooled i32) (local $d_h0_linear_share i32) (local $end i32) (local $i i32)
    (local $j i32) (local $k i32) (local $l i32) (local $d_h0_arranged.at i32) (local $m i32)
    (local $n i32) (local $h0_convolved.at i32) (local $d_h0_linear_ties.x4 v128)
    (local.set $d_h0_arranged (global.get $train.d_h0_arranged))
    (local.set $h0 (global.get $train.h0))
    (local.set $d_h0_linear (global.get $train.d_h0_linear))
    (local.set $h0_convolved (global.get $train.h0_convolved))
    (local.set $h0_pooled (global.get $train.h0_pooled))
    (local.set $d_h0_linear_share (global.get $train.d_h0_linear_share))
    (local.set $end (local.get $to))
    (local.set $i (local.get $from))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $d_h0_arranged.at
                  (i32.add
                    (local.get $d_h0_arranged)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 12·12·20 ;)))
                            (i32.mul (local.get $k) (i32.const 240 (; 12·20 ;))))
                          (i32.mul (local.get $l) (i32.const 20)))
                        (local.get $j))
                      (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $d_h0_linear)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                            (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                          (i32.mul (local.get $k) (i32.const 12)))
                        (local.get $l))
                      (i32.const 2)))
                  (f32x4.mul
                    (v128.load32_lane offset=240 3
                      (local.get $d_h0_arranged.at)
                      (v128.load32_lane offset=160 2
                        (local.get $d_h0_arranged.at)
                        (v128.load32_lane offset=80 1
                          (local.get $d_h0_arranged.at)
                          (v128.load32_zero (local.get $d_h0_arranged.at)))))
                    (f32x4.sub
                      (f32x4.splat (f32.const 1))
                      (f32x4.mul
                        (v128.load
                          (i32.add
                            (local.get $h0)
                            (i32.shl
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                    (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                                  (i32.mul (local.get $k) (i32.const 12)))
                                (local.get $l))
                              (i32.const 2))))
                        (v128.load
                          (i32.add
                            (local.get $h0)
                            (i32.shl
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                    (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                                  (i32.mul (local.get $k) (i32.const 12)))
                                (local.get $l))
                              (i32.const 2))))))))
                (local.set $d_h0_linear_ties.x4 (v128.const f32x4 0 0 0 0))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h0_convolved.at
                      (i32.add
                        (local.get $h0_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 11520 (; 20·24·24 ;)))
                                    (i32.mul (local.get $j) (i32.const 576 (; 24·24 ;))))
                                  (i32.mul (local.get $k) (i32.const 48 (; 2·24 ;))))
                                (i32.mul (local.get $m) (i32.const 24)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $d_h0_linear_ties.x4
                      (f32x4.add
                        (local.get $d_h0_linear_ties.x4)
                        (v128.and
                          (f32x4.eq
                            (v128.load32_lane offset=24 3
                              (local.get $h0_convolved.at)
                              (v128.load32_lane offset=16 2
                                (local.get $h0_convolved.at)
                                (v128.load32_lane offset=8 1
                                  (local.get $h0_convolved.at)
                                  (v128.load32_zero (local.get $h0_convolved.at)))))
                            (v128.load
                              (i32.add
                                (local.get $h0_pooled)
                                (i32.shl
                                  (i32.add
                                    (i32.add
                                      (i32.add
                                        (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                        (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                                      (i32.mul (local.get $k) (i32.const 12)))
                                    (local.get $l))
                                  (i32.const 2)))))
                          (v128.const f32x4 1 1 1 1))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $d_h0_linear_share)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                            (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                          (i32.mul (local.get $k) (i32.const 12)))
                        (local.get $l))
                      (i32.const 2)))
                  (f32x4.div
                    (v128.load
                      (i32.add
                        (local.get $d_h0_linear)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                              (i32.mul (local.get $k) (i32.const 12)))
                            (local.get $l))
                          (i32.const 2))))
                    (local.get $d_h0_linear_ties.x4)))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 12))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 12))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; x_arranged[i,j] = x[i,j]
  ;;   for i < 500, j < 784
  (func $train.x_arranged (param $from i32) (param $to i32)
    (local $x i32) (local $x_arranged i32) (local $end i32) (local $i i32) (local $j i32)
    (local.set $x (i32.load (global.get $train.x)))
    (local.set $x_arranged (global.get $train.x_arranged))
    (local.set $end
      (call $i32_min
        (i32.shl (local.get $to) (i32.const 4 (; ·16, i of a unit ;)))
        (i32.const 500)))
    (local.set $i (i32.shl (local.get $from) (i32.const 4 (; ·16, i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (loop $each_j
            (v128.store
              (i32.add
                (local.get $x_arranged)
                (i32.shl
                  (i32.add (i32.mul (local.get $i) (i32.const 784)) (local.get $j))
                  (i32.const 2)))
              (v128.load
                (i32.add
                  (local.get $x)
                  (i32.shl
                    (i32.add (i32.mul (local.get $i) (i32.const 784)) (local.get $j))
                    (i32.const 2)))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 784))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; d_layer0_W_arranged[i,j,k] = Σ_lmn d_h0_convolved[l,i,m,n]·x_arranged[l,m·28 + n + j·28 + k]
  ;;   for i < 20, j < 5, k < 5, l < 500, m < 24, n < 24
  ;; ∂cost/∂h0_convolved ≡ d_h0_convolved[l,i,m,n] = d_h0_linear_share[l,i,m / 2,n / 2] if
  ;;     h0_convolved[l,i,m,n] = h0_pooled[l,i,m / 2,n / 2] else 0
  ;;   for i < 20, l < 500, m < 24, n < 24
  ;;   from lists of what is not 0 of d_h0_convolved, in runs of 5 columns
  (func $train.d_layer0_W_arranged (param $from i32) (param $to i32)
    (local $h0_convolved i32) (local $h0_pooled i32) (local $d_h0_linear_share i32)
    (local $x_arranged i32) (local $d_layer0_W_arranged i32) (local $unit i32)
    (local $i_from i32) (local $i_to i32) (local $sums i32) (local $l i32) (local $i i32)
    (local $list i32) (local $q i32) (local $s i32) (local $t i32) (local $u i32)
    (local $right i32) (local $j i32)
    (local.set $h0_convolved (global.get $train.h0_convolved))
    (local.set $h0_pooled (global.get $train.h0_pooled))
    (local.set $d_h0_linear_share (global.get $train.d_h0_linear_share))
    (local.set $x_arranged (global.get $train.x_arranged))
    (local.set $d_layer0_W_arranged (global.get $train.d_layer0_W_arranged))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          (local.set $i_from (i32.mul (local.get $unit) (i32.const 5 (; rows of a part ;))))
          (local.set $i_to (i32.add (local.get $i_from) (i32.const 5 (; rows of a part ;))))
          (local.set $sums
            (i32.add (global.get $scratch) (i32.const 4672 (; sums, behind the lists ;))))
          (memory.fill
            (i32.add (global.get $scratch) (i32.const 4672 (; sums, behind the lists ;)))
            (i32.const 0)
            (i32.const 800 (; bytes of sums ;)))
          (local.set $l (i32.const 0))
          (loop $each_l
            (local.set $sums
              (i32.add (global.get $scratch) (i32.const 4672 (; sums, behind the lists ;))))
            (local.set $i (local.get $i_from))
            (loop $each_i
              (local.set $list (global.get $scratch))
              (local.set $q (i32.const 0))
              (loop $each_q
                (local.set $s (i32.const 0))
                (loop $each_s
                  (local.set $t (i32.const 0))
                  (loop $each_t
                    (local.set $u (i32.const 0))
                    (loop $each_u
                      (f32.store
                        (local.get $list)
                        (f32.load
                          (i32.add
                            (local.get $d_h0_linear_share)
                            (i32.shl
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $l) (i32.const 2880 (; 20·12·12 ;)))
                                    (i32.mul (local.get $i) (i32.const 144 (; 12·12 ;))))
                                  (i32.mul (local.get $q) (i32.const 12)))
                                (local.get $s))
                              (i32.const 2)))))
                      (i32.store offset=4
                        (local.get $list)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $q) (i32.const 56))
                                (i32.mul (local.get $t) (i32.const 28)))
                              (i32.mul (local.get $s) (i32.const 2)))
                            (local.get $u))
                          (i32.const 2)))
                      (local.set $list
                        (i32.add
                          (local.get $list)
                          (i32.shl
                            (f32.eq
                              (f32.load
                                (i32.add
                                  (local.get $h0_convolved)
                                  (i32.shl
                                    (i32.add
                                      (i32.add
                                        (i32.add
                                          (i32.add
                                            (i32.add
                                              (i32.mul
                                                (local.get $l)
                                                (i32.const 11520 (; 20·24·24 ;)))
                                              (i32.mul (local.get $i) (i32.const 576 (; 24·24 ;))))
                                            (i32.mul (local.get $q) (i32.const 48 (; 2·24 ;))))
                                          (i32.mul (local.get $t) (i32.const 24)))
                                        (i32.mul (local.get $s) (i32.const 2)))
                                      (local.get $u))
                                    (i32.const 2))))
                              (f32.load
                                (i32.add
                                  (local.get $h0_pooled)
                                  (i32.shl
                                    (i32.add
                                      (i32.add
                                        (i32.add
                                          (i32.mul (local.get $l) (i32.const 2880 (; 20·12·12 ;)))
                                          (i32.mul (local.get $i) (i32.const 144 (; 12·12 ;))))
                                        (i32.mul (local.get $q) (i32.const 12)))
                                      (local.get $s))
                                    (i32.const 2)))))
                            (i32.const 3))))
                      (br_if $each_u
                        (i32.lt_s
                          (local.tee $u (i32.add (local.get $u) (i32.const 1)))
                          (i32.const 2))))
                    (br_if $each_t
                      (i32.lt_s
                        (local.tee $t (i32.add (local.get $t) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_s
                    (i32.lt_s
                      (local.tee $s (i32.add (local.get $s) (i32.const 1)))
                      (i32.const 12))))
                (br_if $each_q
                  (i32.lt_s (local.tee $q (i32.add (local.get $q) (i32.const 1))) (i32.const 12))))
              (local.set $right
                (i32.add
                  (local.get $x_arranged)
                  (i32.shl (i32.mul (local.get $l) (i32.const 784)) (i32.const 2))))
              (call $list_terms_5x2
                (global.get $scratch)
                (local.get $list)
                (local.get $right)
                (i32.const 112 (; run ;))
                (local.get $sums))
              (local.set $sums (i32.add (local.get $sums) (i32.const 160 (; bytes of sums ;))))
              (br_if $each_i
                (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $i_to))))
            (br_if $each_l
              (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 500))))
          ;; the result of finished sums
          (local.set $sums
            (i32.add (global.get $scratch) (i32.const 4672 (; sums, behind the lists ;))))
          (local.set $i (local.get $i_from))
          (loop $each_i
            (local.set $j (i32.const 0))
            (loop $each_j
              (memory.copy
                (i32.add
                  (local.get $d_layer0_W_arranged)
                  (i32.shl
                    (i32.add
                      (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                      (i32.mul (local.get $j) (i32.const 5)))
                    (i32.const 2)))
                (local.get $sums)
                (i32.const 20 (; bytes of a run ;)))
              (local.set $sums
                (i32.add (local.get $sums) (i32.const 32 (; a run of sums, in vectors ;))))
              (br_if $each_j
                (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
            (br_if $each_i
              (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $i_to))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; layer0_W[i,j,k] ← layer0_W[i,j,k] − 0.1·∂cost/∂layer0_W[i,j,k]
  ;;   where ∂cost/∂layer0_W[i,j,k] = d_layer0_W_arranged[i,4 − j,4 − k]
  ;;   for i < 20, j < 5, k < 5
  (func $train.layer0_W
    (local $layer0_W i32) (local $d_layer0_W_arranged i32) (local $i i32) (local $j i32)
    (local $k i32)
    (local.set $layer0_W (global.get $layer0_W))
    (local.set $d_layer0_W_arranged (global.get $train.d_layer0_W_arranged))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $k (i32.const 0))
        ;; vectors of four k
        (loop $each_k
          (v128.store
            (i32.add
              (local.get $layer0_W)
              (i32.shl
                (i32.add
                  (i32.add
                    (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                    (i32.mul (local.get $j) (i32.const 5)))
                  (local.get $k))
                (i32.const 2)))
            (f32x4.sub
              (v128.load
                (i32.add
                  (local.get $layer0_W)
                  (i32.shl
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                        (i32.mul (local.get $j) (i32.const 5)))
                      (local.get $k))
                    (i32.const 2))))
              (f32x4.mul
                (f32x4.splat (f32.const 0.1))
                (v128.load32_lane 3
                  (i32.add
                    (local.get $d_layer0_W_arranged)
                    (i32.shl
                      (i32.add
                        (i32.sub
                          (i32.sub
                            (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                            (i32.mul (local.get $j) (i32.const 5)))
                          (i32.add (local.get $k) (i32.const 3)))
                        (i32.const 24))
                      (i32.const 2)))
                  (v128.load32_lane 2
                    (i32.add
                      (local.get $d_layer0_W_arranged)
                      (i32.shl
                        (i32.add
                          (i32.sub
                            (i32.sub
                              (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                              (i32.mul (local.get $j) (i32.const 5)))
                            (i32.add (local.get $k) (i32.const 2)))
                          (i32.const 24))
                        (i32.const 2)))
                    (v128.load32_lane 1
                      (i32.add
                        (local.get $d_layer0_W_arranged)
                        (i32.shl
                          (i32.add
                            (i32.sub
                              (i32.sub
                                (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                                (i32.mul (local.get $j) (i32.const 5)))
                              (i32.add (local.get $k) (i32.const 1)))
                            (i32.const 24))
                          (i32.const 2)))
                      (v128.load32_zero
                        (i32.add
                          (local.get $d_layer0_W_arranged)
                          (i32.shl
                            (i32.add
                              (i32.sub
                                (i32.sub
                                  (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                                  (i32.mul (local.get $j) (i32.const 5)))
                                (local.get $k))
                              (i32.const 24))
                            (i32.const 2))))))))))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 4))) (i32.const 4))))
        ;; the other k
        (loop $each_k
          (f32.store
            (i32.add
              (local.get $layer0_W)
              (i32.shl
                (i32.add
                  (i32.add
                    (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                    (i32.mul (local.get $j) (i32.const 5)))
                  (local.get $k))
                (i32.const 2)))
            (f32.sub
              (f32.load
                (i32.add
                  (local.get $layer0_W)
                  (i32.shl
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                        (i32.mul (local.get $j) (i32.const 5)))
                      (local.get $k))
                    (i32.const 2))))
              (f32.mul
                (f32.const 0.1)
                (f32.load
                  (i32.add
                    (local.get $d_layer0_W_arranged)
                    (i32.shl
                      (i32.add
                        (i32.sub
                          (i32.sub
                            (i32.mul (local.get $i) (i32.const 25 (; 5·5 ;)))
                            (i32.mul (local.get $j) (i32.const 5)))
                          (local.get $k))
                        (i32.const 24))
                      (i32.const 2)))))))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 5))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20)))))

  ;; layer0_b[i] ← layer0_b[i] − 0.1·∂cost/∂layer0_b[i]
  ;;   where ∂cost/∂layer0_b[i] = Σ_jkl d_h0_linear[j,i,k,l]
  ;;   for i < 20, j < 500, k < 12, l < 12
  (func $train.layer0_b (param $from i32) (param $to i32)
    (local $layer0_b i32) (local $d_h0_linear i32) (local $end i32) (local $i i32) (local $j i32)
    (local $k i32) (local $l i32) (local $d_layer0_b f64) (local $d_layer0_b.x4 v128)
    (local.set $layer0_b (global.get $layer0_b))
    (local.set $d_h0_linear (global.get $train.d_h0_linear))
    (local.set $end (local.get $to))
    (local.set $i (local.get $from))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $d_layer0_b (f64.const 0))
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (local.set $d_layer0_b.x4 (v128.const f32x4 0 0 0 0))
              (loop $each_l
                (local.set $d_layer0_b.x4
                  (f32x4.add
                    (local.get $d_layer0_b.x4)
                    (v128.load
                      (i32.add
                        (local.get $d_h0_linear)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $j) (i32.const 2880 (; 20·12·12 ;)))
                                (i32.mul (local.get $i) (i32.const 144 (; 12·12 ;))))
                              (i32.mul (local.get $k) (i32.const 12)))
                            (local.get $l))
                          (i32.const 2))))))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 12))))
              (local.set $d_layer0_b
                (f64.add
                  (local.get $d_layer0_b)
                  (f64.promote_f32 (call $f32x4_sum (local.get $d_layer0_b.x4)))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 12))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 500))))
          (f32.store
            (i32.add (local.get $layer0_b) (i32.shl (local.get $i) (i32.const 2)))
            (f32.sub
              (f32.load (i32.add (local.get $layer0_b) (i32.shl (local.get $i) (i32.const 2))))
              (f32.mul (f32.const 0.1) (f32.demote_f64 (local.get $d_layer0_b)))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; h0_arranged[i,j,k,l] = h0[i,l,j,k]
  ;;   for i < 500, j < 12, k < 12, l < 20
  (func $train.h0_arranged (param $from i32) (param $to i32)
    (local $h0 i32) (local $h0_arranged i32) (local $end i32) (local $i i32) (local $j i32)
    (local $k i32) (local $l i32) (local $h0_arranged.at i32) (local $four.lanes v128)
    (local.set $h0 (global.get $train.h0))
    (local.set $h0_arranged (global.get $train.h0_arranged))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 5 (; i of a unit ;))) (i32.const 500)))
    (local.set $i (i32.mul (local.get $from) (i32.const 5 (; i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            ;; vectors of four k
            (loop $each_k
              (local.set $l (i32.const 0))
              (loop $each_l
                (local.set $four.lanes
                  (v128.load
                    (i32.add
                      (local.get $h0)
                      (i32.shl
                        (i32.add
                          (i32.add
                            (i32.add
                              (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                              (i32.mul (local.get $l) (i32.const 144 (; 12·12 ;))))
                            (i32.mul (local.get $j) (i32.const 12)))
                          (local.get $k))
                        (i32.const 2)))))
                (local.set $h0_arranged.at
                  (i32.add
                    (local.get $h0_arranged)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 12·12·20 ;)))
                            (i32.mul (local.get $j) (i32.const 240 (; 12·20 ;))))
                          (i32.mul (local.get $k) (i32.const 20)))
                        (local.get $l))
                      (i32.const 2))))
                (v128.store32_lane 0 (local.get $h0_arranged.at) (local.get $four.lanes))
                (v128.store32_lane offset=80 1 (local.get $h0_arranged.at) (local.get $four.lanes))
                (v128.store32_lane offset=160 2 (local.get $h0_arranged.at) (local.get $four.lanes))
                (v128.store32_lane offset=240 3 (local.get $h0_arranged.at) (local.get $four.lanes))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 20))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 4))) (i32.const 12))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 12))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; d_layer1_W_arranged[i,j,k,l] = Σ_mnq d_h1_convolved[m,i,n,q]·h0_arranged[m,n + j,q + k,l]
  ;;   for i < 50, j < 5, k < 5, l < 20, m < 500, n < 8, q < 8
  ;; ∂cost/∂h1_convolved ≡ d_h1_convolved[m,i,n,q] = d_h1_linear_share[m,i,n / 2,q / 2] if
  ;;     h1_convolved[m,i,n,q] = h1_pooled[m,i,n / 2,q / 2] else 0
  ;;   for i < 50, m < 500, n < 8, q < 8
  ;;   from lists of what is not 0 of d_h1_convolved, in runs of 100 columns
  (func $train.d_layer1_W_arranged (param $from i32) (param $to i32)
    (local $h1_convolved i32) (local $h1_pooled i32) (local $d_h1_linear_share i32)
    (local $h0_arranged i32) (local $d_layer1_W_arranged i32) (local $unit i32)
    (local $i_from i32) (local $i_to i32) (local $sums i32) (local $m i32) (local $i i32)
    (local $list i32) (local $s i32) (local $t i32) (local $u i32) (local $v i32) (local $j i32)
    (local $right i32)
    (local.set $h1_convolved (global.get $train.h1_convolved))
    (local.set $h1_pooled (global.get $train.h1_pooled))
    (local.set $d_h1_linear_share (global.get $train.d_h1_linear_share))
    (local.set $h0_arranged (global.get $train.h0_arranged))
    (local.set $d_layer1_W_arranged (global.get $train.d_layer1_W_arranged))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          (local.set $i_from (i32.mul (local.get $unit) (i32.const 13 (; rows of a part ;))))
          (local.set $i_to
            (call $i32_min
              (i32.add (local.get $i_from) (i32.const 13 (; rows of a part ;)))
              (i32.const 50)))
          (local.set $sums
            (i32.add (global.get $scratch) (i32.const 576 (; sums, behind the lists ;))))
          (memory.fill
            (i32.add (global.get $scratch) (i32.const 576 (; sums, behind the lists ;)))
            (i32.const 0)
            (i32.const 26000 (; bytes of sums ;)))
          (local.set $m (i32.const 0))
          (loop $each_m
            (local.set $sums
              (i32.add (global.get $scratch) (i32.const 576 (; sums, behind the lists ;))))
            (local.set $i (local.get $i_from))
            (loop $each_i
              (local.set $list (global.get $scratch))
              (local.set $s (i32.const 0))
              (loop $each_s
                (local.set $t (i32.const 0))
                (loop $each_t
                  (local.set $u (i32.const 0))
                  (loop $each_u
                    (local.set $v (i32.const 0))
                    (loop $each_v
                      (f32.store
                        (local.get $list)
                        (f32.load
                          (i32.add
                            (local.get $d_h1_linear_share)
                            (i32.shl
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $m) (i32.const 800 (; 50·4·4 ;)))
                                    (i32.mul (local.get $i) (i32.const 16 (; 4·4 ;))))
                                  (i32.mul (local.get $s) (i32.const 4)))
                                (local.get $t))
                              (i32.const 2)))))
                      (i32.store offset=4
                        (local.get $list)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $s) (i32.const 480 (; 2·12·20 ;)))
                                (i32.mul (local.get $u) (i32.const 240 (; 12·20 ;))))
                              (i32.mul (local.get $t) (i32.const 40 (; 2·20 ;))))
                            (i32.mul (local.get $v) (i32.const 20)))
                          (i32.const 2)))
                      (local.set $list
                        (i32.add
                          (local.get $list)
                          (i32.shl
                            (f32.eq
                              (f32.load
                                (i32.add
                                  (local.get $h1_convolved)
                                  (i32.shl
                                    (i32.add
                                      (i32.add
                                        (i32.add
                                          (i32.add
                                            (i32.add
                                              (i32.mul (local.get $m) (i32.const 3200 (; 50·8·8 ;)))
                                              (i32.mul (local.get $i) (i32.const 64 (; 8·8 ;))))
                                            (i32.mul (local.get $s) (i32.const 16 (; 2·8 ;))))
                                          (i32.mul (local.get $u) (i32.const 8)))
                                        (i32.mul (local.get $t) (i32.const 2)))
                                      (local.get $v))
                                    (i32.const 2))))
                              (f32.load
                                (i32.add
                                  (local.get $h1_pooled)
                                  (i32.shl
                                    (i32.add
                                      (i32.add
                                        (i32.add
                                          (i32.mul (local.get $m) (i32.const 800 (; 50·4·4 ;)))
                                          (i32.mul (local.get $i) (i32.const 16 (; 4·4 ;))))
                                        (i32.mul (local.get $s) (i32.const 4)))
                                      (local.get $t))
                                    (i32.const 2)))))
                            (i32.const 3))))
                      (br_if $each_v
                        (i32.lt_s
                          (local.tee $v (i32.add (local.get $v) (i32.const 1)))
                          (i32.const 2))))
                    (br_if $each_u
                      (i32.lt_s
                        (local.tee $u (i32.add (local.get $u) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_t
                    (i32.lt_s (local.tee $t (i32.add (local.get $t) (i32.const 1))) (i32.const 4))))
                (br_if $each_s
                  (i32.lt_s (local.tee $s (i32.add (local.get $s) (i32.const 1))) (i32.const 4))))
              (local.set $j (i32.const 0))
              (loop $each_j
                (local.set $right
                  (i32.add
                    (local.get $h0_arranged)
                    (i32.shl
                      (i32.add
                        (i32.mul (local.get $m) (i32.const 2880 (; 12·12·20 ;)))
                        (i32.mul (local.get $j) (i32.const 240 (; 12·20 ;))))
                      (i32.const 2))))
                (call $list_terms_9
                  (global.get $scratch)
                  (local.get $list)
                  (local.get $right)
                  (local.get $sums))
                (call $list_terms_8
                  (global.get $scratch)
                  (local.get $list)
                  (i32.add (local.get $right) (i32.const 144 (; behind 36 columns ;)))
                  (i32.add (local.get $sums) (i32.const 144 (; behind 36 columns ;))))
                (call $list_terms_8
                  (global.get $scratch)
                  (local.get $list)
                  (i32.add (local.get $right) (i32.const 272 (; behind 68 columns ;)))
                  (i32.add (local.get $sums) (i32.const 272 (; behind 68 columns ;))))
                (local.set $sums (i32.add (local.get $sums) (i32.const 400 (; bytes of sums ;))))
                (br_if $each_j
                  (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
              (br_if $each_i
                (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $i_to))))
            (br_if $each_m
              (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 500))))
          ;; the result of finished sums
          (local.set $sums
            (i32.add (global.get $scratch) (i32.const 576 (; sums, behind the lists ;))))
          (local.set $i (local.get $i_from))
          (loop $each_i
            (local.set $j (i32.const 0))
            (loop $each_j
              (memory.copy
                (i32.add
                  (local.get $d_layer1_W_arranged)
                  (i32.shl
                    (i32.add
                      (i32.mul (local.get $i) (i32.const 500 (; 5·5·20 ;)))
                      (i32.mul (local.get $j) (i32.const 100 (; 5·20 ;))))
                    (i32.const 2)))
                (local.get $sums)
                (i32.const 400 (; bytes of a run ;)))
              (local.set $sums
                (i32.add (local.get $sums) (i32.const 400 (; a run of sums, in vectors ;))))
              (br_if $each_j
                (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
            (br_if $each_i
              (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $i_to))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; layer1_W[i,j,k,l] ← layer1_W[i,j,k,l] − 0.1·∂cost/∂layer1_W[i,j,k,l]
  ;;   where ∂cost/∂layer1_W[i,j,k,l] = d_layer1_W_arranged[i,4 − k,4 − l,j]
  ;;   for i < 50, j < 20, k < 5, l < 5
  (func $train.layer1_W
    (local $layer1_W i32) (local $d_layer1_W_arranged i32) (local $i i32) (local $j i32)
    (local $k i32) (local $l i32)
    (local.set $layer1_W (global.get $layer1_W))
    (local.set $d_layer1_W_arranged (global.get $train.d_layer1_W_arranged))
    (local.set $i (i32.const 0))
    (loop $each_i
      (local.set $j (i32.const 0))
      (loop $each_j
        (local.set $k (i32.const 0))
        (loop $each_k
          (local.set $l (i32.const 0))
          ;; vectors of four l
          (loop $each_l
            (v128.store
              (i32.add
                (local.get $layer1_W)
                (i32.shl
                  (i32.add
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 500 (; 20·5·5 ;)))
                        (i32.mul (local.get $j) (i32.const 25 (; 5·5 ;))))
                      (i32.mul (local.get $k) (i32.const 5)))
                    (local.get $l))
                  (i32.const 2)))
              (f32x4.sub
                (v128.load
                  (i32.add
                    (local.get $layer1_W)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 500 (; 20·5·5 ;)))
                            (i32.mul (local.get $j) (i32.const 25 (; 5·5 ;))))
                          (i32.mul (local.get $k) (i32.const 5)))
                        (local.get $l))
                      (i32.const 2))))
                (f32x4.mul
                  (f32x4.splat (f32.const 0.1))
                  (v128.load32_lane 3
                    (i32.add
                      (local.get $d_layer1_W_arranged)
                      (i32.shl
                        (i32.add
                          (i32.sub
                            (i32.sub
                              (i32.add
                                (i32.mul (local.get $i) (i32.const 500 (; 5·5·20 ;)))
                                (local.get $j))
                              (i32.mul (local.get $k) (i32.const 100 (; 5·20 ;))))
                            (i32.mul (i32.add (local.get $l) (i32.const 3)) (i32.const 20)))
                          (i32.const 480))
                        (i32.const 2)))
                    (v128.load32_lane 2
                      (i32.add
                        (local.get $d_layer1_W_arranged)
                        (i32.shl
                          (i32.add
                            (i32.sub
                              (i32.sub
                                (i32.add
                                  (i32.mul (local.get $i) (i32.const 500 (; 5·5·20 ;)))
                                  (local.get $j))
                                (i32.mul (local.get $k) (i32.const 100 (; 5·20 ;))))
                              (i32.mul (i32.add (local.get $l) (i32.const 2)) (i32.const 20)))
                            (i32.const 480))
                          (i32.const 2)))
                      (v128.load32_lane 1
                        (i32.add
                          (local.get $d_layer1_W_arranged)
                          (i32.shl
                            (i32.add
                              (i32.sub
                                (i32.sub
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 500 (; 5·5·20 ;)))
                                    (local.get $j))
                                  (i32.mul (local.get $k) (i32.const 100 (; 5·20 ;))))
                                (i32.mul (i32.add (local.get $l) (i32.const 1)) (i32.const 20)))
                              (i32.const 480))
                            (i32.const 2)))
                        (v128.load32_zero
                          (i32.add
                            (local.get $d_layer1_W_arranged)
                            (i32.shl
                              (i32.add
                                (i32.sub
                                  (i32.sub
                                    (i32.add
                                      (i32.mul (local.get $i) (i32.const 500 (; 5·5·20 ;)))
                                      (local.get $j))
                                    (i32.mul (local.get $k) (i32.const 100 (; 5·20 ;))))
                                  (i32.mul (local.get $l) (i32.const 20)))
                                (i32.const 480))
                              (i32.const 2))))))))))
            (br_if $each_l
              (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
          ;; the other l
          (loop $each_l
            (f32.store
              (i32.add
                (local.get $layer1_W)
                (i32.shl
                  (i32.add
                    (i32.add
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 500 (; 20·5·5 ;)))
                        (i32.mul (local.get $j) (i32.const 25 (; 5·5 ;))))
                      (i32.mul (local.get $k) (i32.const 5)))
                    (local.get $l))
                  (i32.const 2)))
              (f32.sub
                (f32.load
                  (i32.add
                    (local.get $layer1_W)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 500 (; 20·5·5 ;)))
                            (i32.mul (local.get $j) (i32.const 25 (; 5·5 ;))))
                          (i32.mul (local.get $k) (i32.const 5)))
                        (local.get $l))
                      (i32.const 2))))
                (f32.mul
                  (f32.const 0.1)
                  (f32.load
                    (i32.add
                      (local.get $d_layer1_W_arranged)
                      (i32.shl
                        (i32.add
                          (i32.sub
                            (i32.sub
                              (i32.add
                                (i32.mul (local.get $i) (i32.const 500 (; 5·5·20 ;)))
                                (local.get $j))
                              (i32.mul (local.get $k) (i32.const 100 (; 5·20 ;))))
                            (i32.mul (local.get $l) (i32.const 20)))
                          (i32.const 480))
                        (i32.const 2)))))))
            (br_if $each_l
              (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 5))))
          (br_if $each_k
            (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 5))))
        (br_if $each_j
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
      (br_if $each_i
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50)))))

  ;; layer1_b[i] ← layer1_b[i] − 0.1·∂cost/∂layer1_b[i]
  ;;   where ∂cost/∂layer1_b[i] = Σ_jkl d_h1_linear[j,i,k,l]
  ;;   for i < 50, j < 500, k < 4, l < 4
  (func $train.layer1_b (param $from i32) (param $to i32)
    (local $layer1_b i32) (local $d_h1_linear i32) (local $end i32) (local $i i32) (local $j i32)
    (local $k i32) (local $l i32) (local $d_layer1_b f64) (local $d_layer1_b.x4 v128)
    (local.set $layer1_b (global.get $layer1_b))
    (local.set $d_h1_linear (global.get $train.d_h1_linear))
    (local.set $end (call $i32_min (i32.shl (local.get $to) (i32.const 1)) (i32.const 50)))
    (local.set $i (i32.shl (local.get $from) (i32.const 1)))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $d_layer1_b (f64.const 0))
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (local.set $d_layer1_b.x4 (v128.const f32x4 0 0 0 0))
              (loop $each_l
                (local.set $d_layer1_b.x4
                  (f32x4.add
                    (local.get $d_layer1_b.x4)
                    (v128.load
                      (i32.add
                        (local.get $d_h1_linear)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.mul (local.get $j) (i32.const 800 (; 50·4·4 ;)))
                                (i32.mul (local.get $i) (i32.const 16 (; 4·4 ;))))
                              (i32.mul (local.get $k) (i32.const 4)))
                            (local.get $l))
                          (i32.const 2))))))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
              (local.set $d_layer1_b
                (f64.add
                  (local.get $d_layer1_b)
                  (f64.promote_f32 (call $f32x4_sum (local.get $d_layer1_b.x4)))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 500))))
          (f32.store
            (i32.add (local.get $layer1_b) (i32.shl (local.get $i) (i32.const 2)))
            (f32.sub
              (f32.load (i32.add (local.get $layer1_b) (i32.shl (local.get $i) (i32.const 2))))
              (f32.mul (f32.const 0.1) (f32.demote_f64 (local.get $d_layer1_b)))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; hidden_W[i,j] ← hidden_W[i,j] − 0.1·∂cost/∂hidden_W[i,j]
  ;;   where ∂cost/∂hidden_W[i,j] = Σ_k h1[k,i / 16,i / 4 mod 4,i mod 4]·d_h2_linear[k,j]
  ;;   for i < 800, j < 500, k < 500
  ;;   in 3 × 12 tiles of i × j, of h1 in place and a copied panel of d_h2_linear
  (func $train.hidden_W (param $from i32) (param $to i32)
    (local $hidden_W i32) (local $h1 i32) (local $d_h2_linear i32) (local $unit i32)
    (local $j_first i32) (local $i_from i32) (local $columns i32) (local $i_to i32)
    (local $sums i32) (local $right i32) (local $i_first i32) (local $i_tile i32)
    (local $i_end i32) (local $i i32) (local $c i32) (local $sums.row i32)
    (local $hidden_W.row i32) (local $x4.factor v128)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 24000 (; sums, behind what is copied ;))))
    (local.set $x4.factor (f32x4.splat (f32.const 0.1)))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $h1 (global.get $train.h1))
    (local.set $d_h2_linear (global.get $train.d_h2_linear))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $j_first
            (i32.mul
              (i32.div_u (local.get $unit) (i32.const 6 (; parts of 144 i ;)))
              (i32.const 12 (; j of a panel ;))))
          (local.set $i_from
            (i32.mul
              (i32.rem_u (local.get $unit) (i32.const 6 (; parts of 144 i ;)))
              (i32.const 144 (; i of a part ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $j_first)) (i32.const 12)))
          (local.set $i_to
            (call $i32_min
              (i32.const 800)
              (i32.add (local.get $i_from) (i32.const 144 (; i of a part ;)))))
          (local.set $right
            (i32.add (local.get $d_h2_linear) (i32.shl (local.get $j_first) (i32.const 2))))
          ;; a panel of the right operand, row by row
          (call $copy_rows_3
            (local.get $right)
            (i32.const 500 (; steps ;))
            (i32.const 2000 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 3 i
          (local.set $i_first (local.get $i_from))
          (loop $each_i_first
            (local.set $i_tile
              (call $i32_min
                (local.get $i_first)
                (i32.const 797 (; where the last whole tile begins ;))))
            (call $tile_3x3_transposed
              (i32.add (local.get $h1) (i32.shl (local.get $i_tile) (i32.const 2)))
              (local.get $right)
              (i32.const 500 (; steps ;))
              (i32.const 3200 (; left_step ;))
              (i32.const 48 (; right_step ;))
              (local.get $sums))
            (local.set $i_end
              (call $i32_min (i32.add (local.get $i_first) (i32.const 3)) (local.get $i_to)))
            ;; the result of finished sums
            (local.set $sums.row
              (i32.add
                (local.get $sums)
                (i32.mul
                  (i32.sub (local.get $i_first) (local.get $i_tile))
                  (i32.const 48 (; a row of sums, in bytes ;)))))
            (local.set $hidden_W.row
              (i32.add
                (i32.add (local.get $hidden_W) (i32.shl (local.get $j_first) (i32.const 2)))
                (i32.mul (local.get $i_first) (i32.const 2000 (; a row of hidden_W, in bytes ;)))))
            (local.set $i (local.get $i_first))
            (loop $each_i
              (if
                (i32.eq (local.get $columns) (i32.const 12 (; all of a panel ;)))
                (then
                  (v128.store
                    (local.get $hidden_W.row)
                    (f32x4.relaxed_nmadd
                      (local.get $x4.factor)
                      (v128.load (local.get $sums.row))
                      (v128.load (local.get $hidden_W.row))))
                  (v128.store offset=16
                    (local.get $hidden_W.row)
                    (f32x4.relaxed_nmadd
                      (local.get $x4.factor)
                      (v128.load offset=16 (local.get $sums.row))
                      (v128.load offset=16 (local.get $hidden_W.row))))
                  (v128.store offset=32
                    (local.get $hidden_W.row)
                    (f32x4.relaxed_nmadd
                      (local.get $x4.factor)
                      (v128.load offset=32 (local.get $sums.row))
                      (v128.load offset=32 (local.get $hidden_W.row)))))
                (else
                  (local.set $c (i32.const 0))
                  (loop $each_c
                    (v128.store
                      (i32.add (local.get $hidden_W.row) (i32.shl (local.get $c) (i32.const 2)))
                      (f32x4.relaxed_nmadd
                        (local.get $x4.factor)
                        (v128.load
                          (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                        (v128.load
                          (i32.add
                            (local.get $hidden_W.row)
                            (i32.shl (local.get $c) (i32.const 2))))))
                    (br_if $each_c
                      (i32.lt_s
                        (local.tee $c (i32.add (local.get $c) (i32.const 4)))
                        (local.get $columns))))))
              (local.set $sums.row
                (i32.add (local.get $sums.row) (i32.const 48 (; a row of sums, in bytes ;))))
              (local.set $hidden_W.row
                (i32.add
                  (local.get $hidden_W.row)
                  (i32.const 2000 (; a row of hidden_W, in bytes ;))))
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

  ;; hidden_b[i] ← hidden_b[i] − 0.1·∂cost/∂hidden_b[i]
  ;;   where ∂cost/∂hidden_b[i] = Σ_j d_h2_linear[j,i]
  ;;   for i < 500, j < 500
  ;;   in 16 columns i at a time, of d_h2_linear in place
  (func $train.hidden_b (param $from i32) (param $to i32)
    (local $hidden_b i32) (local $d_h2_linear i32) (local $unit i32) (local $i_first i32)
    (local $columns i32) (local $sums i32) (local $right i32) (local $c i32)
    (local $sums.row i32) (local $hidden_b.row i32) (local $x4.factor v128)
    (local.set $sums (global.get $scratch))
    (local.set $x4.factor (f32x4.splat (f32.const 0.1)))
    (local.set $hidden_b (global.get $hidden_b))
    (local.set $d_h2_linear (global.get $train.d_h2_linear))
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
            (i32.add (local.get $d_h2_linear) (i32.shl (local.get $i_first) (i32.const 2))))
          (call $column_sums_4
            (local.get $right)
            (i32.const 500 (; steps ;))
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

  ;; output_W[i,j] ← output_W[i,j] − 0.1·∂cost/∂output_W[i,j]
  ;;   where ∂cost/∂output_W[i,j] = Σ_k h2[k,i]·d_p_logits[k,j]
  ;;   for i < 500, j < 10, k < 500
  ;;   in 5 × 8 tiles of j × i, of d_p_logits and h2 in place
  (func $train.output_W (param $from i32) (param $to i32)
    (local $output_W i32) (local $h2 i32) (local $d_p_logits i32) (local $unit i32)
    (local $i_first i32) (local $columns i32) (local $sums i32) (local $right i32)
    (local $j_first i32) (local $j_end i32) (local $i i32) (local $sums.column i32)
    (local $j i32)
    (local.set $sums (global.get $scratch))
    (local.set $output_W (global.get $output_W))
    (local.set $h2 (global.get $train.h2))
    (local.set $d_p_logits (global.get $train.d_p_logits))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i_first (i32.shl (local.get $unit) (i32.const 3 (; ·8, i of a panel ;))))
          (local.set $columns
            (call $i32_min (i32.sub (i32.const 500) (local.get $i_first)) (i32.const 8)))
          (local.set $right (i32.add (local.get $h2) (i32.shl (local.get $i_first) (i32.const 2))))
          ;; tiles of 5 j
          (local.set $j_first (i32.const 0))
          (loop $each_j_first
            (call $tile_5x2_transposed
              (i32.add (local.get $d_p_logits) (i32.shl (local.get $j_first) (i32.const 2)))
              (local.get $right)
              (i32.const 500 (; steps ;))
              (i32.const 40 (; left_step ;))
              (i32.const 2000 (; right_step ;))
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
                        (local.get $output_W)
                        (i32.shl
                          (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                          (i32.const 2)))
                      (f32x4.relaxed_nmadd
                        (f32x4.splat (f32.const 0.1))
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
                            (local.get $output_W)
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
                        (local.get $output_W)
                        (i32.shl
                          (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                          (i32.const 2)))
                      (f32.sub
                        (f32.load
                          (i32.add
                            (local.get $output_W)
                            (i32.shl
                              (i32.add (i32.mul (local.get $i) (i32.const 10)) (local.get $j))
                              (i32.const 2))))
                        (f32.mul
                          (f32.const 0.1)
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
                  (i32.add (local.get $i_first) (local.get $columns)))))
            (br_if $each_j_first
              (i32.lt_s
                (local.tee $j_first (i32.add (local.get $j_first) (i32.const 5)))
                (i32.const 10))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; output_b[i] ← output_b[i] − 0.1·∂cost/∂output_b[i]
  ;;   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
  ;;   for i < 10, j < 500
  ;;   in 12 columns i at a time, of d_p_logits in place
  (func $train.output_b (param $from i32) (param $to i32)
    (local $output_b i32) (local $d_p_logits i32) (local $unit i32) (local $i_first i32)
    (local $sums i32) (local $right i32) (local $c i32) (local $sums.row i32)
    (local $output_b.row i32) (local $x4.factor v128)
    (local.set $sums (global.get $scratch))
    (local.set $x4.factor (f32x4.splat (f32.const 0.1)))
    (local.set $output_b (global.get $output_b))
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
            (i32.const 500 (; steps ;))
            (i32.const 40 (; right_step ;))
            (local.get $sums))
          ;; the result of finished sums
          (local.set $sums.row (local.get $sums))
          (local.set $output_b.row
            (i32.add (local.get $output_b) (i32.shl (local.get $i_first) (i32.const 2))))
          (local.set $c (i32.const 0))
          ;; vectors of four c
          (loop $each_c
            (v128.store
              (i32.add (local.get $output_b.row) (i32.shl (local.get $c) (i32.const 2)))
              (f32x4.relaxed_nmadd
                (local.get $x4.factor)
                (v128.load (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2))))
                (v128.load
                  (i32.add (local.get $output_b.row) (i32.shl (local.get $c) (i32.const 2))))))
            (br_if $each_c
              (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 4))) (i32.const 8))))
          ;; the other c
          (loop $each_c
            (f32.store
              (i32.add (local.get $output_b.row) (i32.shl (local.get $c) (i32.const 2)))
              (f32.sub
                (f32.load
                  (i32.add (local.get $output_b.row) (i32.shl (local.get $c) (i32.const 2))))
                (f32.mul
                  (f32.const 0.1)
                  (f32.load
                    (i32.add (local.get $sums.row) (i32.shl (local.get $c) (i32.const 2)))))))
            (br_if $each_c
              (i32.lt_s (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const 10))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; train(index) → cost; updates layer0_W, layer0_b, layer1_W, layer1_b, hidden_W, hidden_b,
  ;;     output_W, output_b
  (func $train
    (i32.store
      (global.get $train.x)
      (i32.add
        (i32.load (global.get $trainX))
        (i32.shl
          (i32.mul
            (i32.wrap_i64 (i64.load (global.get $train.index)))
            (i32.const 392000 (; 500·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $trainY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 500))
          (i32.const 2))))
    (call $share (global.get $train.h0_convolved.job) (i32.const 500 (; units ;)))
    (call $share (global.get $train.h0_pooled_and_h0.job) (i32.const 500 (; units ;)))
    (call $share (global.get $train.h1_convolved.job) (i32.const 500 (; units ;)))
    (call $share (global.get $train.h1_pooled_and_h1.job) (i32.const 167 (; units ;)))
    (call $share (global.get $train.h2.job) (i32.const 168 (; units ;)))
    (call $share (global.get $train.p_logits.job) (i32.const 4 (; units ;)))
    (call $train.cost_and_d_p_logits)
    (call $share (global.get $train.d_h2_linear.job) (i32.const 42 (; units ;)))
    (call $share (global.get $train.d_h1_linear.job) (i32.const 268 (; units ;)))
    (call $share (global.get $train.d_h1_linear_share.job) (i32.const 167 (; units ;)))
    (call $train.layer1_W_arranged)
    (call $share (global.get $train.d_h0_arranged.job) (i32.const 500 (; units ;)))
    (call $share
      (global.get $train.d_h0_linear_and_d_h0_linear_share.job)
      (i32.const 500 (; units ;)))
    (call $share (global.get $train.x_arranged.job) (i32.const 32 (; units ;)))
    (call $share (global.get $train.d_layer0_W_arranged.job) (i32.const 4 (; units ;)))
    (call $train.layer0_W)
    (call $share (global.get $train.layer0_b.job) (i32.const 20 (; units ;)))
    (call $share (global.get $train.h0_arranged.job) (i32.const 100 (; units ;)))
    (call $share (global.get $train.d_layer1_W_arranged.job) (i32.const 4 (; units ;)))
    (call $train.layer1_W)
    (call $share (global.get $train.layer1_b.job) (i32.const 25 (; units ;)))
    (call $share (global.get $train.hidden_W.job) (i32.const 252 (; units ;)))
    (call $share (global.get $train.hidden_b.job) (i32.const 32 (; units ;)))
    (call $share (global.get $train.output_W.job) (i32.const 63 (; units ;)))
    (call $train.output_b (i32.const 0) (i32.const 1 (; units ;))))

  ;; h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
  ;;   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
  ;;   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
  ;;   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
  ;; The same for test.
  (func $validate.h0 (param $from i32) (param $to i32)
    (local $h0_convolved i32) (local $layer0_b i32) (local $h0 i32) (local $end i32)
    (local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32) (local $n i32)
    (local $h0_convolved.at i32) (local $h0_pooled.x4 v128)
    (local.set $h0_convolved (global.get $train.h0_convolved))
    (local.set $layer0_b (global.get $layer0_b))
    (local.set $h0 (global.get $train.h0))
    (local.set $end (local.get $to))
    (local.set $i (local.get $from))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $h0_pooled.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h0_convolved.at
                      (i32.add
                        (local.get $h0_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 11520 (; 20·24·24 ;)))
                                    (i32.mul (local.get $j) (i32.const 576 (; 24·24 ;))))
                                  (i32.mul (local.get $k) (i32.const 48 (; 2·24 ;))))
                                (i32.mul (local.get $m) (i32.const 24)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h0_pooled.x4
                      (f32x4.max
                        (local.get $h0_pooled.x4)
                        (v128.load32_lane offset=24 3
                          (local.get $h0_convolved.at)
                          (v128.load32_lane offset=16 2
                            (local.get $h0_convolved.at)
                            (v128.load32_lane offset=8 1
                              (local.get $h0_convolved.at)
                              (v128.load32_zero (local.get $h0_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $h0)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                            (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                          (i32.mul (local.get $k) (i32.const 12)))
                        (local.get $l))
                      (i32.const 2)))
                  (call $f32x4_tanh
                    (f32x4.add
                      (local.get $h0_pooled.x4)
                      (v128.load32_splat
                        (i32.add (local.get $layer0_b) (i32.shl (local.get $j) (i32.const 2)))))))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 12))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 12))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
  ;;   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
  ;;   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
  ;;   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
  ;; The same for test.
  (func $validate.h1 (param $from i32) (param $to i32)
    (local $h1_convolved i32) (local $layer1_b i32) (local $h1 i32) (local $end i32)
    (local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32) (local $n i32)
    (local $h1_convolved.at i32) (local $h1.at i32) (local $h1_pooled.x4 v128)
    (local $four.lanes v128)
    (local.set $h1_convolved (global.get $train.h1_convolved))
    (local.set $layer1_b (global.get $layer1_b))
    (local.set $h1 (global.get $train.h1))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 3 (; i of a unit ;))) (i32.const 500)))
    (local.set $i (i32.mul (local.get $from) (i32.const 3 (; i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              (loop $each_l
                (local.set $h1_pooled.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h1_convolved.at
                      (i32.add
                        (local.get $h1_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $j) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $k) (i32.const 16 (; 2·8 ;))))
                                (i32.mul (local.get $m) (i32.const 8)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h1_pooled.x4
                      (f32x4.max
                        (local.get $h1_pooled.x4)
                        (v128.load32_lane offset=768 3
                          (local.get $h1_convolved.at)
                          (v128.load32_lane offset=512 2
                            (local.get $h1_convolved.at)
                            (v128.load32_lane offset=256 1
                              (local.get $h1_convolved.at)
                              (v128.load32_zero (local.get $h1_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (local.set $four.lanes
                  (call $f32x4_tanh
                    (f32x4.add
                      (local.get $h1_pooled.x4)
                      (v128.load
                        (i32.add (local.get $layer1_b) (i32.shl (local.get $j) (i32.const 2)))))))
                (local.set $h1.at
                  (i32.add
                    (local.get $h1)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2))))
                (v128.store32_lane 0 (local.get $h1.at) (local.get $four.lanes))
                (v128.store32_lane offset=64 1 (local.get $h1.at) (local.get $four.lanes))
                (v128.store32_lane offset=128 2 (local.get $h1.at) (local.get $four.lanes))
                (v128.store32_lane offset=192 3 (local.get $h1.at) (local.get $four.lanes))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 4))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 48))))
          ;; the other j
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $h1_pooled.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h1_convolved.at
                      (i32.add
                        (local.get $h1_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $j) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $k) (i32.const 16 (; 2·8 ;))))
                                (i32.mul (local.get $m) (i32.const 8)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h1_pooled.x4
                      (f32x4.max
                        (local.get $h1_pooled.x4)
                        (v128.load32_lane offset=24 3
                          (local.get $h1_convolved.at)
                          (v128.load32_lane offset=16 2
                            (local.get $h1_convolved.at)
                            (v128.load32_lane offset=8 1
                              (local.get $h1_convolved.at)
                              (v128.load32_zero (local.get $h1_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $h1)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2)))
                  (call $f32x4_tanh
                    (f32x4.add
                      (local.get $h1_pooled.x4)
                      (v128.load32_splat
                        (i32.add (local.get $layer1_b) (i32.shl (local.get $j) (i32.const 2)))))))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 50))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 500
  ;;   for i < 500, j < 10
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
        (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 500))))
    (local.set $errors (f32.div (f32.demote_f64 (local.get $errors_sum)) (f32.const 500)))
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
            (i32.const 392000 (; 500·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $validY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 500))
          (i32.const 2))))
    (call $share (global.get $train.h0_convolved.job) (i32.const 500 (; units ;)))
    (call $share (global.get $validate.h0.job) (i32.const 500 (; units ;)))
    (call $share (global.get $train.h1_convolved.job) (i32.const 500 (; units ;)))
    (call $share (global.get $validate.h1.job) (i32.const 167 (; units ;)))
    (call $share (global.get $train.h2.job) (i32.const 168 (; units ;)))
    (call $share (global.get $train.p_logits.job) (i32.const 4 (; units ;)))
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
            (i32.const 392000 (; 500·784 ;)))
          (i32.const 2))))
    (i32.store
      (global.get $train.y)
      (i32.add
        (i32.load (global.get $testY))
        (i32.shl
          (i32.mul (i32.wrap_i64 (i64.load (global.get $train.index))) (i32.const 500))
          (i32.const 2))))
    (call $share (global.get $train.h0_convolved.job) (i32.const 500 (; units ;)))
    (call $share (global.get $validate.h0.job) (i32.const 500 (; units ;)))
    (call $share (global.get $train.h1_convolved.job) (i32.const 500 (; units ;)))
    (call $share (global.get $validate.h1.job) (i32.const 167 (; units ;)))
    (call $share (global.get $train.h2.job) (i32.const 168 (; units ;)))
    (call $share (global.get $train.p_logits.job) (i32.const 4 (; units ;)))
    (call $validate.errors))

  ;; h0_convolved[i,j,k,l] = Σ_mn images[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
  ;;   for i < rows, j < 20, k < 24, l < 24, m < 5, n < 5
  ;;   in 5 × 8 tiles of j × kl, of layer0_W in place and a copied panel
  ;; The same for predict.
  (func $probabilities.h0_convolved (param $from i32) (param $to i32)
    (local $images i32) (local $layer0_W i32) (local $h0_convolved i32) (local $unit i32)
    (local $i i32) (local $kl_first i32) (local $sums i32) (local $at i32) (local $kl_at i32)
    (local $l i32) (local $k i32) (local $to_panel i32) (local $m i32) (local $n i32)
    (local $right i32) (local $j_first i32) (local $left i32) (local $j_end i32) (local $j i32)
    (local $sums.row i32) (local $h0_convolved.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 832 (; sums, behind what is copied ;))))
    (local.set $images (i32.load (global.get $probabilities.images)))
    (local.set $layer0_W (global.get $layer0_W))
    (local.set $h0_convolved (i32.load (global.get $probabilities.h0_convolved)))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i (local.get $unit))
          (local.set $kl_first (i32.const 0))
          (loop $each_kl_first
            ;; a panel of the right operand, column by column
            (local.set $at (i32.const 0))
            (loop $each_at
              (local.set $kl_at (i32.add (local.get $kl_first) (local.get $at)))
              (local.set $l (i32.rem_u (local.get $kl_at) (i32.const 24)))
              (local.set $k (i32.div_u (local.get $kl_at) (i32.const 24)))
              (local.set $to_panel
                (i32.add (global.get $scratch) (i32.shl (local.get $at) (i32.const 2))))
              (local.set $m (i32.const 0))
              (loop $each_m
                (local.set $n (i32.const 0))
                (loop $each_n
                  (v128.store
                    (local.get $to_panel)
                    (v128.load
                      (i32.add
                        (local.get $images)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.mul (local.get $i) (i32.const 784))
                                  (i32.mul (local.get $k) (i32.const 28)))
                                (i32.mul (local.get $m) (i32.const 28)))
                              (local.get $l))
                            (local.get $n))
                          (i32.const 2)))))
                  (local.set $to_panel
                    (i32.add
                      (local.get $to_panel)
                      (i32.const 32 (; a row of the panel, in bytes ;))))
                  (br_if $each_n
                    (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))
                (br_if $each_m
                  (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 5))))
              (br_if $each_at
                (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 8))))
            (local.set $right (global.get $scratch))
            ;; tiles of 5 j
            (local.set $j_first (i32.const 0))
            (loop $each_j_first
              (local.set $left
                (i32.add
                  (i32.add (local.get $layer0_W) (i32.const 96 (; element 24, in bytes ;)))
                  (i32.mul
                    (local.get $j_first)
                    (i32.const 100 (; from row to row of left, in bytes ;)))))
              (call $tile_5x2_strided
                (local.get $left)
                (i32.add (local.get $left) (i32.const 100 (; a row ;)))
                (i32.add (local.get $left) (i32.const 200 (; 2 rows ;)))
                (i32.add (local.get $left) (i32.const 300 (; 3 rows ;)))
                (i32.add (local.get $left) (i32.const 400 (; 4 rows ;)))
                (local.get $right)
                (i32.const 25 (; steps ;))
                (i32.const -4 (; left_step ;))
                (i32.const 32 (; right_step ;))
                (local.get $sums))
              (local.set $j_end (i32.add (local.get $j_first) (i32.const 5)))
              ;; the result of finished sums
              (local.set $sums.row (local.get $sums))
              (local.set $h0_convolved.row
                (i32.add
                  (i32.add
                    (local.get $h0_convolved)
                    (i32.shl
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 11520 (; 20·24·24 ;)))
                        (local.get $kl_first))
                      (i32.const 2)))
                  (i32.mul
                    (local.get $j_first)
                    (i32.const 2304 (; a row of h0_convolved, in bytes ;)))))
              (local.set $j (local.get $j_first))
              (loop $each_j
                (v128.store (local.get $h0_convolved.row) (v128.load (local.get $sums.row)))
                (v128.store offset=16
                  (local.get $h0_convolved.row)
                  (v128.load offset=16 (local.get $sums.row)))
                (local.set $sums.row
                  (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
                (local.set $h0_convolved.row
                  (i32.add
                    (local.get $h0_convolved.row)
                    (i32.const 2304 (; a row of h0_convolved, in bytes ;))))
                (br_if $each_j
                  (i32.lt_s
                    (local.tee $j (i32.add (local.get $j) (i32.const 1)))
                    (local.get $j_end))))
              (br_if $each_j_first
                (i32.lt_s
                  (local.tee $j_first (i32.add (local.get $j_first) (i32.const 5)))
                  (i32.const 20))))
            (br_if $each_kl_first
              (i32.lt_s
                (local.tee $kl_first (i32.add (local.get $kl_first) (i32.const 8)))
                (i32.const 576))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
  ;;   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
  ;;   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
  ;;   for i < rows, j < 20, k < 12, l < 12, m < 2, n < 2
  ;; The same for predict.
  (func $probabilities.h0 (param $from i32) (param $to i32)
    (local $h0_convolved i32) (local $layer0_b i32) (local $h0 i32) (local $end i32)
    (local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32) (local $n i32)
    (local $h0_convolved.at i32) (local $h0_pooled.x4 v128)
    (local.set $h0_convolved (i32.load (global.get $probabilities.h0_convolved)))
    (local.set $layer0_b (global.get $layer0_b))
    (local.set $h0 (i32.load (global.get $probabilities.h0)))
    (local.set $end (local.get $to))
    (local.set $i (local.get $from))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $h0_pooled.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h0_convolved.at
                      (i32.add
                        (local.get $h0_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 11520 (; 20·24·24 ;)))
                                    (i32.mul (local.get $j) (i32.const 576 (; 24·24 ;))))
                                  (i32.mul (local.get $k) (i32.const 48 (; 2·24 ;))))
                                (i32.mul (local.get $m) (i32.const 24)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h0_pooled.x4
                      (f32x4.max
                        (local.get $h0_pooled.x4)
                        (v128.load32_lane offset=24 3
                          (local.get $h0_convolved.at)
                          (v128.load32_lane offset=16 2
                            (local.get $h0_convolved.at)
                            (v128.load32_lane offset=8 1
                              (local.get $h0_convolved.at)
                              (v128.load32_zero (local.get $h0_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $h0)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                            (i32.mul (local.get $j) (i32.const 144 (; 12·12 ;))))
                          (i32.mul (local.get $k) (i32.const 12)))
                        (local.get $l))
                      (i32.const 2)))
                  (call $f32x4_tanh
                    (f32x4.add
                      (local.get $h0_pooled.x4)
                      (v128.load32_splat
                        (i32.add (local.get $layer0_b) (i32.shl (local.get $j) (i32.const 2)))))))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 12))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 12))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
  ;;   for i < rows, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
  ;;   in 5 × 8 tiles of j × kl, of layer1_W in place and a copied panel
  ;; The same for predict.
  (func $probabilities.h1_convolved (param $from i32) (param $to i32)
    (local $h0 i32) (local $layer1_W i32) (local $h1_convolved i32) (local $unit i32)
    (local $i i32) (local $kl_first i32) (local $sums i32) (local $at i32) (local $kl_at i32)
    (local $l i32) (local $k i32) (local $to_panel i32) (local $m i32) (local $n i32)
    (local $q i32) (local $right i32) (local $j_first i32) (local $left i32) (local $j_end i32)
    (local $j i32) (local $sums.row i32) (local $h1_convolved.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 16000 (; sums, behind what is copied ;))))
    (local.set $h0 (i32.load (global.get $probabilities.h0)))
    (local.set $layer1_W (global.get $layer1_W))
    (local.set $h1_convolved (i32.load (global.get $probabilities.h1_convolved)))
    (local.set $unit (local.get $from))
    (if
      (i32.lt_s (local.get $unit) (local.get $to))
      (then
        (loop $each_unit
          ;; what the unit's number stands for
          (local.set $i (local.get $unit))
          (local.set $kl_first (i32.const 0))
          (loop $each_kl_first
            ;; a panel of the right operand, column by column
            (local.set $at (i32.const 0))
            (loop $each_at
              (local.set $kl_at (i32.add (local.get $kl_first) (local.get $at)))
              (local.set $l (i32.rem_u (local.get $kl_at) (i32.const 8)))
              (local.set $k (i32.div_u (local.get $kl_at) (i32.const 8)))
              (local.set $to_panel
                (i32.add (global.get $scratch) (i32.shl (local.get $at) (i32.const 2))))
              (local.set $m (i32.const 0))
              (loop $each_m
                (local.set $n (i32.const 0))
                (loop $each_n
                  (local.set $q (i32.const 0))
                  (loop $each_q
                    (v128.store
                      (local.get $to_panel)
                      (v128.load
                        (i32.add
                          (local.get $h0)
                          (i32.shl
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.add
                                      (i32.mul (local.get $i) (i32.const 2880 (; 20·12·12 ;)))
                                      (i32.mul (local.get $m) (i32.const 144 (; 12·12 ;))))
                                    (i32.mul (local.get $k) (i32.const 12)))
                                  (i32.mul (local.get $n) (i32.const 12)))
                                (local.get $l))
                              (local.get $q))
                            (i32.const 2)))))
                    (local.set $to_panel
                      (i32.add
                        (local.get $to_panel)
                        (i32.const 32 (; a row of the panel, in bytes ;))))
                    (br_if $each_q
                      (i32.lt_s
                        (local.tee $q (i32.add (local.get $q) (i32.const 1)))
                        (i32.const 5))))
                  (br_if $each_n
                    (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))
                (br_if $each_m
                  (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 20))))
              (br_if $each_at
                (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 8))))
            (local.set $right (global.get $scratch))
            ;; tiles of 5 j
            (local.set $j_first (i32.const 0))
            (loop $each_j_first
              (local.set $left
                (i32.add
                  (i32.add (local.get $layer1_W) (i32.const 96 (; element 24, in bytes ;)))
                  (i32.mul
                    (local.get $j_first)
                    (i32.const 2000 (; from row to row of left, in bytes ;)))))
              (call $tile_5x2_strided_2_loops
                (local.get $left)
                (i32.add (local.get $left) (i32.const 2000 (; a row ;)))
                (i32.add (local.get $left) (i32.const 4000 (; 2 rows ;)))
                (i32.add (local.get $left) (i32.const 6000 (; 3 rows ;)))
                (i32.add (local.get $left) (i32.const 8000 (; 4 rows ;)))
                (local.get $right)
                (i32.const 20 (; steps_1 ;))
                (i32.const 200 (; left_step_1 ;))
                (i32.const 0 (; right_step_1 ;))
                (i32.const 25 (; steps ;))
                (i32.const -4 (; left_step ;))
                (i32.const 32 (; right_step ;))
                (local.get $sums))
              (local.set $j_end (i32.add (local.get $j_first) (i32.const 5)))
              ;; the result of finished sums
              (local.set $sums.row (local.get $sums))
              (local.set $h1_convolved.row
                (i32.add
                  (i32.add
                    (local.get $h1_convolved)
                    (i32.shl
                      (i32.add
                        (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                        (local.get $kl_first))
                      (i32.const 2)))
                  (i32.shl
                    (local.get $j_first)
                    (i32.const 8 (; ·256, a row of h1_convolved, in bytes ;)))))
              (local.set $j (local.get $j_first))
              (loop $each_j
                (v128.store (local.get $h1_convolved.row) (v128.load (local.get $sums.row)))
                (v128.store offset=16
                  (local.get $h1_convolved.row)
                  (v128.load offset=16 (local.get $sums.row)))
                (local.set $sums.row
                  (i32.add (local.get $sums.row) (i32.const 32 (; a row of sums, in bytes ;))))
                (local.set $h1_convolved.row
                  (i32.add
                    (local.get $h1_convolved.row)
                    (i32.const 256 (; a row of h1_convolved, in bytes ;))))
                (br_if $each_j
                  (i32.lt_s
                    (local.tee $j (i32.add (local.get $j) (i32.const 1)))
                    (local.get $j_end))))
              (br_if $each_j_first
                (i32.lt_s
                  (local.tee $j_first (i32.add (local.get $j_first) (i32.const 5)))
                  (i32.const 50))))
            (br_if $each_kl_first
              (i32.lt_s
                (local.tee $kl_first (i32.add (local.get $kl_first) (i32.const 8)))
                (i32.const 64))))
          (br_if $each_unit
            (i32.lt_s
              (local.tee $unit (i32.add (local.get $unit) (i32.const 1)))
              (local.get $to)))))))

  ;; h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
  ;;   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
  ;;   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
  ;;   for i < rows, j < 50, k < 4, l < 4, m < 2, n < 2
  ;; The same for predict.
  (func $probabilities.h1 (param $from i32) (param $to i32)
    (local $h1_convolved i32) (local $layer1_b i32) (local $h1 i32) (local $rows i32)
    (local $end i32) (local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32)
    (local $n i32) (local $h1_convolved.at i32) (local $h1.at i32) (local $h1_pooled.x4 v128)
    (local $four.lanes v128)
    (local.set $h1_convolved (i32.load (global.get $probabilities.h1_convolved)))
    (local.set $layer1_b (global.get $layer1_b))
    (local.set $h1 (i32.load (global.get $probabilities.h1)))
    (local.set $rows (i32.load (global.get $probabilities.rows)))
    (local.set $end
      (call $i32_min (i32.mul (local.get $to) (i32.const 3 (; i of a unit ;))) (local.get $rows)))
    (local.set $i (i32.mul (local.get $from) (i32.const 3 (; i of a unit ;))))
    (if
      (i32.lt_s (local.get $i) (local.get $end))
      (then
        (loop $each_i
          (local.set $j (i32.const 0))
          ;; vectors of four j
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              (loop $each_l
                (local.set $h1_pooled.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h1_convolved.at
                      (i32.add
                        (local.get $h1_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $j) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $k) (i32.const 16 (; 2·8 ;))))
                                (i32.mul (local.get $m) (i32.const 8)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h1_pooled.x4
                      (f32x4.max
                        (local.get $h1_pooled.x4)
                        (v128.load32_lane offset=768 3
                          (local.get $h1_convolved.at)
                          (v128.load32_lane offset=512 2
                            (local.get $h1_convolved.at)
                            (v128.load32_lane offset=256 1
                              (local.get $h1_convolved.at)
                              (v128.load32_zero (local.get $h1_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (local.set $four.lanes
                  (call $f32x4_tanh
                    (f32x4.add
                      (local.get $h1_pooled.x4)
                      (v128.load
                        (i32.add (local.get $layer1_b) (i32.shl (local.get $j) (i32.const 2)))))))
                (local.set $h1.at
                  (i32.add
                    (local.get $h1)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2))))
                (v128.store32_lane 0 (local.get $h1.at) (local.get $four.lanes))
                (v128.store32_lane offset=64 1 (local.get $h1.at) (local.get $four.lanes))
                (v128.store32_lane offset=128 2 (local.get $h1.at) (local.get $four.lanes))
                (v128.store32_lane offset=192 3 (local.get $h1.at) (local.get $four.lanes))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 1))) (i32.const 4))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 48))))
          ;; the other j
          (loop $each_j
            (local.set $k (i32.const 0))
            (loop $each_k
              (local.set $l (i32.const 0))
              ;; vectors of four l
              (loop $each_l
                (local.set $h1_pooled.x4 (v128.const f32x4 -inf -inf -inf -inf))
                (local.set $m (i32.const 0))
                (loop $each_m
                  (local.set $n (i32.const 0))
                  (loop $each_n
                    (local.set $h1_convolved.at
                      (i32.add
                        (local.get $h1_convolved)
                        (i32.shl
                          (i32.add
                            (i32.add
                              (i32.add
                                (i32.add
                                  (i32.add
                                    (i32.mul (local.get $i) (i32.const 3200 (; 50·8·8 ;)))
                                    (i32.mul (local.get $j) (i32.const 64 (; 8·8 ;))))
                                  (i32.mul (local.get $k) (i32.const 16 (; 2·8 ;))))
                                (i32.mul (local.get $m) (i32.const 8)))
                              (i32.mul (local.get $l) (i32.const 2)))
                            (local.get $n))
                          (i32.const 2))))
                    (local.set $h1_pooled.x4
                      (f32x4.max
                        (local.get $h1_pooled.x4)
                        (v128.load32_lane offset=24 3
                          (local.get $h1_convolved.at)
                          (v128.load32_lane offset=16 2
                            (local.get $h1_convolved.at)
                            (v128.load32_lane offset=8 1
                              (local.get $h1_convolved.at)
                              (v128.load32_zero (local.get $h1_convolved.at)))))))
                    (br_if $each_n
                      (i32.lt_s
                        (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                        (i32.const 2))))
                  (br_if $each_m
                    (i32.lt_s (local.tee $m (i32.add (local.get $m) (i32.const 1))) (i32.const 2))))
                (v128.store
                  (i32.add
                    (local.get $h1)
                    (i32.shl
                      (i32.add
                        (i32.add
                          (i32.add
                            (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                            (i32.mul (local.get $j) (i32.const 16 (; 4·4 ;))))
                          (i32.mul (local.get $k) (i32.const 4)))
                        (local.get $l))
                      (i32.const 2)))
                  (call $f32x4_tanh
                    (f32x4.add
                      (local.get $h1_pooled.x4)
                      (v128.load32_splat
                        (i32.add (local.get $layer1_b) (i32.shl (local.get $j) (i32.const 2)))))))
                (br_if $each_l
                  (i32.lt_s (local.tee $l (i32.add (local.get $l) (i32.const 4))) (i32.const 4))))
              (br_if $each_k
                (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 4))))
            (br_if $each_j
              (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 50))))
          (br_if $each_i
            (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $end)))))))

  ;; h2[i,j] = tanh(h2_linear[i,j])
  ;;   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
  ;;   for i < rows, j < 500, k < 800
  ;;   in 6 × 8 tiles of i × j, of h1 in place and a copied panel of hidden_W
  ;; The same for predict.
  (func $probabilities.h2 (param $from i32) (param $to i32)
    (local $h1 i32) (local $hidden_W i32) (local $hidden_b i32) (local $h2 i32) (local $rows i32)
    (local $unit i32) (local $j_first i32) (local $i_from i32) (local $columns i32)
    (local $i_to i32) (local $sums i32) (local $right i32) (local $i_first i32) (local $r i32)
    (local $i i32) (local $left_rows i32) (local $i_end i32) (local $c i32)
    (local $sums.row i32) (local $h2.row i32) (local $hidden_b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 25664 (; sums, behind the list of rows ;))))
    (local.set $h1 (i32.load (global.get $probabilities.h1)))
    (local.set $hidden_W (global.get $hidden_W))
    (local.set $hidden_b (global.get $hidden_b))
    (local.set $h2 (i32.load (global.get $probabilities.h2)))
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
            (i32.const 800 (; steps ;))
            (i32.const 2000 (; right_step ;))
            (global.get $scratch))
          (local.set $right (global.get $scratch))
          ;; tiles of 6 i
          (local.set $i_first (local.get $i_from))
          (if
            (i32.lt_s (local.get $i_first) (local.get $i_to))
            (then
              (loop $each_i_first
                ;; where rows of h1 begin
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
                        (i32.const 25600 (; where rows begin, behind what is copied ;)))
                      (i32.shl (local.get $r) (i32.const 2)))
                    (i32.add
                      (local.get $h1)
                      (i32.shl
                        (i32.mul (local.get $i) (i32.const 800 (; 50·4·4 ;)))
                        (i32.const 2))))
                  (br_if $each_r
                    (i32.lt_s (local.tee $r (i32.add (local.get $r) (i32.const 1))) (i32.const 6))))
                (local.set $left_rows
                  (i32.add
                    (global.get $scratch)
                    (i32.const 25600 (; where rows begin, behind what is copied ;))))
                (call $tile_6x2
                  (i32.load (local.get $left_rows))
                  (i32.load offset=4 (local.get $left_rows))
                  (i32.load offset=8 (local.get $left_rows))
                  (i32.load offset=12 (local.get $left_rows))
                  (i32.load offset=16 (local.get $left_rows))
                  (i32.load offset=20 (local.get $left_rows))
                  (local.get $right)
                  (i32.const 800 (; steps ;))
                  (i32.const 32 (; right_step ;))
                  (local.get $sums))
                (local.set $i_end
                  (call $i32_min (i32.add (local.get $i_first) (i32.const 6)) (local.get $i_to)))
                ;; the result of finished sums
                (local.set $sums.row (local.get $sums))
                (local.set $hidden_b.row
                  (i32.add (local.get $hidden_b) (i32.shl (local.get $j_first) (i32.const 2))))
                (local.set $h2.row
                  (i32.add
                    (i32.add (local.get $h2) (i32.shl (local.get $j_first) (i32.const 2)))
                    (i32.mul (local.get $i_first) (i32.const 2000 (; a row of h2, in bytes ;)))))
                (local.set $i (local.get $i_first))
                (loop $each_i
                  (if
                    (i32.eq (local.get $columns) (i32.const 8 (; all of a panel ;)))
                    (then
                      (v128.store
                        (local.get $h2.row)
                        (call $f32x4_tanh
                          (f32x4.add
                            (v128.load (local.get $sums.row))
                            (v128.load (local.get $hidden_b.row)))))
                      (v128.store offset=16
                        (local.get $h2.row)
                        (call $f32x4_tanh
                          (f32x4.add
                            (v128.load offset=16 (local.get $sums.row))
                            (v128.load offset=16 (local.get $hidden_b.row))))))
                    (else
                      (local.set $c (i32.const 0))
                      (loop $each_c
                        (v128.store
                          (i32.add (local.get $h2.row) (i32.shl (local.get $c) (i32.const 2)))
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
                  (local.set $h2.row
                    (i32.add (local.get $h2.row) (i32.const 2000 (; a row of h2, in bytes ;))))
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

  ;; scores_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
  ;;   for i < rows, j < 10, k < 500
  ;;   in 3 × 12 tiles of i × j, of h2 in place and a copied panel of output_W
  ;; The same for predict.
  (func $probabilities.scores_logits (param $from i32) (param $to i32)
    (local $h2 i32) (local $output_W i32) (local $output_b i32) (local $scores_logits i32)
    (local $rows i32) (local $unit i32) (local $j_first i32) (local $i_from i32)
    (local $i_to i32) (local $sums i32) (local $right i32) (local $i_first i32) (local $r i32)
    (local $i i32) (local $left_rows i32) (local $i_end i32) (local $c i32)
    (local $sums.row i32) (local $scores_logits.row i32) (local $output_b.row i32)
    (local.set $sums
      (i32.add (global.get $scratch) (i32.const 24064 (; sums, behind the list of rows ;))))
    (local.set $h2 (i32.load (global.get $probabilities.h2)))
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
                ;; where rows of h2 begin
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
                      (local.get $h2)
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
      (global.get $probabilities.h0_convolved)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 46080 (; 20·24·24·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h0)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 11520 (; 20·12·12·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h1_convolved)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 12800 (; 50·8·8·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h1)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 3200 (; 50·4·4·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h2)
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
      (global.get $probabilities.h0_convolved.job)
      (i32.load (global.get $probabilities.rows)))
    (call $share
      (global.get $probabilities.h0.job)
      (i32.div_u (i32.load (global.get $probabilities.rows)) (i32.const 1 (; steps of a unit ;))))
    (call $share
      (global.get $probabilities.h1_convolved.job)
      (i32.load (global.get $probabilities.rows)))
    (call $share
      (global.get $probabilities.h1.job)
      (i32.div_u
        (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 2 (; rounded up ;)))
        (i32.const 3 (; steps of a unit ;))))
    (call $share
      (global.get $probabilities.h2.job)
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
      (global.get $probabilities.h0_convolved)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 46080 (; 20·24·24·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h0)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 11520 (; 20·12·12·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h1_convolved)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 12800 (; 50·8·8·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h1)
      (call $allocate
        (global.get $free_memory)
        (f64.mul
          (f64.convert_i32_s (i32.load (global.get $probabilities.rows)))
          (f64.const 3200 (; 50·4·4·4 bytes ;)))))
    (i32.store
      (global.get $probabilities.h2)
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
      (global.get $probabilities.h0_convolved.job)
      (i32.load (global.get $probabilities.rows)))
    (call $share
      (global.get $probabilities.h0.job)
      (i32.div_u (i32.load (global.get $probabilities.rows)) (i32.const 1 (; steps of a unit ;))))
    (call $share
      (global.get $probabilities.h1_convolved.job)
      (i32.load (global.get $probabilities.rows)))
    (call $share
      (global.get $probabilities.h1.job)
      (i32.div_u
        (i32.add (i32.load (global.get $probabilities.rows)) (i32.const 2 (; rounded up ;)))
        (i32.const 3 (; steps of a unit ;))))
    (call $share
      (global.get $probabilities.h2.job)
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
  (export "initial_layer0_W" (func $initial_layer0_W))
  (export "initial_layer1_W" (func $initial_layer1_W))
  (export "initial_hidden_W" (func $initial_hidden_W))
  (export "train" (func $train))
  (export "validate" (func $validate))
  (export "test" (func $test))
  (export "probabilities" (func $probabilities))
  (export "predict" (func $predict))
)
