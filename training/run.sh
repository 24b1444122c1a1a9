#!/usr/bin/env bash
# Trains nano from scratch and examines what came out. Interrupt it at any time: the same command
# goes on from the last checkpoint. Needs Rust and Python 3.11 or later; installs the rest beside itself.
#
#   training/run.sh                # what made the first network: seed 2, 18,000 steps
#   SEED=3 training/run.sh         # another
set -euo pipefail
cd "$(dirname "$0")/.."
seed=${SEED:-2}
steps=${STEPS:-18000}
out=${OUT:-training/runs/seed-$seed}
venv=${VENV:-training/runs/venv}

if [ ! -e "$venv/complete" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet -r training/requirements.txt
    touch "$venv/complete"
fi
"$venv/bin/python" training/train.py --out "$out" --seed "$seed" --steps "$steps"
cargo build --release --quiet -p teacher
"${CARGO_TARGET_DIR:-target}/release/examine" "$out/weights.safetensors" -n 2000 --seed 77 --exhaustive --show 5 || {
    [ $? -eq 1 ] || exit 2
    echo "not every packet ended as the teacher's: see above"
}
echo "weights: $out/weights.safetensors"
echo "to ship them: cp $out/weights.safetensors crates/nano/weights/nano.safetensors"
echo "then: UPDATE_GOLDEN=1 cargo test -p nano; cargo test -p teacher --test shipped"
