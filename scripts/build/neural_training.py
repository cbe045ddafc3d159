"""Training of the context network (:mod:`textrepair.model.neural`); needs PyTorch and, to write it, onnxscript.

Two steps.  *Words*: on sound text a fifth of the places is hidden and some neighbours are replaced at random; the network says
which word stood there, against words drawn from the vocabulary (a sampled softmax, its partition function estimated by
importance sampling: Bengio & Senécal 2003).  *Readings*: on spun text as the model reads it, the network's score is added to the
log-posterior of the last round and the sum of both must name the right edge.  So it learns only what channel and n-grams don't
know, and to leave a word alone where no candidate is right.

One thread and one seed: the same text and libraries give the same network.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as functional
from build.synthetic_spinner import Readings
from build.word_vectors import REACH, WordVectors
from torch import Tensor, nn

from textrepair.model.neural import FAINT, INPUTS, VERSION, VOCABULARY, WINDOW, WORDS, digest
from textrepair.model.vocabulary import BEGIN, END

INNER, GATED, TAPS, LAYERS = 192, 192, 9, 3
#: Candidates looked at a place; the last reading has hardly ever more.
_CANDIDATES = 14
#: Words drawn for the sampled softmax.
_DRAWN = 1000
#: Weight of the first step's task in the second, so that vectors of words that few swaps concern keep their place.
_WORDS_TOO = 0.1

#: Up to this share of the words left alone is replaced at random in the second step.
_GARBLED = 0.4


@numba.njit(fastmath=True, nogil=True)
def _convolved(vectors, taps, out):  # type: ignore[no-untyped-def]
    many, length, size = vectors.shape
    half = len(taps) // 2
    for b in range(many):
        for i in range(length):
            for k in range(max(0, half - i), min(len(taps), length - i + half)):
                for x in range(size):
                    out[b, i, x] += vectors[b, i + k - half, x] * taps[k, x]


@numba.njit(fastmath=True, nogil=True)
def _convolved_back(vectors, taps, upper, down, down_taps):  # type: ignore[no-untyped-def]
    many, length, size = vectors.shape
    half = len(taps) // 2
    for b in range(many):
        for i in range(length):
            for k in range(max(0, half - i), min(len(taps), length - i + half)):
                for x in range(size):
                    down[b, i + k - half, x] += upper[b, i, x] * taps[k, x]
                    down_taps[k, x] += upper[b, i, x] * vectors[b, i + k - half, x]


class _Convolution(torch.autograd.Function):
    """A convolution of every component on its own: twenty times as fast here as PyTorch's on one core."""

    @staticmethod
    def forward(ctx, vectors, taps):  # type: ignore[no-untyped-def]
        vectors = vectors.float().contiguous()
        out = torch.zeros_like(vectors)
        _convolved(vectors.numpy(), taps.detach().numpy(), out.numpy())
        ctx.save_for_backward(vectors, taps)
        return out

    @staticmethod
    def backward(ctx, upper):  # type: ignore[no-untyped-def]
        vectors, taps = ctx.saved_tensors
        down, down_taps = torch.zeros_like(vectors), torch.zeros_like(taps)
        upper = upper.float().contiguous()
        _convolved_back(
            vectors.numpy(), taps.detach().numpy(), upper.numpy(), down.numpy(), down_taps.numpy()
        )
        return down, down_taps


def _bfloat16() -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16)


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(INNER)
        self.taps = nn.Parameter(torch.randn(TAPS, INNER) * 0.2)
        self.gate = nn.Linear(2 * INNER, 2 * GATED)
        self.back = nn.Linear(GATED, INNER)
        nn.init.zeros_(self.back.bias)
        self.back.weight.data *= 0.3

    def forward(self, inner: Tensor) -> Tensor:
        normed = self.norm(inner)
        near = _Convolution.apply(normed, self.taps)
        with _bfloat16():
            through, gate = self.gate(torch.cat((normed.bfloat16(), near.bfloat16()), -1)).chunk(2, -1)
            back: Tensor = self.back(through * torch.sigmoid(gate))
        return inner + back


class TrainedNet(nn.Module):
    """The network while it is trained; :func:`write_network` writes it.

    ``seen`` has two rows behind the words': rarer words, and a hidden place.
    """

    def __init__(self, start: WordVectors, words: int, log_share: Tensor) -> None:
        super().__init__()
        size = start.seen.shape[1]
        seen = np.concatenate((start.seen[:words], start.seen[2:3], np.zeros((1, size), np.float32)))
        wanted = np.concatenate((start.wanted[:words], np.zeros((1, size), np.float32)))
        before, behind = start.places[REACH - 1 :: -1], start.places[REACH:]
        self.words = words
        self.seen = nn.Parameter(torch.from_numpy(seen))
        self.wanted = nn.Parameter(torch.from_numpy(wanted))
        self.window = nn.Parameter(
            torch.from_numpy(np.concatenate((before, np.zeros((1, size), np.float32), behind)))
        )
        self.bias = nn.Parameter(torch.zeros(words + 1))
        self.frequency = nn.Parameter(log_share.clone())
        self.straight = nn.Parameter(torch.full((size,), 0.3))
        self.doubt = nn.Parameter(torch.zeros(INNER))
        self.into = nn.Linear(3 * size, INNER)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(INNER)
        self.out = nn.Linear(INNER, size)
        self.out.weight.data *= 0.2
        nn.init.zeros_(self.out.bias)
        # Sums of ten and means of 256 vectors differ in size from one vector.
        self.scales = (0.3, 4.0)

    def called_for(self, batch: Batch, hidden: Tensor) -> Tensor:
        """The vector of what every place calls for; ``hidden`` places are not shown."""
        vectors = functional.embedding_bag(
            batch.shown, self.seen, batch.offsets, per_sample_weights=batch.weights, mode="sum"
        )
        vectors = torch.where(hidden[:, None], self.seen[self.words + 1], vectors).view(
            -1, WINDOW, vectors.shape[1]
        )
        near = _Convolution.apply(vectors, self.window)
        around = vectors.mean(1, keepdim=True).expand_as(vectors)
        with _bfloat16():
            parts = (vectors, self.scales[0] * near, self.scales[1] * around)
            inner = self.into(torch.cat([part.bfloat16() for part in parts], -1))
        inner = inner.float() + (1 - batch.unchanged.view(-1, WINDOW, 1)) * self.doubt
        for layer in self.layers:
            inner = layer(inner)
        inner = self.norm(inner)
        with _bfloat16():
            out = self.out(inner)
        return (out.float() + near * self.straight).view(-1, near.shape[-1])

    def reading_logits(self, called_for: Tensor, batch: Batch) -> Tensor:
        """Log-posterior plus score of the candidates at the doubtful places."""
        scores = torch.bmm(self.wanted[batch.candidates], called_for[batch.doubtful][:, :, None])[:, :, 0]
        return batch.log_posterior + scores + self.bias[batch.candidates]

    def words_loss(self, called_for: Tensor, truth: Tensor, drawn: Tensor, log_share: Tensor) -> Tensor:
        """The sampled softmax of the first step."""
        with _bfloat16():
            others = called_for @ self.wanted[drawn].T + self.frequency[drawn].to(called_for.dtype)
        others = others.float() - log_share[drawn] - math.log(len(drawn))
        right = (called_for * self.wanted[truth]).sum(1) + self.frequency[truth]
        return (torch.logsumexp(torch.cat((right[:, None], others), 1), 1) - right).mean()


class _Whole(nn.Module):
    """A matrix as whole numbers from -127 to 127 and a scale a row: 0.4 % of the row's largest weight is the step."""

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        weights = weights.detach()
        scale = (weights.abs().amax(1) / 127).clamp(min=1e-12)
        self.register_buffer("whole", torch.round(weights / scale[:, None]).to(torch.int8))
        self.register_buffer("scale", scale)

    def rows(self, which: Tensor) -> Tensor:
        return self.whole[which].float() * self.scale[which][..., None]


class _Linear(nn.Module):
    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.matrix = _Whole(linear.weight)
        self.register_buffer("bias", linear.bias.detach())

    def forward(self, inner: Tensor) -> Tensor:
        product: Tensor = (inner @ self.matrix.whole.float().t()) * self.matrix.scale
        return product + self.bias


def _around(vectors: Tensor, taps: Tensor) -> Tensor:
    """As :class:`_Convolution`, for (places, size)."""
    many, half = vectors.shape[1], len(taps) // 2
    return functional.conv1d(vectors.t()[None], taps.t()[:, None], padding=half, groups=many)[0].t()


class _Written(nn.Module):
    """The network as it is written: quantised, for one text of any length, asked about some of its places."""

    def __init__(self, net: TrainedNet) -> None:
        super().__init__()
        self.seen, self.wanted = _Whole(net.seen[: net.words + 1]), _Whole(net.wanted)
        for name in ("bias", "window", "straight", "doubt"):
            self.register_buffer(name, getattr(net, name).detach())
        self.scales = net.scales
        self.into, self.out, self.norm = _Linear(net.into), _Linear(net.out), net.norm
        self.norms = nn.ModuleList(layer.norm for layer in net.layers)
        self.gates = nn.ModuleList(_Linear(layer.gate) for layer in net.layers)
        self.backs = nn.ModuleList(_Linear(layer.back) for layer in net.layers)
        for i, layer in enumerate(net.layers):
            self.register_buffer(f"taps{i}", layer.taps.detach())

    def forward(
        self,
        shown: Tensor,
        weight: Tensor,
        unchanged: Tensor,
        low: Tensor,
        high: Tensor,
        place: Tensor,
        word: Tensor,
    ) -> Tensor:
        vectors = (self.seen.rows(shown) * weight[..., None]).sum(1)
        near = _around(vectors, self.window)
        sums = functional.pad(torch.cumsum(vectors, 0), (0, 0, 1, 0))
        around = (sums[high] - sums[low]) / (high - low).float()[:, None]
        inner = self.into(torch.cat((vectors, self.scales[0] * near, self.scales[1] * around), 1))
        inner = inner + (1 - unchanged)[:, None] * self.doubt
        for i, (norm, gate, back) in enumerate(zip(self.norms, self.gates, self.backs, strict=True)):
            normed = norm(inner)
            through, let = gate(torch.cat((normed, _around(normed, getattr(self, f"taps{i}"))), 1)).chunk(
                2, 1
            )
            inner = inner + back(through * torch.sigmoid(let))
        called_for = self.out(self.norm(inner)) + near * self.straight
        scores: Tensor = (called_for[place] * self.wanted.rows(word)).sum(1) + self.bias[word]
        return scores


def write_network(net: TrainedNet, vocabulary: Sequence[str], path: Path) -> None:
    """Write the network as :class:`textrepair.model.neural.NeuralScorer` reads it; its version is the hash of its weights."""
    import onnx

    written = _Written(net).eval()
    around = torch.arange(60)
    sample = (
        torch.full((60, 2), END), torch.full((60, 2), 0.5), torch.ones(60),
        (around - 9).clamp(min=0), (around + 9).clamp(max=60), torch.arange(40), torch.full((40,), END),
    )  # fmt: skip
    places, most, questions = (torch.export.Dim(name) for name in ("places", "most", "questions"))
    by_place, by_question = {0: places}, {0: questions}
    shapes = ({0: places, 1: most}, {0: places, 1: most}, *[by_place] * 3, *[by_question] * 2)
    torch.onnx.export(
        written, sample, path, input_names=list(INPUTS), output_names=["score"], dynamic_shapes=shapes,
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
    weights = hashlib.sha256()
    for _, buffer in sorted(written.state_dict().items()):
        weights.update(buffer.numpy().tobytes())
    model = onnx.load(path)
    for node in model.graph.node:  # where in whose checkout each operation was written down
        del node.metadata_props[:]
        node.doc_string = ""
    facts = {
        VERSION: weights.hexdigest()[:8],
        WORDS: str(net.words),
        VOCABULARY: digest(vocabulary[: net.words]),
    }
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, path)


@dataclass
class Batch:
    """Windows of tokens, end to end; N places, D of them doubtful with up to ``_CANDIDATES`` candidates.

    ``shown``, ``weights`` and ``offsets`` (N,): words and their weights, by place; ``unchanged`` (N,) posterior; ``truth`` (N,)
    the word that belongs there, -1 unknown; ``doubtful`` (D,) places; ``candidates``, ``log_posterior`` (D, candidates);
    ``right`` (D,).
    """

    shown: Tensor
    weights: Tensor
    offsets: Tensor
    unchanged: Tensor
    truth: Tensor
    doubtful: Tensor
    candidates: Tensor
    log_posterior: Tensor
    right: Tensor


class ReadingWindows:
    """Readings cut into windows, a border before every sentence."""

    def __init__(self, readings: Readings, words: int) -> None:
        edges = readings.edges.astype(np.int64)
        first = np.concatenate(([0], np.cumsum(edges)))
        target = readings.target.astype(np.int64)
        before = readings.before.astype(np.float32)
        known = np.minimum(target, words)
        places = np.arange(len(edges)) + np.cumsum(readings.starts)
        length = int(places[-1]) + 1
        unchanged = np.zeros(len(target), dtype=bool)
        unchanged[first[:-1]] = True
        single = (readings.length == 1) & (target < words)

        shown = np.flatnonzero(unchanged | ((before > FAINT) & single))
        borders = np.setdiff1d(np.arange(length), places)
        at = np.concatenate((np.repeat(places, edges)[shown], borders))
        order = np.argsort(at, kind="stable")
        self._shown = np.concatenate((known[shown], np.full(len(borders), END)))[order]
        self._weights = np.concatenate((before[shown], np.ones(len(borders), np.float32)))[order]
        self._start = np.searchsorted(at[order], np.arange(length + 1))
        self._unchanged = np.ones(length, np.float32)
        self._unchanged[places] = before[first[:-1]]

        # Without a right edge nothing should be changed, and the word that belongs there isn't known.
        right = np.maximum(readings.right.astype(np.int64), 0)
        self._truth = np.full(length, -1, dtype=np.int64)
        self._truth[places] = np.where(readings.right >= 0, known[first[:-1] + right], -1)
        doubtful = np.flatnonzero((edges > 1) & (right < _CANDIDATES))
        self._doubtful = places[doubtful]
        self._right = right[doubtful]
        rows = first[doubtful][:, None] + np.arange(_CANDIDATES)
        inside = np.arange(_CANDIDATES) < edges[doubtful][:, None]
        rows = np.where(inside, rows, first[doubtful][:, None])
        # What has no vector scores as the word left alone: its difference from it is 0.
        self._candidates = np.where(single[rows], target[rows], known[first[doubtful]][:, None])
        logp = np.log(np.maximum(readings.after.astype(np.float32)[rows], 1e-4))
        self._log_posterior = np.where(inside, logp, -1e9).astype(np.float32)
        self.count = length // WINDOW

    def batch(self, windows: npt.NDArray[Any]) -> Batch:
        """Some of the windows."""
        shown, weights, offsets, doubtful, rows, at = [], [], [], [], [], 0
        places = []
        for row, window in enumerate(windows.tolist()):
            begin, end = window * WINDOW, (window + 1) * WINDOW
            low, high = self._start[begin], self._start[end]
            shown.append(self._shown[low:high])
            weights.append(self._weights[low:high])
            offsets.append(self._start[begin:end] - low + at)
            at += high - low
            some = slice(*np.searchsorted(self._doubtful, (begin, end)).tolist())
            doubtful.append(self._doubtful[some] - begin + row * WINDOW)
            rows.append(np.arange(some.start, some.stop))
            places.append(np.arange(begin, end))
        row_index, place_index = np.concatenate(rows), np.concatenate(places)
        return Batch(
            *(torch.from_numpy(np.concatenate(part)) for part in (shown, weights, offsets)),
            torch.from_numpy(self._unchanged[place_index]),
            torch.from_numpy(self._truth[place_index]),
            torch.from_numpy(np.concatenate(doubtful)),
            torch.from_numpy(self._candidates[row_index]),
            torch.from_numpy(self._log_posterior[row_index]),
            torch.from_numpy(self._right[row_index]),
        )


@dataclass
class Plan:
    """How long and how fast to learn; measured on readings of articles kept out.

    A batch is ``windows`` windows; rates fall linearly to nothing.
    """

    words_steps: int = 7000
    reading_epochs: float = 1.5
    windows: int = 32
    words_rate: float = 2e-3
    reading_rate: float = 1e-3
    seed: int = 1


class Trainer:
    """Trains a network in two steps."""

    def __init__(
        self,
        start: WordVectors,
        stream: npt.NDArray[Any],
        words: int,
        plan: Plan,
        report: Callable[[str], None],
    ) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(plan.seed)
        self.random = np.random.default_rng(plan.seed)
        counts = np.bincount(np.minimum(stream[:20_000_000], words), minlength=words + 1).astype(np.float64)
        counts[BEGIN] = 0.0
        share = counts**0.75 / (counts**0.75).sum()
        self.cumulative = np.cumsum(share)
        self.log_share = torch.from_numpy(np.log(share + 1e-9).astype(np.float32))
        self.net = TrainedNet(start, words, self.log_share)
        self.stream, self.words, self.plan, self.report = stream, words, plan, report

    def learn_words(self, kept: Path) -> None:
        """The first step, or what a run before left of it."""
        if kept.exists():
            self.net.load_state_dict(torch.load(kept))
            return
        for step, _ in enumerate(self._steps(self.plan.words_steps, self.plan.words_rate)):
            batch = self._sound_batch()
            hidden = torch.from_numpy(self.random.random(len(batch.truth)) < 0.2)
            loss = self._words_loss(self.net.called_for(batch, hidden), batch, hidden)
            self._learn(loss)
            if step % 100 == 0:
                self.report(f"words: step {step} of {self.plan.words_steps}, loss {loss.item():.3f}")
        torch.save(self.net.state_dict(), kept)

    def learn_readings(self, windows: ReadingWindows) -> None:
        """The second step."""
        self.random = np.random.default_rng(
            (self.plan.seed, 2)
        )  # the same whether or not the first was taken from a file
        size = self.plan.windows
        epochs = math.ceil(self.plan.reading_epochs)
        order = np.concatenate([self.random.permutation(windows.count) for _ in range(epochs)])
        steps = int(windows.count * self.plan.reading_epochs) // size
        mean = 0.0
        for step, _ in enumerate(self._steps(steps, self.plan.reading_rate)):
            batch = self._garbled(windows.batch(order[step * size : (step + 1) * size]))
            hidden = torch.from_numpy(self.random.random(len(batch.truth)) < 0.1)
            called_for = self.net.called_for(batch, hidden)
            shown = ~hidden[batch.doubtful]
            logits = self.net.reading_logits(called_for, batch)[shown]
            loss = functional.cross_entropy(logits, batch.right[shown])
            mean += (loss.item() - mean) / min(step + 1, 50)
            self._learn(loss + _WORDS_TOO * self._words_loss(called_for, batch, hidden))
            if step % 100 == 0:
                self.report(f"readings: step {step} of {steps}, loss {mean:.4f}")

    def _garbled(self, batch: Batch) -> Batch:
        """With up to ``_GARBLED`` of a window's words that are left alone replaced at random: real spinners also put words
        that the prior knows nothing of, and the network must not trust its surroundings more than they deserve."""
        share = np.repeat(self.random.uniform(0.0, _GARBLED, self.plan.windows), WINDOW)
        first = batch.offsets.numpy()
        places = np.flatnonzero(self.random.random(len(first)) < share)
        places = places[
            (batch.unchanged.numpy()[places] > 0.99) & (batch.shown.numpy()[first[places]] != END)
        ]
        shown = batch.shown.clone()
        shown[torch.from_numpy(first[places])] = torch.from_numpy(self._drawn(len(places)))
        return replace(batch, shown=shown)

    def losses(self, windows: ReadingWindows, weights: tuple[float, ...]) -> list[tuple[float, float]]:
        """Mean loss and share of right edges at the doubtful places, by the score's weight."""
        totals = np.zeros((len(weights), 2))
        count = 0
        with torch.no_grad():
            for begin in range(0, windows.count, 64):
                batch = windows.batch(np.arange(begin, min(windows.count, begin + 64)))
                called_for = self.net.called_for(batch, torch.zeros(len(batch.truth), dtype=torch.bool))
                scores = self.net.reading_logits(called_for, batch) - batch.log_posterior
                count += len(batch.right)
                for i, weight in enumerate(weights):
                    logits = batch.log_posterior + weight * scores
                    totals[i, 0] += functional.cross_entropy(logits, batch.right, reduction="sum").item()
                    totals[i, 1] += (logits.argmax(1) == batch.right).sum().item()
        return [(float(loss), float(right)) for loss, right in totals / count]

    def _steps(self, steps: int, rate: float) -> Iterator[None]:
        tables = [self.net.seen, self.net.wanted]
        others = [p for p in self.net.parameters() if not any(p is table for table in tables)]
        self._optimiser = torch.optim.AdamW(
            [{"params": tables, "weight_decay": 0.0}, {"params": others, "weight_decay": 0.01}],
            betas=(0.9, 0.98),
            fused=True,
        )
        for step in range(steps):
            now = rate * min(1.0, (step + 1) / 50) * max(0.02, 1 - step / steps)
            self._optimiser.param_groups[0]["lr"] = now / 2
            self._optimiser.param_groups[1]["lr"] = now
            yield

    def _learn(self, loss: Tensor) -> None:
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self._optimiser.step()

    def _words_loss(self, called_for: Tensor, batch: Batch, hidden: Tensor) -> Tensor:
        rows = torch.nonzero(hidden & (batch.truth > END) & (batch.truth < self.words))[:, 0]
        drawn = torch.from_numpy(self._drawn(_DRAWN))
        return self.net.words_loss(called_for[rows], batch.truth[rows], drawn, self.log_share)

    def _drawn(self, count: int) -> npt.NDArray[Any]:
        return np.minimum(np.searchsorted(self.cumulative, self.random.random(count)), self.words)

    def _sound_batch(self) -> Batch:
        """Windows of sound text, one word in twelve replaced at random."""
        begins = self.random.integers(0, len(self.stream) // WINDOW, self.plan.windows) * WINDOW
        truth = np.concatenate([self.stream[b : b + WINDOW] for b in begins]).astype(np.int64)
        truth = np.minimum(truth, self.words)
        truth[truth == BEGIN] = END
        shown = truth.copy()
        replaced = self.random.random(len(truth)) < 1 / 12
        shown[replaced] = self._drawn(int(replaced.sum()))
        ones, nothing = torch.ones(len(truth)), torch.zeros(0, dtype=torch.int64)
        return Batch(
            torch.from_numpy(shown),
            ones,
            torch.arange(len(truth)),
            ones,
            torch.from_numpy(truth),
            nothing,
            nothing,
            nothing,
            nothing,
        )
