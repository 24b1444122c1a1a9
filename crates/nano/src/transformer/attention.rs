//! Attention over a fixed stretch of both tracks.
//!
//! Vectors are interleaved, head by head, so that the four heads stay in their lanes from the first
//! product to the last sum. Loops run over [`LANES`] floats at a time: whatever registers they are
//! put in, each sum has one order.

use super::arithmetic::{LANES, exp};
use super::{ATTENTION, HEADS, SLOTS, WIDTH};
use crate::tape::{BEHIND, CELLS, Position};

/// Most tokens that one query can see: both tracks, its whole stretch.
const VISIBLE: usize = 2 * SLOTS;
/// Tokens whose scores fill [`LANES`].
const GROUP: usize = LANES / HEADS;

/// Key and value of a token in one layer.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Memory {
    key: [f32; WIDTH],
    value: [f32; WIDTH],
}

impl Memory {
    /// From the fused attention input: query, key, value, wanted positions, wanted tracks.
    #[inline(always)]
    pub(super) fn of(input: &[f32; ATTENTION]) -> Memory {
        Memory { key: part(input, WIDTH), value: part(input, 2 * WIDTH) }
    }
}

/// Where the tokens of a tape lie: for both tracks, the number of the token at each address, counted
/// from one; 0 is none. There is room for a query's stretch around every token.
#[derive(Default)]
pub(super) struct Tracks([Vec<u32>; 2]);

impl Tracks {
    pub(super) fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }

    pub(super) fn place(&mut self, position: Position, number: u32) {
        // Both tracks, because a query looks into both.
        let end = position.address as usize + SLOTS;
        for track in &mut self.0 {
            if track.len() < end {
                // A line more, so that most tokens find room.
                track.resize(end + CELLS, 0);
            }
        }
        self.0[usize::from(position.writing)][position.address as usize + BEHIND as usize] = number;
    }
}

/// What a query sees, in the order of tracks and addresses; the same in every layer.
pub(super) struct View {
    count: usize,
    /// Indices into the layer's memory.
    tokens: [u32; VISIBLE],
    /// The place of each: its slot, on the writing track after [`SLOTS`] more.
    places: [u32; VISIBLE],
}

impl View {
    pub(super) const NOTHING: View = View { count: 0, tokens: [0; VISIBLE], places: [0; VISIBLE] };

    /// What is visible from `position` of the first `now` tokens.
    #[inline(always)]
    pub(super) fn set(&mut self, tracks: &Tracks, position: Position, now: u32) {
        let mut count = 0;
        for (track, numbers) in tracks.0.iter().enumerate() {
            let stretch = &numbers[position.address as usize..][..SLOTS];
            for (i, &number) in stretch.iter().enumerate() {
                // Without a branch: what is not there is overwritten by what comes next.
                let token = number.wrapping_sub(1);
                self.tokens[count] = token;
                self.places[count] = (track * SLOTS + SLOTS - 1 - i) as u32;
                count += usize::from(token < now);
            }
        }
        self.count = count;
    }
}

/// One query over everything it can see: a softmax per head, then the mixture of values.
#[inline(always)]
pub(super) fn attend(view: &View, memory: &[Memory], input: &[f32; ATTENTION]) -> [f32; WIDTH] {
    let query: [f32; WIDTH] = part(input, 0);
    let wishes = wishes(input);
    let mut scores = [[[f32::MIN; HEADS]; GROUP]; VISIBLE / GROUP];
    let seen = || view.tokens[..view.count].iter().map(|&token| &memory[token as usize]);
    for ((score, memory), &place) in
        scores.as_flattened_mut().iter_mut().zip(seen()).zip(&view.places)
    {
        let dot = heads(&products(&query, &memory.key));
        for head in 0..HEADS {
            score[head] = dot[head] + wishes[place as usize][head];
        }
    }
    let sums = softmax(&mut scores[..view.count.div_ceil(GROUP)]);
    let mut mixed = [[0f32; LANES]; WIDTH / LANES];
    for (score, memory) in scores.as_flattened().iter().zip(seen()) {
        for (mixed, value) in mixed.iter_mut().zip(memory.value.as_chunks::<LANES>().0) {
            for i in 0..LANES {
                mixed[i] += score[i % HEADS] * value[i];
            }
        }
    }
    let by = sums.map(f32::recip);
    for mixed in &mut mixed {
        for i in 0..LANES {
            mixed[i] *= by[i % HEADS];
        }
    }
    part(mixed.as_flattened(), 0)
}

/// What a query wants of each place: of its slot and of its track.
#[inline(always)]
fn wishes(input: &[f32; ATTENTION]) -> [[f32; HEADS]; VISIBLE] {
    let slots: [f32; HEADS * SLOTS] = part(input, 3 * WIDTH);
    let tracks: [f32; HEADS * 2] = part(input, 3 * WIDTH + HEADS * SLOTS);
    let mut wishes = [[0f32; HEADS]; VISIBLE];
    for track in 0..2 {
        for slot in 0..SLOTS {
            for head in 0..HEADS {
                wishes[track * SLOTS + slot][head] =
                    slots[slot * HEADS + head] + tracks[track * HEADS + head];
            }
        }
    }
    wishes
}

/// The products of two interleaved vectors, summed as far as they lie in one lane.
#[inline(always)]
fn products(a: &[f32; WIDTH], b: &[f32; WIDTH]) -> [f32; LANES] {
    let mut lanes = [0f32; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for i in 0..LANES {
            lanes[i] += a[i] * b[i];
        }
    }
    lanes
}

/// The sum of each head's lanes.
#[inline(always)]
fn heads(lanes: &[f32; LANES]) -> [f32; HEADS] {
    let mut heads = [0f32; HEADS];
    for head in 0..HEADS {
        heads[head] = (lanes[head] + lanes[head + 8]) + (lanes[head + 4] + lanes[head + 12]);
    }
    heads
}

/// Exponentials relative to each head's largest score, in place; returns their sums.
///
/// The last group is filled up with `f32::MIN`, which is no largest score and whose exponential is
/// too small to change a sum that one of 1 is in.
#[inline(always)]
fn softmax(scores: &mut [[[f32; HEADS]; GROUP]]) -> [f32; HEADS] {
    let mut max = [f32::MIN; LANES];
    for scores in scores.iter() {
        for (max, &score) in max.iter_mut().zip(scores.as_flattened()) {
            *max = if score > *max { score } else { *max };
        }
    }
    for width in [8, 4] {
        for i in 0..width {
            max[i] = if max[i + width] > max[i] { max[i + width] } else { max[i] };
        }
    }
    let mut sums = [0f32; LANES];
    for scores in scores.iter_mut() {
        let scores = scores.as_flattened_mut();
        for i in 0..LANES {
            scores[i] = exp(scores[i] - max[i % HEADS]);
            sums[i] += scores[i];
        }
    }
    heads(&sums)
}

#[inline(always)]
fn part<const N: usize>(values: &[f32], from: usize) -> [f32; N] {
    let mut part = [0f32; N];
    part.copy_from_slice(&values[from..from + N]);
    part
}
