//! The network: tokens in, tokens out; it knows no packets. A decoder-only transformer (Vaswani et
//! al. 2017, RMSNorm and SwiGLU as in Llama) in straight code after llama2.c, with three departures:
//! weights are 8-bit integers and products are summed in integers, so every processor computes the
//! same bits; attention sees a fixed stretch of the tape on both tracks, so cost is linear in packet
//! length; and each head adds to its scores what the token wants of each relative position and track.

#![allow(
    clippy::needless_range_loop,
    reason = "formulas over several arrays read best with an index, and such loops become vectors"
)]

mod arithmetic;
mod attention;
mod kernel;
mod weights;

use crate::tape::{AHEAD, BEHIND, CELLS, Chunk, Position};
use crate::vocabulary::Token;
use arithmetic::{LANES, Quantised, exp, norm};
use attention::{Memory, Tracks, View, attend};
use kernel::{BLOCK, Choice, Kernel};
use weights::Matrix;

pub use kernel::Path;
pub use weights::WeightsError;

/// Width of the residual stream.
pub const WIDTH: usize = 64;
/// Attention heads, each `WIDTH / HEADS` wide.
pub const HEADS: usize = 4;
/// Number of layers.
pub const LAYERS: usize = 3;
/// Width inside the feed-forward part.
pub const HIDDEN: usize = 192;

const HEAD_WIDTH: usize = WIDTH / HEADS;
const SLOTS: usize = (AHEAD + BEHIND) as usize + 1;
/// Rows of the fused attention input: query, key, value, wanted positions, wanted tracks.
const ATTENTION: usize = padded(3 * WIDTH + HEADS * SLOTS + HEADS * 2);
const LOGITS: usize = padded(Token::COUNT);

const fn padded(rows: usize) -> usize {
    rows.next_multiple_of(BLOCK)
}

struct Layer {
    attention: Matrix<WIDTH>,
    output: Matrix<WIDTH>,
    gate_up: Matrix<WIDTH>,
    down: Matrix<HIDDEN>,
}

/// A row of an embedding table.
#[repr(align(64))]
struct Vector([f32; WIDTH]);

/// The weights of a network. Shared freely between [`Context`]s.
pub struct Transformer {
    path: Path,
    tokens: Vec<Vector>,
    cells: Vec<Vector>,
    layers: Vec<Layer>,
    head: Matrix<WIDTH>,
}

impl Transformer {
    /// The same network on other instructions of this processor, for tests and comparisons.
    pub fn on(self, path: Path) -> Transformer {
        Transformer { path, ..self }
    }

    /// Number of weights, scales and tables included.
    pub fn parameters(&self) -> usize {
        let matrix = |rows: usize, inputs: usize| rows * inputs + rows;
        let layer = matrix(3 * WIDTH + HEADS * (SLOTS + 2), WIDTH)
            + matrix(WIDTH + 2 * HIDDEN, WIDTH)
            + matrix(WIDTH, HIDDEN);
        (Token::COUNT + 2 * CELLS) * WIDTH + LAYERS * layer + matrix(Token::COUNT, WIDTH)
    }
}

/// What the network remembers of one tape: keys and values of every token, and where they lie.
/// Reused from tape to tape so that thinking allocates nothing once it has seen its longest packet.
pub struct Context {
    tracks: Tracks,
    /// Keys and values of each token, layer by layer.
    memory: [Vec<Memory>; LAYERS],
    length: usize,
    /// After the last chunk; of the rows that fill up the last block, zeros.
    logits: [f32; LOGITS],
}

impl Default for Context {
    fn default() -> Context {
        Context {
            tracks: Tracks::default(),
            memory: Default::default(),
            length: 0,
            logits: [0.0; LOGITS],
        }
    }
}

impl Context {
    /// Forgets the tape but keeps the room.
    pub fn clear(&mut self) {
        self.tracks.clear();
        self.memory.iter_mut().for_each(Vec::clear);
        self.length = 0;
    }

    /// Tokens remembered.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl Transformer {
    /// Puts a chunk on the tape and returns the token the network chooses next (greedy).
    pub fn next(&self, context: &mut Context, chunk: &Chunk) -> Token {
        match self.path.0 {
            Choice::Portable(kernel) => self.chunk(kernel, context, chunk),
            #[cfg(target_arch = "x86_64")]
            Choice::Sse2(kernel) => self.chunk(kernel, context, chunk),
            // SAFETY: a kernel exists only where its instructions were detected.
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => unsafe { self.chunk_avx2(kernel, context, chunk) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(kernel) => unsafe { self.chunk_avx512(kernel, context, chunk) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn chunk_avx2(&self, kernel: kernel::Avx2, context: &mut Context, chunk: &Chunk) -> Token {
        self.chunk(kernel, context, chunk)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    fn chunk_avx512(&self, kernel: kernel::Avx512, context: &mut Context, chunk: &Chunk) -> Token {
        self.chunk(kernel, context, chunk)
    }

    /// Everything from here on is inlined, so that it is compiled anew for each kernel's instructions.
    /// Nothing forces closures to be, so the hot path has loops instead.
    #[inline(always)]
    fn chunk(&self, kernel: impl Kernel, context: &mut Context, chunk: &Chunk) -> Token {
        match chunk.tokens().as_array::<3>() {
            Some(tokens) => self.forward(kernel, context, tokens),
            None => {
                for &token in chunk.tokens() {
                    self.forward(kernel, context, &[token]);
                }
            }
        }
        largest(&context.logits)
    }

    /// The forward pass of tokens that enter together; leaves the logits after the last of them.
    #[inline(always)]
    fn forward<const T: usize>(
        &self,
        kernel: impl Kernel,
        context: &mut Context,
        tokens: &[(Token, Position); T],
    ) {
        let mut x = [[0f32; WIDTH]; T];
        let mut views = [View::NOTHING; T];
        for t in 0..T {
            let (token, position) = tokens[t];
            let token = &self.tokens[usize::from(token.0)].0;
            let cell = &self.cells[position.cell() + CELLS * usize::from(position.writing)].0;
            for i in 0..WIDTH {
                x[t][i] = token[i] + cell[i];
            }
            context.length += 1;
            context.tracks.place(position, context.length as u32);
            views[t].set(&context.tracks, position, context.length as u32);
        }
        let [first @ .., last] = &mut context.memory;
        for (layer, memory) in self.layers.iter().zip(first) {
            x = layer.forward(kernel, memory, &views, &x);
        }
        // Nobody sees what the last layer makes of tokens other than the last.
        let x: [_; 1] = self.layers[LAYERS - 1].forward(kernel, last, &views, &x);
        let mut normal = [Quantised::NONE];
        normal[0].set(&x[0], norm(&x[0]));
        let mut logits = [[0f32; LOGITS]];
        kernel.multiply(&self.head, &normal, &mut logits);
        context.logits = logits[0];
    }
}

impl Layer {
    /// `T` tokens through the layer; what it makes of the last `OUT` of them.
    #[inline(always)]
    fn forward<const T: usize, const OUT: usize>(
        &self,
        kernel: impl Kernel,
        memory: &mut Vec<Memory>,
        views: &[View; T],
        x: &[[f32; WIDTH]; T],
    ) -> [[f32; WIDTH]; OUT] {
        // Attention.
        let mut normal = [Quantised::NONE; T];
        for t in 0..T {
            normal[t].set(&x[t], norm(&x[t]));
        }
        let mut input = [[0f32; ATTENTION]; T];
        kernel.multiply(&self.attention, &normal, &mut input);
        for t in 0..T {
            memory.push(Memory::of(&input[t]));
        }
        let mut mixed = [Quantised::NONE; OUT];
        for t in 0..OUT {
            let mix = attend(&views[T - OUT + t], memory, &input[T - OUT + t]);
            mixed[t].set(&mix, 1.0);
        }
        let mut output = [[0f32; WIDTH]; OUT];
        kernel.multiply(&self.output, &mixed, &mut output);
        for t in 0..OUT {
            add(&mut output[t], &x[T - OUT + t]);
        }
        // Feed-forward.
        let x = output;
        let mut normal = [Quantised::NONE; OUT];
        for t in 0..OUT {
            normal[t].set(&x[t], norm(&x[t]));
        }
        let mut inner = [[0f32; 2 * HIDDEN]; OUT];
        kernel.multiply(&self.gate_up, &normal, &mut inner);
        let mut gated = [Quantised::NONE; OUT];
        for t in 0..OUT {
            gated[t].set(&gate(&inner[t]), 1.0);
        }
        kernel.multiply(&self.down, &gated, &mut output);
        for t in 0..OUT {
            add(&mut output[t], &x[t]);
        }
        output
    }
}

#[inline(always)]
fn add(x: &mut [f32; WIDTH], y: &[f32; WIDTH]) {
    for i in 0..WIDTH {
        x[i] += y[i];
    }
}

/// SwiGLU: `silu(gate) * up`.
#[inline(always)]
fn gate(inner: &[f32; 2 * HIDDEN]) -> [f32; HIDDEN] {
    let mut gated = [0f32; HIDDEN];
    for i in 0..HIDDEN {
        gated[i] = inner[i] / (1.0 + exp(-inner[i])) * inner[HIDDEN + i];
    }
    gated
}

/// The token with the largest logit; the first of them.
#[inline(always)]
fn largest(logits: &[f32; LOGITS]) -> Token {
    let mut max = [f32::MIN; LANES];
    let (groups, rest) = logits[..Token::COUNT].as_chunks::<LANES>();
    for group in groups {
        for i in 0..LANES {
            max[i] = if group[i] > max[i] { group[i] } else { max[i] };
        }
    }
    for (max, &logit) in max.iter_mut().zip(rest) {
        *max = if logit > *max { logit } else { *max };
    }
    let mut largest = max[0];
    for max in max {
        largest = if max > largest { max } else { largest };
    }
    // A group at a time, because a search that can stop anywhere is not vectorised.
    for (g, group) in groups.iter().enumerate() {
        let mut here = 0u32;
        for i in 0..LANES {
            here |= u32::from(group[i] == largest) << i;
        }
        if here != 0 {
            return Token((g * LANES) as u16 + here.trailing_zeros() as u16);
        }
    }
    let first = rest.iter().position(|&logit| logit == largest).unwrap_or(0);
    Token((groups.len() * LANES + first) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registers::Registers;
    use crate::tape::{Ending, Step, Tape};

    /// Echo requests as they arrive at 10.0.0.1: `length` bytes, with checksums (RFC 791, RFC 792).
    fn request(length: u16) -> Vec<u8> {
        let [high, low] = length.to_be_bytes();
        let mut packet =
            vec![0x45, 0, high, low, 1, 2, 0x40, 0, 64, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1];
        packet.extend([8, 0, 0, 0, 3, 4, 5, 6]);
        packet.extend((packet.len()..usize::from(length)).map(|i| (i * 167) as u8));
        for (at, part) in [(10, 0..20), (22, 20..packet.len())] {
            let words = packet[part].chunks(2);
            let words =
                words.map(|w| u32::from(w[0]) << 8 | w.get(1).map_or(0, |&low| u32::from(low)));
            let sum: u32 = words.sum();
            let sum = (sum & 0xffff) + (sum >> 16);
            let sum = (sum & 0xffff) + (sum >> 16);
            packet[at..at + 2].copy_from_slice(&(!sum as u16).to_be_bytes());
        }
        packet
    }

    /// The bits of every logit after every chunk, and how the tape ends.
    fn logits(path: Path, packet: &[u8]) -> (Vec<[u32; LOGITS]>, Ending) {
        let bytes = include_bytes!("../weights/nano.safetensors");
        let network = Transformer::from_safetensors(bytes).expect("these are shipped").on(path);
        let mut context = Context::default();
        let mut logits = Vec::new();
        let own = Registers { ipv4: [10, 0, 0, 1], ..Registers::default() };
        let (mut tape, mut chunk) = Tape::new(packet, &own);
        loop {
            let token = network.next(&mut context, &chunk);
            logits.push(context.logits.map(f32::to_bits));
            match tape.push(token) {
                Step::Think(next) => chunk = next,
                Step::End(ending) => return (logits, ending),
            }
        }
    }

    #[test]
    fn every_path_computes_the_same_bits() {
        let mut corrupt = request(60);
        corrupt[40] ^= 4;
        for packet in [request(84), request(231), corrupt] {
            let expected = logits(Path::available().next().expect("portable is"), &packet);
            for path in Path::available() {
                assert!(logits(path, &packet) == expected, "{}", path.name());
            }
        }
    }

    #[test]
    fn the_first_largest_is_chosen() {
        for at in [0, 1, 17, 655, 656, Token::COUNT - 2] {
            let mut logits = [-2.0; LOGITS];
            logits[at..].fill(-1.0);
            logits[Token::COUNT..].fill(1.0);
            assert_eq!(largest(&logits), Token(at as u16));
        }
    }
}
