//! Attention over a fixed stretch of both tracks.
//!
//! Queries and keys are interleaved, head by head, so that the four heads stay in their lanes from
//! the first product to the last sum. Values are not: each head's are as many as lanes. Loops run over [`LANES`] floats at a time: whatever registers they are
//! put in, each sum has one order.

use zerocopy::transmute;

use super::arithmetic::{LANES, exp};
use super::{ATTENTION, HEAD_WIDTH, HEADS, SLOTS, WIDTH};
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
    /// How far from the query each is, and on which track.
    slots: [u8; VISIBLE],
    tracks: [u8; VISIBLE],
}

impl View {
    pub(super) const NOTHING: View =
        View { count: 0, tokens: [0; VISIBLE], slots: [0; VISIBLE], tracks: [0; VISIBLE] };

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
                self.slots[count] = (SLOTS - 1 - i) as u8;
                self.tracks[count] = track as u8;
                count += usize::from(token < now);
            }
        }
        self.count = count;
    }
}

/// One query over everything it can see: a softmax per head, then the mixture of values.
#[inline(always)]
pub(super) fn attend(view: &View, memory: &[Memory], input: &[f32; ATTENTION]) -> [f32; WIDTH] {
    let tokens = &view.tokens[..view.count];
    let query: [f32; WIDTH] = part(input, 0);
    let slots: [[f32; HEADS]; SLOTS] = transmute!(part::<{ HEADS * SLOTS }>(input, 3 * WIDTH));
    let tracks: [[f32; HEADS]; 2] =
        transmute!(part::<{ HEADS * 2 }>(input, 3 * WIDTH + HEADS * SLOTS));
    // The products first and their sums in a loop of its own, because the compiler would use
    // registers no wider than the sums.
    let mut products = [[0f32; LANES]; VISIBLE];
    for (products, &token) in products.iter_mut().zip(tokens) {
        let key = memory[token as usize].key.as_chunks::<LANES>().0;
        for (query, key) in query.as_chunks::<LANES>().0.iter().zip(key) {
            for i in 0..LANES {
                products[i] += query[i] * key[i];
            }
        }
    }
    let mut scores = [[f32::MIN; LANES]; VISIBLE / GROUP];
    let each = scores.as_flattened_mut().as_chunks_mut::<HEADS>().0;
    for n in 0..tokens.len() {
        let (slot, track) = (usize::from(view.slots[n]), usize::from(view.tracks[n]));
        let dot = heads(&products[n]);
        for head in 0..HEADS {
            each[n][head] = dot[head] + (slots[slot][head] + tracks[track][head]);
        }
    }
    let sums = softmax(&mut scores[..view.count.div_ceil(GROUP)]);
    let mut mixed = [[0f32; HEAD_WIDTH]; HEADS];
    for (score, &token) in scores.as_flattened().as_chunks::<HEADS>().0.iter().zip(tokens) {
        let value = memory[token as usize].value.as_chunks::<HEAD_WIDTH>().0;
        for head in 0..HEADS {
            for i in 0..HEAD_WIDTH {
                mixed[head][i] += score[head] * value[head][i];
            }
        }
    }
    for head in 0..HEADS {
        let by = sums[head].recip();
        for i in 0..HEAD_WIDTH {
            mixed[head][i] *= by;
        }
    }
    part(mixed.as_flattened(), 0)
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
fn softmax(scores: &mut [[f32; LANES]]) -> [f32; HEADS] {
    let mut max = [f32::MIN; LANES];
    for scores in scores.iter() {
        for i in 0..LANES {
            max[i] = larger(max[i], scores[i]);
        }
    }
    let (low, high) = max.split_at(LANES / 2);
    let mut half = [0f32; LANES / 2];
    for i in 0..LANES / 2 {
        half[i] = larger(low[i], high[i]);
    }
    for i in 0..LANES {
        max[i] = larger(half[i % HEADS], half[HEADS + i % HEADS]);
    }
    for scores in scores.iter_mut() {
        for i in 0..LANES {
            scores[i] -= max[i];
        }
    }
    for score in scores.as_flattened_mut() {
        *score = exp(*score);
    }
    let mut sums = [0f32; LANES];
    for scores in scores.iter() {
        for i in 0..LANES {
            sums[i] += scores[i];
        }
    }
    heads(&sums)
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

#[inline(always)]
fn part<const N: usize>(values: &[f32], from: usize) -> [f32; N] {
    let mut part = [0f32; N];
    part.copy_from_slice(&values[from..from + N]);
    part
}
