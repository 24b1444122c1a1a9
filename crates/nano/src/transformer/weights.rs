//! Weights: from the file that `training/train.py` exports to the layout of the [kernels](super::kernel).

use safetensors::SafeTensors;

use super::kernel::{BLOCK, Path, QUAD, Step, Sums, ZERO};
use super::{HEAD_WIDTH, HEADS, HIDDEN, LAYERS, Layer, SLOTS, Transformer, Vector, WIDTH};
use crate::tape::CELLS;
use crate::vocabulary::{Token, VOCABULARY_VERSION};

/// Why weights were refused.
#[derive(Debug)]
pub enum WeightsError {
    /// Not a safetensors file, or a tensor is missing.
    File(safetensors::SafeTensorError),
    /// A tensor or the vocabulary is not what this program was built for.
    Mismatch {
        /// The tensor, or `vocabulary_version`.
        name: String,
        /// What was found.
        found: String,
        /// What this program needs.
        expected: String,
    },
}

impl std::fmt::Display for WeightsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WeightsError::File(error) => write!(f, "weights: {error}"),
            WeightsError::Mismatch { name, found, expected } => {
                write!(f, "weights: {name} is {found}, this program needs {expected}")
            }
        }
    }
}

impl std::error::Error for WeightsError {}

impl From<safetensors::SafeTensorError> for WeightsError {
    fn from(error: safetensors::SafeTensorError) -> Self {
        WeightsError::File(error)
    }
}

/// An 8-bit matrix `[rows, IN]` with one scale a row, in blocks of [`BLOCK`] rows; the last is filled
/// up with zeros.
pub(super) struct Matrix<const IN: usize> {
    /// `IN / QUAD` a block.
    pub(super) steps: Vec<Step>,
    /// One a block.
    pub(super) rows: Vec<Scales>,
}

/// What else belongs to the rows of a block.
#[repr(align(64))]
pub(super) struct Scales {
    pub(super) offsets: Sums,
    pub(super) scales: [f32; BLOCK],
}

impl Transformer {
    /// Reads weights in the format that `training/train.py` exports.
    ///
    /// # Errors
    /// When the file is not safetensors or its shapes or vocabulary are not this program's.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Transformer, WeightsError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let version = header.metadata().as_ref().and_then(|m| m.get("vocabulary_version").cloned());
        let version = version.unwrap_or_else(|| "missing".into());
        if version != VOCABULARY_VERSION {
            return Err(mismatch("vocabulary_version", version, VOCABULARY_VERSION));
        }
        let file = File(SafeTensors::deserialize(bytes)?);
        let head_scale = (HEAD_WIDTH as f32).sqrt().recip();
        let layers = (0..LAYERS).map(|i| {
            let rows = |name: &str, rows| file.rows(&format!("{i}.{name}"), rows);
            Ok(Layer {
                attention: Matrix::new(&[
                    rows("q", WIDTH)?.scaled(head_scale).interleaved(),
                    rows("k", WIDTH)?.interleaved(),
                    rows("v", WIDTH)?,
                    rows("slot", HEADS * SLOTS)?.interleaved(),
                    rows("track", HEADS * 2)?.interleaved(),
                ]),
                output: Matrix::new(&[rows("o", WIDTH)?]),
                gate_up: Matrix::new(&[rows("gate", HIDDEN)?, rows("up", HIDDEN)?]),
                down: Matrix::new(&[file.rows(&format!("{i}.down"), WIDTH)?]),
            })
        });
        Ok(Transformer {
            path: Path::best(),
            tokens: file.table("token", Token::COUNT)?,
            cells: file.table("cell", 2 * CELLS)?,
            layers: layers.collect::<Result<_, WeightsError>>()?,
            head: Matrix::new(&[file.rows("head", Token::COUNT)?]),
        })
    }
}

/// A safetensors file whose shapes are checked as they are read.
struct File<'a>(SafeTensors<'a>);

/// Rows of a matrix before they are laid out in blocks.
struct Rows<const IN: usize> {
    weights: Vec<[i8; IN]>,
    scales: Vec<f32>,
}

impl<const IN: usize> Rows<IN> {
    fn scaled(mut self, by: f32) -> Self {
        self.scales.iter_mut().for_each(|scale| *scale *= by);
        self
    }

    /// From head by head to element by element, the heads side by side.
    fn interleaved(self) -> Self {
        let each = self.weights.len() / HEADS;
        let from = |row: usize| row % HEADS * each + row / HEADS;
        Rows {
            weights: (0..self.weights.len()).map(|row| self.weights[from(row)]).collect(),
            scales: (0..self.scales.len()).map(|row| self.scales[from(row)]).collect(),
        }
    }
}

impl File<'_> {
    fn rows<const IN: usize>(&self, name: &str, rows: usize) -> Result<Rows<IN>, WeightsError> {
        let weights = self.0.tensor(name)?;
        if weights.dtype() != safetensors::Dtype::I8 || weights.shape() != [rows, IN] {
            let found = format!("{:?} {:?}", weights.dtype(), weights.shape());
            return Err(mismatch(name, found, format!("I8 {:?}", [rows, IN])));
        }
        let signed = |row: &[u8; IN]| row.map(|byte| byte as i8);
        let weights = weights.data().as_chunks().0.iter().map(signed).collect();
        Ok(Rows { weights, scales: self.floats(&format!("{name}.scale"), rows)? })
    }

    fn table(&self, name: &str, rows: usize) -> Result<Vec<Vector>, WeightsError> {
        Ok(self.floats(name, rows * WIDTH)?.as_chunks().0.iter().map(|&row| Vector(row)).collect())
    }

    fn floats(&self, name: &str, count: usize) -> Result<Vec<f32>, WeightsError> {
        let tensor = self.0.tensor(name)?;
        if tensor.dtype() != safetensors::Dtype::F32 || tensor.data().len() != 4 * count {
            let found = format!("{:?} {:?}", tensor.dtype(), tensor.shape());
            return Err(mismatch(name, found, format!("{count} numbers of F32")));
        }
        let bytes = tensor.data().as_chunks().0;
        Ok(bytes.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
    }
}

impl<const IN: usize> Matrix<IN> {
    fn new(parts: &[Rows<IN>]) -> Matrix<IN> {
        let weights: Vec<&[i8; IN]> = parts.iter().flat_map(|part| &part.weights).collect();
        let scales: Vec<f32> = parts.iter().flat_map(|part| part.scales.iter().copied()).collect();
        let mut matrix = Matrix { steps: Vec::new(), rows: Vec::new() };
        for (weights, scales) in weights.chunks(BLOCK).zip(scales.chunks(BLOCK)) {
            let row = |r: usize| weights.get(r).map_or([0; IN], |&row| *row);
            let rows: [[i8; IN]; BLOCK] = std::array::from_fn(row);
            let quad = |i: usize| Step(rows.map(|row| std::array::from_fn(|j| row[i * QUAD + j])));
            matrix.steps.extend((0..IN / QUAD).map(quad));
            matrix.rows.push(Scales {
                offsets: Sums(rows.map(|row| ZERO * row.map(i32::from).iter().sum::<i32>())),
                scales: std::array::from_fn(|r| scales.get(r).copied().unwrap_or(0.0)),
            });
        }
        matrix
    }
}

fn mismatch(name: &str, found: impl ToString, expected: impl ToString) -> WeightsError {
    WeightsError::Mismatch {
        name: name.into(),
        found: found.to_string(),
        expected: expected.to_string(),
    }
}
