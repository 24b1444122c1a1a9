//! The dot products: 8-bit weights times 16-bit activations, summed in 32-bit integers.
//!
//! Almost all work of a forward pass is here, so it is written out for the processors that matter.
//! Integer sums are exact in any order, so every kernel returns the same numbers. Everything else in
//! the network is plain code that the compiler vectorises, one copy for each kernel.

use super::arithmetic::Quantised;

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
    /// [`ZERO`] times the sum of each row's weights.
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
        /// Rows summed at once: their quads of sums fit the registers of SSE2 and NEON.
        const ROWS: usize = 8;
        let mut all = [Sums([0; BLOCK]); T];
        for (x, all) in x.iter().zip(&mut all) {
            for first in (0..BLOCK).step_by(ROWS) {
                let mut sums = [[0i32; QUAD]; ROWS];
                for (step, x) in block.steps.iter().zip(x.quads()) {
                    for row in 0..ROWS {
                        for i in 0..QUAD {
                            sums[row][i] += i32::from(step.0[first + row][i]) * i32::from(x[i]);
                        }
                    }
                }
                for row in 0..ROWS {
                    let [a, b, c, d] = sums[row];
                    all.0[first + row] = a + b + c + d;
                }
            }
        }
        all
    }
}

/// The instructions that a network computes with. Whichever they are, it computes the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(pub(super) Choice);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Portable(Portable),
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

    /// `portable`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Choice::Portable(_) => "portable",
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(_) => "avx512",
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use zerocopy::transmute;

    use super::{BLOCK, Block, Kernel, QUAD, Sums};
    use crate::transformer::arithmetic::Quantised;

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

    impl Kernel for Avx2 {
        #[inline(always)]
        fn sums<const IN: usize, const T: usize>(
            self,
            block: Block,
            x: &[Quantised<IN>; T],
        ) -> [Sums; T] {
            // SAFETY: `self` exists, so its instructions do.
            unsafe { sums_avx2(block, x) }
        }
    }

    impl Kernel for Avx512 {
        #[inline(always)]
        fn sums<const IN: usize, const T: usize>(
            self,
            block: Block,
            x: &[Quantised<IN>; T],
        ) -> [Sums; T] {
            // SAFETY: `self` exists, so its instructions do.
            unsafe { sums_avx512(block, x) }
        }
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
