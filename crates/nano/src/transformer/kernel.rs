//! The dot products: 8-bit weights times 16-bit activations, summed in 32-bit integers.
//!
//! Almost all work of a forward pass is here, so it is written out for the processors that matter.
//! Integer sums are exact in any order, so every kernel returns the same numbers. Everything else in
//! the network is plain code that the compiler vectorises, one copy for each kernel.

use super::arithmetic::Quantised;
use super::weights::Matrix;

/// Rows of a block of weights: what a kernel sums side by side.
pub(super) const BLOCK: usize = 64;
/// Inputs that lie side by side in a [`Step`]: what one lane of `vpdpbusd` takes in.
pub(super) const QUAD: usize = 4;

/// The weights of [`BLOCK`] rows for [`QUAD`] inputs. A block of a matrix with `IN` inputs is
/// `IN / QUAD` of them, so that no sum runs across a register and memory is read in one sweep.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Step(pub(super) [[i8; QUAD]; BLOCK]);

/// One integer a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(super) struct Sums(pub(super) [i32; BLOCK]);

/// [`BLOCK`] rows of a matrix.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    /// `IN / QUAD` of them.
    pub(super) steps: &'a [Step],
    /// [`ZERO`] times the sum of each row's weights; not every kernel needs it.
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code))]
    pub(super) offsets: &'a Sums,
}

/// What an activation of zero is in [`Quantised`]'s unsigned bytes.
pub(super) const ZERO: i32 = 32_768;

/// A way to compute dot products. Values of the types that implement it are proofs that this
/// processor can: each can be had only where its instructions were detected.
pub(super) trait Kernel: Copy {
    /// `block[row] · x[t]` for every row and token.
    fn sums<const IN: usize, const T: usize>(
        self,
        block: Block,
        x: &[Quantised<IN>; T],
    ) -> [Sums; T];

    /// `out[t][row] = matrix[row] · x[t]`. Not inlined: where the compiler knows how `x` came about,
    /// it shuffles it from register to register instead of loading it.
    fn multiply<const IN: usize, const OUT: usize, const T: usize>(
        self,
        matrix: &Matrix<IN>,
        x: &[Quantised<IN>; T],
        out: &mut [[f32; OUT]; T],
    );
}

/// What [`Kernel::multiply`] does, to be inlined where `kernel`'s instructions may be used.
#[inline(always)]
fn multiply<const IN: usize, const OUT: usize, const T: usize>(
    kernel: impl Kernel,
    matrix: &Matrix<IN>,
    x: &[Quantised<IN>; T],
    out: &mut [[f32; OUT]; T],
) {
    let blocks = matrix.steps.chunks_exact(IN / QUAD).zip(&matrix.rows);
    for (b, (steps, rows)) in blocks.enumerate() {
        let sums = kernel.sums(Block { steps, offsets: &rows.offsets }, x);
        for t in 0..T {
            let out = &mut out[t][b * BLOCK..][..BLOCK];
            for i in 0..BLOCK {
                out[i] = sums[t].0[i] as f32 * (rows.scales[i] * x[t].size);
            }
        }
    }
}

/// Plain loops, for every processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Portable;

impl Kernel for Portable {
    #[inline(always)]
    fn sums<const IN: usize, const T: usize>(
        self,
        block: Block,
        x: &[Quantised<IN>; T],
    ) -> [Sums; T] {
        let mut all = [Sums([0; BLOCK]); T];
        for (x, all) in x.iter().zip(&mut all) {
            for (step, x) in block.steps.iter().zip(x.quads()) {
                let [a, b, c, d] = x.map(i32::from);
                for (sum, weights) in all.0.iter_mut().zip(&step.0) {
                    let w = weights.map(i32::from);
                    *sum += w[0] * a + w[1] * b + w[2] * c + w[3] * d;
                }
            }
        }
        all
    }

    #[inline(never)]
    fn multiply<const IN: usize, const OUT: usize, const T: usize>(
        self,
        matrix: &Matrix<IN>,
        x: &[Quantised<IN>; T],
        out: &mut [[f32; OUT]; T],
    ) {
        multiply(self, matrix, x, out);
    }
}

/// The instructions that a network computes with. Whichever they are, it computes the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(pub(super) Choice);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Portable(Portable),
    #[cfg(target_arch = "x86_64")]
    Sse2(Sse2),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Path {
    /// What this processor has, the slowest first.
    pub fn available() -> impl Iterator<Item = Path> {
        let paths = [
            Some(Choice::Portable(Portable)),
            #[cfg(target_arch = "x86_64")]
            Some(Choice::Sse2(Sse2)),
            #[cfg(target_arch = "x86_64")]
            Avx2::detect().map(Choice::Avx2),
            #[cfg(target_arch = "x86_64")]
            Avx512::detect().map(Choice::Avx512),
        ];
        paths.into_iter().flatten().map(Path)
    }

    /// The fastest that this processor has.
    pub fn best() -> Path {
        Path::available().last().unwrap_or(Path(Choice::Portable(Portable)))
    }

    /// `portable`, `sse2`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Choice::Portable(_) => "portable",
            #[cfg(target_arch = "x86_64")]
            Choice::Sse2(_) => "sse2",
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(_) => "avx512",
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512, Sse2};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use zerocopy::transmute;

    use super::{BLOCK, Block, Kernel, QUAD, Sums, multiply};
    use crate::transformer::arithmetic::Quantised;
    use crate::transformer::weights::Matrix;

    /// 128-bit registers, 16-bit products (`pmaddwd`): every processor of this architecture, so
    /// nothing needs to be detected.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Sse2;

    /// 256-bit registers, 16-bit products (`vpmaddwd`): most processors since 2013.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Avx2(());

    /// 512-bit registers, 8-bit products summed in 32 bits (`vpdpbusd`): Ice Lake, Zen 4 and later.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Avx512(());

    impl Avx2 {
        pub(in super::super) fn detect() -> Option<Avx2> {
            is_x86_feature_detected!("avx2").then_some(Avx2(()))
        }
    }

    impl Avx512 {
        pub(in super::super) fn detect() -> Option<Avx512> {
            let detected = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            detected.then_some(Avx512(()))
        }
    }

    /// A kernel of instructions that may have to be detected.
    macro_rules! kernel {
        ($kernel:ty, $features:literal, $sums:ident) => {
            impl Kernel for $kernel {
                #[inline(always)]
                fn sums<const IN: usize, const T: usize>(
                    self,
                    block: Block,
                    x: &[Quantised<IN>; T],
                ) -> [Sums; T] {
                    // SAFETY: `self` exists, so its instructions do.
                    unsafe { $sums(block, x) }
                }

                #[inline(always)]
                fn multiply<const IN: usize, const OUT: usize, const T: usize>(
                    self,
                    matrix: &Matrix<IN>,
                    x: &[Quantised<IN>; T],
                    out: &mut [[f32; OUT]; T],
                ) {
                    #[inline(never)]
                    #[target_feature(enable = $features)]
                    fn outlined<const IN: usize, const OUT: usize, const T: usize>(
                        kernel: $kernel,
                        matrix: &Matrix<IN>,
                        x: &[Quantised<IN>; T],
                        out: &mut [[f32; OUT]; T],
                    ) {
                        multiply(kernel, matrix, x, out);
                    }
                    // SAFETY: as above.
                    unsafe { outlined(self, matrix, x, out) }
                }
            }
        };
    }

    kernel!(Sse2, "sse2", sums_sse2);
    kernel!(Avx2, "avx2", sums_avx2);
    kernel!(Avx512, "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni", sums_avx512);

    #[inline]
    #[target_feature(enable = "sse2")]
    fn sums_sse2<const IN: usize, const T: usize>(
        block: Block,
        x: &[Quantised<IN>; T],
    ) -> [Sums; T] {
        /// Registers of weights a step.
        const LOADS: usize = 2;
        /// Rows in each.
        const ROWS: usize = 4;
        let steps = &block.steps[..IN / QUAD];
        let mut all = [Sums([0; BLOCK]); T];
        for (x, all) in x.iter().zip(&mut all) {
            for first in (0..BLOCK).step_by(LOADS * ROWS) {
                // Two rows a register, each as two sums that are added at the end.
                let mut sums = [[_mm_setzero_si128(); 2]; LOADS];
                for (step, &x) in steps.iter().zip(x.quads()) {
                    let rows = step.0[first..first + LOADS * ROWS].as_chunks::<ROWS>().0;
                    let x = _mm_set1_epi64x(transmute!(x));
                    for r in 0..LOADS {
                        let weights: __m128i = transmute!(rows[r]);
                        // There is no sign extension yet: the upper byte of each is its sign.
                        let signs = _mm_cmpgt_epi8(_mm_setzero_si128(), weights);
                        let low = _mm_unpacklo_epi8(weights, signs);
                        let high = _mm_unpackhi_epi8(weights, signs);
                        sums[r][0] = _mm_add_epi32(sums[r][0], _mm_madd_epi16(low, x));
                        sums[r][1] = _mm_add_epi32(sums[r][1], _mm_madd_epi16(high, x));
                    }
                }
                let out = all.0[first..first + LOADS * ROWS].as_chunks_mut::<ROWS>().0;
                for (out, [low, high]) in out.iter_mut().zip(sums) {
                    let (a, b) = (_mm_unpacklo_epi32(low, high), _mm_unpackhi_epi32(low, high));
                    let (a, b) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
                    *out = transmute!(_mm_add_epi32(a, b));
                }
            }
        }
        all
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn sums_avx2<const IN: usize, const T: usize>(
        block: Block,
        x: &[Quantised<IN>; T],
    ) -> [Sums; T] {
        /// Rows in a register, each as two sums that are added at the end.
        const ROWS: usize = 4;
        /// Registers of sums a token; three tokens' fit.
        const ACROSS: usize = 4;
        let steps = &block.steps[..IN / QUAD];
        let mut all = [Sums([0; BLOCK]); T];
        for first in (0..BLOCK).step_by(ROWS * ACROSS) {
            let mut sums = [[_mm256_setzero_si256(); ACROSS]; T];
            for i in 0..IN / QUAD {
                let rows = steps[i].0[first..first + ROWS * ACROSS].as_chunks::<ROWS>().0;
                for r in 0..ACROSS {
                    let weights = _mm256_cvtepi8_epi16(transmute!(rows[r]));
                    for t in 0..T {
                        let x = _mm256_set1_epi64x(transmute!(x[t].quads()[i]));
                        sums[t][r] = _mm256_add_epi32(sums[t][r], _mm256_madd_epi16(weights, x));
                    }
                }
            }
            for t in 0..T {
                let out = all[t].0[first..first + ROWS * ACROSS].as_chunks_mut::<8>().0;
                for (out, pair) in out.iter_mut().zip(sums[t].as_chunks::<2>().0) {
                    // Each half of the register holds two rows of either; put them in order.
                    let added = _mm256_hadd_epi32(pair[0], pair[1]);
                    *out = transmute!(_mm256_permute4x64_epi64::<0b11_01_10_00>(added));
                }
            }
        }
        all
    }

    /// `vpdpbusd` wants bytes without a sign on one side, so an activation goes in as two:
    /// `x = 256 · high + low - ZERO`. The last part of every sum is in `block.offsets`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    fn sums_avx512<const IN: usize, const T: usize>(
        block: Block,
        x: &[Quantised<IN>; T],
    ) -> [Sums; T] {
        /// Rows in a register.
        const ROWS: usize = 16;
        const ACROSS: usize = BLOCK / ROWS;
        let steps = &block.steps[..IN / QUAD];
        let zero = _mm512_setzero_si512();
        let (mut low, mut high) = ([[zero; ACROSS]; T], [[zero; ACROSS]; T]);
        for i in 0..IN / QUAD {
            let rows = steps[i].0.as_chunks::<ROWS>().0;
            for r in 0..ACROSS {
                let weights: __m512i = transmute!(rows[r]);
                for t in 0..T {
                    let l = _mm512_set1_epi32(transmute!(x[t].low()[i]));
                    let h = _mm512_set1_epi32(transmute!(x[t].high()[i]));
                    low[t][r] = _mm512_dpbusd_epi32(low[t][r], l, weights);
                    high[t][r] = _mm512_dpbusd_epi32(high[t][r], h, weights);
                }
            }
        }
        let mut all = [Sums([0; BLOCK]); T];
        for t in 0..T {
            for r in 0..ACROSS {
                let offset = transmute!(block.offsets.0.as_chunks::<ROWS>().0[r]);
                let sum = _mm512_add_epi32(low[t][r], _mm512_slli_epi32::<8>(high[t][r]));
                all[t].0.as_chunks_mut::<ROWS>().0[r] = transmute!(_mm512_sub_epi32(sum, offset));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator (xorshift), so that every run sees the same numbers.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        /// Often one of the extremes, where products overflow whatever is too narrow for them.
        fn weight(&mut self) -> i8 {
            match self.next() % 4 {
                0 => i8::MIN,
                1 => i8::MAX,
                _ => (self.next() >> 8) as i8,
            }
        }

        fn step(&mut self) -> i16 {
            match self.next() % 4 {
                0 => -i16::MAX,
                1 => i16::MAX,
                _ => ((self.next() >> 8) as i16).max(-i16::MAX),
            }
        }
    }

    /// The sums of a block by the book.
    fn expected<const IN: usize, const T: usize>(
        rows: &[[i8; IN]],
        x: &[[i16; IN]; T],
    ) -> [Sums; T] {
        x.map(|x| {
            Sums(std::array::from_fn(|row| {
                rows[row].iter().zip(&x).map(|(&weight, &x)| i32::from(weight) * i32::from(x)).sum()
            }))
        })
    }

    fn compare<const IN: usize, const T: usize>(rows: &[[i8; IN]], x: &[[i16; IN]; T]) {
        let quad = |i: usize| Step(std::array::from_fn(|row| rows[row].as_chunks().0[i]));
        let steps: Vec<Step> = (0..IN / QUAD).map(quad).collect();
        let sum = |row: usize| rows[row].iter().copied().map(i32::from).sum::<i32>();
        let offsets = Sums(std::array::from_fn(|row| ZERO * sum(row)));
        let block = Block { steps: &steps, offsets: &offsets };
        let quantised = x.map(|x| {
            let mut quantised = Quantised::NONE;
            quantised.set(&x.map(f32::from), 1.0);
            assert_eq!(quantised.quads().as_flattened(), x, "32,767 is there, so a step is one");
            quantised
        });
        for path in Path::available() {
            let sums = match path.0 {
                Choice::Portable(kernel) => kernel.sums(block, &quantised),
                #[cfg(target_arch = "x86_64")]
                Choice::Sse2(kernel) => kernel.sums(block, &quantised),
                #[cfg(target_arch = "x86_64")]
                Choice::Avx2(kernel) => kernel.sums(block, &quantised),
                #[cfg(target_arch = "x86_64")]
                Choice::Avx512(kernel) => kernel.sums(block, &quantised),
            };
            assert_eq!(sums, expected(rows, x), "{}", path.name());
        }
    }

    fn compare_random<const IN: usize, const T: usize>() {
        let mut numbers = Numbers(IN as u64 + T as u64);
        for _ in 0..20 {
            let rows: Vec<[i8; IN]> =
                (0..BLOCK).map(|_| std::array::from_fn(|_| numbers.weight())).collect();
            let mut x = [[0; IN]; T];
            for x in &mut x {
                x.fill_with(|| numbers.step());
                x[numbers.next() as usize % IN] = i16::MAX;
            }
            compare(&rows, &x);
        }
    }

    #[test]
    fn every_path_sums_the_same() {
        compare_random::<64, 1>();
        compare_random::<64, 3>();
        compare_random::<192, 1>();
        compare_random::<192, 3>();
    }

    #[test]
    fn no_path_overflows() {
        for weight in [i8::MIN, i8::MAX] {
            for step in [-i16::MAX, i16::MAX] {
                compare(&[[weight; 192]; BLOCK], &[[step; 192]]);
            }
        }
    }
}
