"""Trains nano from scratch on the traces that the Rust teacher writes, and evaluates as it goes.

    python training/train.py --out training/runs/seed-2 --seed 2

The grammar, the traces and the packets come from the crate `teacher`; this file only learns. It
uses JAX because XLA compiles the whole step for the CPU (or a GPU, if there is one) and gives exact
gradients of quantised weights; the runtime in Rust never sees Python. A checkpoint is written every
few minutes and training resumes from it, on the same data as if it had not been interrupted.
"""

import argparse
import json
import math
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=2")

import jax
import jax.numpy as jnp
import numpy as np
import optax
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).resolve().parent.parent
TRACES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/traces"
CELL = np.dtype(
    [("token", "<u2"), ("target", "<u2"), ("address", "<u4"), ("flags", "u1"), ("sample", "u1")]
)
WRITING, LEARN, LABEL = 1, 2, 4
AHEAD, BEHIND = 8, 15  # what a token sees, in tape cells; crates/nano/src/tape.rs
SLOTS = AHEAD + BEHIND + 1  # relative positions
PERIOD = 32  # of the Fourier basis over relative positions; more than SLOTS
CELLS = 7
REPLAY_FROM = 4000  # step after which rows with an error come back; before, nearly every row has one
BLOCK = 64  # queries that share a span of keys; a matter of speed alone


def shape(width, layers, heads, hidden, vocabulary):
    return dict(width=width, layers=layers, heads=heads, hidden=hidden, vocabulary=vocabulary)


def fresh(key, s):
    """Random weights. Every matrix is [inputs, outputs]; there are no biases and no gains."""
    d, f, h = s["width"], s["hidden"], s["heads"]
    keys = iter(jax.random.split(key, 3 + 9 * s["layers"]))

    def matrix(i, o, scale=1.0):
        return jax.random.normal(next(keys), (i, o)) * scale / math.sqrt(i)

    small = 1 / math.sqrt(2 * s["layers"])
    layers = [
        dict(
            q=matrix(d, d), k=matrix(d, d), v=matrix(d, d),
            slot=matrix(d, h * SLOTS, 0.5), track=matrix(d, h * 2, 0.5), o=matrix(d, d, small),
            gate=matrix(d, f), up=matrix(d, f), down=matrix(f, d, small),
        )
        for _ in range(s["layers"])
    ]
    return dict(
        token=jax.random.normal(next(keys), (s["vocabulary"], d)) * 0.5,
        cell=jax.random.normal(next(keys), (2 * CELLS, d)) * 0.5,
        head=matrix(d, s["vocabulary"]),
        layers=layers,
    )


def quantised(w):
    """Weights as the runtime has them: 8 bits and one scale per output; gradients pass through."""
    scale = jnp.maximum(jnp.max(jnp.abs(w), axis=0, keepdims=True), 1e-8) / 127
    return w + jax.lax.stop_gradient(jnp.round(w / scale) * scale - w)


def normalised(x):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + 1e-6)


def fourier():
    """Orthogonal basis over PERIOD relative positions: frequencies and the slots' coordinates."""
    frequency = 2 * np.pi * np.arange(PERIOD // 2 + 1) / PERIOD
    weight = np.full(len(frequency), 2 / PERIOD)
    weight[[0, -1]] = 1 / PERIOD
    distance = np.arange(-AHEAD, BEHIND + 1)
    return (
        jnp.asarray(frequency, jnp.float32),
        jnp.asarray(np.cos(np.outer(distance, frequency)) * weight, jnp.float32),
        jnp.asarray(np.sin(np.outer(distance, frequency)) * weight, jnp.float32),
    )


FREQUENCY, SLOT_COS, SLOT_SIN = fourier()


def forward(weights, cells, s):
    """Logits [rows, length, vocabulary] for cells [rows, length] in tape order (see `columns`).

    In tape order a token sees at most 2 * BEHIND + 1 tokens before it and 2 * AHEAD after it, so
    attention runs block by block over a span of that size instead of over the whole row.
    """
    b, t = cells["token"].shape
    h, d = s["heads"], s["width"]
    address, writing = cells["address"], cells["writing"]
    x = weights["token"][cells["token"]] + weights["cell"][address % CELLS + CELLS * writing]

    def span(values, fill=0):
        padding = [(0, 0), (2 * BEHIND + 2, 2 * AHEAD)] + [(0, 0)] * (values.ndim - 2)
        values = jnp.pad(values, padding, constant_values=fill)
        size = 2 * BEHIND + 2 + BLOCK + 2 * AHEAD
        return jnp.stack([values[:, i : i + size] for i in range(0, t, BLOCK)], 1)

    def blocks(values):
        return values.reshape(b, t // BLOCK, BLOCK, *values.shape[2:])

    def pairs(name, fill=0):
        return blocks(cells[name])[..., :, None], span(cells[name], fill)[..., None, :]

    (here, there), (sample, other), (turn, earlier) = pairs("address"), pairs("sample", -1), pairs("turn")
    distance = here - there
    seen = (sample == other) & (earlier <= turn) & (distance >= -AHEAD) & (distance <= BEHIND)
    bias = jnp.where(seen, 0.0, -1e9)[:, :, None]

    angle = address[..., None].astype(jnp.float32) % PERIOD * FREQUENCY
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    place = jnp.concatenate([cos, sin, jax.nn.one_hot(writing, 2)], -1)
    place = jnp.broadcast_to(place[:, :, None], (b, t, h, place.shape[-1]))
    cos, sin = cos[:, :, None], sin[:, :, None]

    for layer in weights["layers"]:
        w = {name: quantised(value) for name, value in layer.items()}
        n = normalised(x)
        q, k, v = ((n @ w[name]).reshape(b, t, h, d // h) for name in "qkv")
        # How much each head wants each relative position, in Fourier coordinates so that it becomes
        # a dot product of something at the query with something at the key.
        wanted = w["slot"].reshape(d, h, SLOTS)
        a = (n @ (wanted @ SLOT_COS).reshape(d, -1)).reshape(b, t, h, -1)
        c = (n @ (wanted @ SLOT_SIN).reshape(d, -1)).reshape(b, t, h, -1)
        track = (n @ w["track"]).reshape(b, t, h, 2)
        query = jnp.concatenate([q * (d // h) ** -0.5, a * cos + c * sin, a * sin - c * cos, track], -1)
        key = jnp.concatenate([k, place], -1)
        score = jnp.einsum("bnihf,bnjhf->bnhij", blocks(query), span(key)) + bias
        mixed = jnp.einsum("bnhij,bnjhf->bnihf", jax.nn.softmax(score, -1), span(v))
        x = x + mixed.reshape(b, t, d) @ w["o"]
        n = normalised(x)
        x = x + (jax.nn.silu(n @ w["gate"]) * (n @ w["up"])) @ w["down"]
    return normalised(x) @ quantised(weights["head"])


def missed(logits, cells):
    """Where the network's greedy choice is not the lesson's."""
    chosen = jnp.take_along_axis(logits, cells["target"][..., None], -1)[..., 0]
    return (cells["weight"] > 0) & (chosen < jnp.max(logits, -1))


def loss(weights, cells, s):
    logits = forward(weights, cells, s)
    wrong = missed(logits, cells)
    each = optax.softmax_cross_entropy_with_integer_labels(logits, cells["target"])
    weight = cells["weight"].astype(jnp.float32)
    return jnp.sum(each * weight) / jnp.sum(weight), (jnp.sum(wrong, 1), jnp.sum(weight > 0))


def columns(rows):
    """Rows from the teacher as arrays in tape order: by sample, address, track, then time."""
    length = rows.shape[1]
    writing = rows["flags"] & WRITING
    learn = (rows["flags"] & LEARN) > 0
    result = dict(
        token=rows["token"],
        address=rows["address"],
        writing=writing,
        sample=rows["sample"],
        turn=np.broadcast_to(np.arange(length), rows.shape),
        target=rows["target"],
        weight=learn * np.where(rows["flags"] & LABEL, 2, 1),
    )
    time_in_row = np.arange(length)
    order = np.lexsort((np.broadcast_to(time_in_row, rows.shape), writing, rows["address"], rows["sample"]), axis=1)
    return {name: np.take_along_axis(value, order, 1).astype(np.int32) for name, value in result.items()}


class Rows:
    """A stream of rows from the teacher, read ahead by a thread."""

    def __init__(self, mixture, seed, length, rows, first=0):
        command = [TRACES, "rows", "--mixture", mixture, "--seed", str(seed),
                   "--length", str(length), "--from", str(first)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.size, self.shape = rows * length * CELL.itemsize, (rows, length)
        self.ready = queue.Queue(8)
        threading.Thread(target=self.pump, daemon=True).start()

    def pump(self):
        while len(data := self.process.stdout.read(self.size)) == self.size:
            self.ready.put(np.frombuffer(data, CELL).reshape(self.shape))
        self.ready.put(None)

    def next(self):
        rows = self.ready.get()
        if rows is None:
            sys.exit(f"the teacher ended with code {self.process.wait()}: see its message above")
        return rows

    def close(self):
        """Ends the teacher and frees the thread, which may wait for room."""
        self.process.kill()
        while self.ready.get() is not None:
            pass
        self.process.wait()


def evaluate(weights, s, step_eval, seed, count):
    """Share of whole traces that the network gets right token for token, on fresh packets."""
    result = {}
    for mixture, length, size in (("valid", 1024, 4), ("bad", 1024, 4)):
        rows, wrong, total = Rows(mixture, seed, length, size), 0, 0
        for _ in range(count // size):
            batch = rows.next()
            cells = columns(batch)
            for sample, errors in zip(cells["sample"], np.asarray(step_eval(weights, cells))):
                total += int(sample.max())
                wrong += len(set(sample[errors]))
        rows.close()
        result[mixture] = (wrong, total)
    return result


def export(path, weights, s, about):
    """What the runtime loads: 8-bit weights [outputs, inputs] with a scale per output, f32 tables."""
    tensors = {"token": np.asarray(weights["token"]), "cell": np.asarray(weights["cell"])}

    def put(name, matrix):
        w = np.asarray(matrix).T
        scale = np.maximum(np.abs(w).max(1, keepdims=True), 1e-8) / 127
        tensors[name] = np.ascontiguousarray(np.round(w / scale).astype(np.int8))
        tensors[name + ".scale"] = np.ascontiguousarray(scale[:, 0].astype(np.float32))

    put("head", weights["head"])
    for i, layer in enumerate(weights["layers"]):
        for name, matrix in layer.items():
            put(f"{i}.{name}", matrix)
    save_file(tensors, path, metadata={k: str(v) for k, v in {**s, **about}.items()})


def save(path, step, state, replay):
    flat, _ = jax.tree.flatten(state)
    tensors = {f"{i:04}": np.asarray(leaf) for i, leaf in enumerate(flat)}
    if replay:
        tensors["replay"] = np.stack([row.view(np.uint8) for row, _ in replay])
        tensors["replay.left"] = np.asarray([left for _, left in replay], np.int32)
    part = path.with_suffix(".part")
    save_file(tensors, part, metadata={"step": str(step)})
    part.rename(path)


def restore(path, state):
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        step = int(file.metadata()["step"])
    tensors = load_file(path)
    rows, left = tensors.pop("replay", None), tensors.pop("replay.left", None)
    replay = [] if rows is None else [(row.view(CELL), int(n)) for row, n in zip(rows, left)]
    leaves, tree = jax.tree.flatten(state)
    return step, jax.tree.unflatten(tree, [tensors[f"{i:04}"] for i in range(len(leaves))]), replay


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, required=True, help="folder for checkpoints, log and weights")
    p.add_argument("--seed", type=int, default=2)
    p.add_argument("--steps", type=int, default=18000)
    p.add_argument("--stop-at", type=int, default=0, help="stop early at this step (for experiments)")
    p.add_argument("--rows", type=int, default=8)
    p.add_argument("--length", type=int, default=512)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--width", type=int, default=64)
    p.add_argument("--layers", type=int, default=3)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--hidden", type=int, default=192)
    p.add_argument("--evaluate", type=int, default=1000, help="steps between evaluations")
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)

    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "teacher"], cwd=ROOT, check=True)
    version, vocabulary = subprocess.run(
        [TRACES, "vocabulary"], capture_output=True, text=True, check=True
    ).stdout.split()
    s = shape(a.width, a.layers, a.heads, a.hidden, int(vocabulary))

    mesh = jax.make_mesh((len(jax.devices()),), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
    split = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("rows"))
    whole = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())

    # Warm up, hold, and decay over the last 60 %: until the decay begins, --steps may still be changed.
    decay = a.steps * 6 // 10
    schedule = optax.join_schedules(
        [
            optax.linear_schedule(0, a.rate, 500),
            optax.constant_schedule(a.rate),
            optax.cosine_decay_schedule(a.rate, decay),
        ],
        [500, a.steps - decay],
    )
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0), optax.adamw(schedule, b1=0.9, b2=0.98, weight_decay=0.01)
    )
    weights = fresh(jax.random.key(a.seed), s)
    state = dict(weights=weights, average=weights, optimiser=optimiser.init(weights))
    step, replay = 0, []
    checkpoint = a.out / "checkpoint.safetensors"
    if checkpoint.exists():
        step, state, replay = restore(checkpoint, state)
        print(f"resumed at step {step}", flush=True)
    state = jax.device_put(state, whole)
    print(f"{sum(w.size for w in jax.tree.leaves(weights)):,} weights, {jax.devices()}", flush=True)

    @jax.jit
    def learn(state, cells):
        (value, (wrong, learned)), gradient = jax.value_and_grad(loss, has_aux=True)(state["weights"], cells, s)
        updates, opt = optimiser.update(gradient, state["optimiser"], state["weights"])
        new = optax.apply_updates(state["weights"], updates)
        average = jax.tree.map(lambda e, w: e + (w - e) * 1e-3, state["average"], new)
        return dict(weights=new, average=average, optimiser=opt), value, wrong, learned

    @jax.jit
    def errors(weights, cells):
        return missed(forward(weights, cells, s), cells)

    def finish(step):
        save(checkpoint, step, jax.device_get(state), replay)
        about = dict(seed=a.seed, step=step, steps=a.steps, vocabulary_version=version)
        export(a.out / "weights.safetensors", jax.device_get(state["average"]), s, about)

    rows = Rows("learn", a.seed, a.length, a.rows, first=step * a.rows)
    log = open(a.out / "log.jsonl", "a")
    began, first, saved = time.time(), step, time.time()
    wrong_sum = learned_sum = 0
    last = min(a.steps, a.stop_at or a.steps)
    while step < last:
        batch = rows.next()
        # Rows with an error come back a few times among the fresh ones.
        if len(replay) >= 16 and step > REPLAY_FROM:
            batch, generator = batch.copy(), np.random.default_rng([a.seed, step])
            for i in range(a.rows // 8):
                row, left = replay.pop(int(generator.integers(len(replay))))
                batch[i] = row
                if left > 1:
                    replay.append((row, left - 1))
        state, value, wrong, learned = learn(state, jax.device_put(columns(batch), split))
        wrong = np.asarray(wrong)
        if step > REPLAY_FROM:
            for i in np.flatnonzero(wrong[a.rows // 8 :]) + a.rows // 8:
                if len(replay) < 2000:
                    replay.append((batch[i].copy(), 4))
        wrong_sum, learned_sum, step = wrong_sum + wrong.sum(), learned_sum + int(learned), step + 1
        if step % 100 == 0 or step % a.evaluate == 0 or step == last:
            each = (time.time() - began) / (step - first)
            record = dict(step=step, loss=float(value), error=wrong_sum / learned_sum, replay=len(replay),
                          seconds=round(time.time() - began), step_seconds=round(each, 4))
            wrong_sum = learned_sum = 0
            if step % a.evaluate == 0 or step == last:
                count = 2048 if step == last and step >= 1000 else 64
                record["wrong"] = evaluate(state["average"], s, errors, 10**6 + step, count)
            log.write(json.dumps(record) + "\n")
            log.flush()
            print(f"{json.dumps(record)}  {each * (last - step) / 60:.0f} min left", flush=True)
        if time.time() - saved > 120:
            finish(step)
            saved = time.time()
    finish(step)
    rows.close()


if __name__ == "__main__":
    sys.exit(main())
