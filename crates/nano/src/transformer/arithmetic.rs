//! Floating point in one fixed order, so that every processor computes the same bits.

use super::kernel::{QUAD, ZERO};

/// Lanes of a sum; the order of its additions is the same whatever the width of the registers.
pub(super) const LANES: usize = 16;

/// A vector in 16-bit integers, the value of one step, and the same integers as the kernels want them.
#[repr(align(64))]
pub(super) struct Quantised<const N: usize> {
    steps: [i16; N],
    /// The bytes of `steps + ZERO`, for `vpdpbusd`.
    low: [u8; N],
    high: [u8; N],
    pub(super) size: f32,
}

impl<const N: usize> Quantised<N> {
    /// Zeros.
    pub(super) const NONE: Self =
        Quantised { steps: [0; N], low: [0; N], high: [128; N], size: 0.0 };

    /// `by · x`, where the largest absolute value of `x` is 32,767 steps. The scale goes into the
    /// step alone, so that the sums can begin before it is known.
    ///
    /// 128 · 32,768 · 192 fits 32 bits, so no integer sum can overflow.
    #[inline(always)]
    pub(super) fn set(&mut self, x: &[f32; N], by: f32) {
        let largest = largest(x).max(1e-30);
        let per_step = 32_767.0 / largest;
        let mut steps = [0i32; N];
        for i in 0..N {
            steps[i] = nearest(x[i] * per_step);
        }
        // One loop each, because loops that write several widths are not vectorised.
        for i in 0..N {
            self.steps[i] = steps[i] as i16;
        }
        for i in 0..N {
            self.low[i] = steps[i] as u8;
        }
        for i in 0..N {
            self.high[i] = ((steps[i] + ZERO) >> 8) as u8;
        }
        self.size = largest / 32_767.0 * by;
    }

    #[inline(always)]
    pub(super) fn quads(&self) -> &[[i16; QUAD]] {
        self.steps.as_chunks().0
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn low(&self) -> &[[u8; QUAD]] {
        self.low.as_chunks().0
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn high(&self) -> &[[u8; QUAD]] {
        self.high.as_chunks().0
    }
}

/// The largest absolute value. Without their sign bit, floats compare as integers do.
#[inline(always)]
fn largest<const N: usize>(x: &[f32; N]) -> f32 {
    let mut lanes = [0u32; LANES];
    for x in x.as_chunks::<LANES>().0 {
        for i in 0..LANES {
            lanes[i] = lanes[i].max(x[i].to_bits() & 0x7fff_ffff);
        }
    }
    f32::from_bits(across(lanes, u32::max))
}

/// What RMSNorm multiplies a vector with.
#[inline(always)]
pub(super) fn norm<const N: usize>(x: &[f32; N]) -> f32 {
    let mut lanes = [0f32; LANES];
    for x in x.as_chunks::<LANES>().0 {
        for i in 0..LANES {
            lanes[i] += x[i] * x[i];
        }
    }
    (across(lanes, |a, b| a + b) / N as f32 + 1e-6).sqrt().recip()
}

/// Joins the lanes, the upper half to the lower half until one is left.
#[inline(always)]
pub(super) fn across<T: Copy + Default>(lanes: [T; LANES], join: impl Fn(T, T) -> T) -> T {
    let lanes: [T; 8] = halves(lanes, &join);
    let lanes: [T; 4] = halves(lanes, &join);
    let lanes: [T; 2] = halves(lanes, &join);
    join(lanes[0], lanes[1])
}

#[inline(always)]
fn halves<T: Copy + Default, const N: usize, const HALF: usize>(
    lanes: [T; N],
    join: impl Fn(T, T) -> T,
) -> [T; HALF] {
    let mut joined = [T::default(); HALF];
    for i in 0..HALF {
        joined[i] = join(lanes[i], lanes[i + HALF]);
    }
    joined
}

/// Rounds to the nearest integer without a branch: adding 1.5 · 2^23 leaves no room for a fraction.
#[inline(always)]
pub(super) fn nearest(x: f32) -> i32 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32
}

/// e^x to about two units in the last place, in the same bits on every processor (libm's differ).
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let power = nearest(x * std::f32::consts::LOG2_E);
    // ln 2 in two parts, so that the remainder is exact.
    let rest = x - power as f32 * 0.693_359_4 - power as f32 * -2.121_944_4e-4;
    let mut y = 1.987_569_2e-4;
    for c in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        y = y * rest + c;
    }
    y = y * rest * rest + rest + 1.0;
    y * f32::from_bits(((power + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exp() {
        for i in -8700..8800 {
            let x = i as f32 / 100.0;
            let error = (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs();
            assert!(error < 3e-7, "exp({x}) is off by {error}");
        }
    }

    #[test]
    fn nearest_rounds() {
        for (x, n) in [(0.4, 0), (0.6, 1), (-0.6, -1), (32_767.0, 32_767), (-32_767.0, -32_767)] {
            assert_eq!(nearest(x), n);
        }
    }

    #[test]
    fn quantised_is_near() {
        let x: [f32; 64] = std::array::from_fn(|i| (i as f32 - 40.0) * 0.37);
        let mut quantised = Quantised::NONE;
        quantised.set(&x, 2.0);
        for i in 0..64 {
            let step = i32::from(quantised.steps[i]);
            assert!((step as f32 * quantised.size - 2.0 * x[i]).abs() <= quantised.size);
            assert_eq!(
                256 * i32::from(quantised.high[i]) + i32::from(quantised.low[i]),
                step + ZERO
            );
        }
    }
}
