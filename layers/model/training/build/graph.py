"""The encoder as an ONNX graph: `input_ids` `[1, n]` to `embedding` and `topic` `[1, 384]` and the heads' outputs.

One prompt a run, so there is no padding and no attention mask. Linear layers run in int8: attention as
DynamicQuantizeLinear and QAttention, the others as DynamicQuantizeMatMul.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from classifier.manifest import EMBEDDING, TOPIC
from classifier.tokens import MAX_TOKENS
from training.build.heads import Activation, Dense, Head
from training.build.network import (
    EMBEDDING_NORM,
    EPSILON,
    HEADS,
    LAYERS,
    PLACES,
    SEGMENTS,
    TOPIC_LAYER,
    WIDTH,
    WORDS,
    Floats,
    Weights,
    attention,
    attention_norm,
    attention_output,
    narrowing,
    output_norm,
    widening,
)
from training.build.quantise import quantise_columns, quantise_rows
from training.build.smooth import Smoothing, split_channels
from training.build.target import Target

MICROSOFT = "com.microsoft"
OPSET = 20
"""The first with Gelu; LayerNormalization came with 17."""


def build_graph(weights: Weights, smoothing: Smoothing, heads: Sequence[Head], target: Target) -> onnx.ModelProto:
    """The whole network, checked by onnx's own checker as far as it knows the operators."""
    writer = _Writer(split_channels(weights, smoothing.splits), smoothing.factors, target)
    states = {0: writer.embed()}
    for layer in range(LAYERS):
        states[layer + 1] = writer.layer(layer, states[layer])
    return writer.model(writer.results(heads, states))


class _Writer:
    """Collects nodes and initialisers; each method returns the name of the tensor it adds."""

    def __init__(self, weights: Weights, factors: Mapping[str, Floats], target: Target) -> None:
        self._weights = weights
        self._factors = factors
        self._target = target
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(
        self,
        operator: str,
        inputs: list[str],
        *,
        output: str = "",
        domain: str = "",
        **attributes: float | str | list[int],
    ) -> str:
        name = output or f"{operator}_{len(self._nodes)}"
        node = helper.make_node(operator, inputs, [name], name=name, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return name

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.array(values, order="C"), name)
        return name

    def embed(self) -> str:
        """The word table in int8 by row; the segment embedding, always the first, is part of the place table."""
        words = quantise_rows(self._weights[WORDS])
        places = self._weights[PLACES][:MAX_TOKENS] + self._weights[SEGMENTS][0]
        codes = self.node("Gather", [self.constant("words", words.values), "input_ids"])
        scales = self.node("Gather", [self.constant("word_scales", words.scales), "input_ids"])
        word = self.node("Mul", [self.node("Cast", [codes], to=TensorProto.FLOAT), scales])
        first, axis = self.constant("first", np.array([0], np.int64)), self.constant("axis", np.array([0], np.int64))
        length = self.node("Shape", ["input_ids"], start=1, end=2)
        place = self.node("Slice", [self.constant("places", places), first, length, axis])
        return self._normalise(EMBEDDING_NORM, self.node("Add", [word, place]))

    def layer(self, layer: int, tokens: str) -> str:
        """Attention, then the feed-forward part."""
        return self._feed_forward(layer, self._attend(layer, tokens))

    def results(self, heads: Sequence[Head], states: Mapping[int, str]) -> list[onnx.ValueInfoProto]:
        """What is read from the tokens behind each layer, as outputs of the graph."""
        axis = self.constant("token_axis", np.array([1], np.int64))
        means: dict[str, str] = {}
        for name, layer in ((EMBEDDING, LAYERS), (TOPIC, TOPIC_LAYER)):
            means[name] = self.node("ReduceMean", [states[layer], axis], keepdims=0)
            self.node("Identity", [self.node("LpNormalization", [means[name]], axis=-1, p=2)], output=name)
        if heads:
            first = self.node("Gather", [states[LAYERS], self.constant("cls", np.array(0, np.int64))], axis=1)
            joined = self.node("Concat", [means[EMBEDDING], first], axis=1)
            for head in heads:
                self._head(head, joined)
        widths = {EMBEDDING: WIDTH, TOPIC: WIDTH} | {head.name: head.width for head in heads}
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width]) for name, width in widths.items()]

    def model(self, results: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        """All that was written, up to the results."""
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])
        graph = helper.make_graph(self._nodes, "encoder", [ids], results, list(self._constants.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="llm-router", ir_version=10)
        onnx.checker.check_model(model)
        return model

    def _attend(self, layer: int, tokens: str) -> str:
        parts = [attention(layer, part) for part in ("query", "key", "value")]
        context_factors = self._factors.get(attention_output(layer), np.ones(WIDTH, np.float32))
        matrices = [self._weights[f"{part}.weight"].T for part in parts]
        biases = [self._weights[f"{part}.bias"] for part in parts]
        matrices[2] = matrices[2] / context_factors
        biases[2] = biases[2] / context_factors
        matrix = np.concatenate(matrices, axis=1)
        if parts[0] in self._factors:
            matrix = matrix * self._factors[parts[0]][:, None]
        quantised = quantise_columns(matrix, largest=self._target.largest_weight)
        codes, step, zero = (f"{parts[0]}.{name}" for name in ("codes", "step", "zero"))
        smooth = self._smooth(parts[0], tokens)
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [smooth], [codes, step, zero], name=codes))
        context = self.node(
            "QAttention",
            [
                codes,
                self.constant(f"{parts[0]}.weight", quantised.values),
                self.constant(f"{parts[0]}.bias", np.concatenate(biases)),
                step,
                self.constant(f"{parts[0]}.scales", quantised.scales),
                "",
                zero,
                self.constant(f"{parts[0]}.zeros", np.zeros(len(quantised.scales), np.int8)),
            ],
            domain=MICROSOFT,
            num_heads=HEADS,
        )
        mixed = self._linear(attention_output(layer), context, context_factors)
        return self._normalise(attention_norm(layer), self.node("Add", [tokens, mixed]))

    def _feed_forward(self, layer: int, tokens: str) -> str:
        wide, narrow = widening(layer), narrowing(layer)
        inner = self.node("Gelu", [self._linear(wide, self._smooth(wide, tokens), self._factors.get(wide))])
        result = self._linear(narrow, self._smooth(narrow, inner), self._factors.get(narrow))
        return self._normalise(output_norm(layer), self.node("Add", [tokens, result]))

    def _head(self, head: Head, x: str) -> None:
        *inner, last = head.layers
        for number, dense in enumerate(inner):
            x = self._dense(f"heads.{head.name}.{number}", x, dense)
        self._dense(f"heads.{head.name}.{len(inner)}", x, last, output=head.name)

    def _smooth(self, name: str, x: str) -> str:
        if name not in self._factors:
            return x
        return self.node("Mul", [x, self.constant(f"{name}.smooth", 1 / self._factors[name])])

    def _linear(self, name: str, x: str, factors: Floats | None) -> str:
        matrix = self._weights[f"{name}.weight"].T
        if factors is not None:
            matrix = matrix * factors[:, None]
        quantised = quantise_columns(matrix, largest=self._target.largest_weight)
        inputs = [
            x,
            self.constant(f"{name}.weight", quantised.values),
            self.constant(f"{name}.scales", quantised.scales),
            self.constant(f"{name}.zeros", np.zeros(len(quantised.scales), np.int8)),
            self.constant(f"{name}.bias", self._weights[f"{name}.bias"]),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, domain=MICROSOFT)

    def _dense(self, name: str, x: str, dense: Dense, *, output: str = "") -> str:
        weight, bias = self.constant(f"{name}.weight", dense.weight.T), self.constant(f"{name}.bias", dense.bias)
        if dense.activation is Activation.IDENTITY:
            return self.node("Gemm", [x, weight, bias], output=output)
        y = self.node("Gemm", [x, weight, bias])
        return self.node(dense.activation.value.capitalize(), [y], output=output)

    def _normalise(self, name: str, x: str) -> str:
        scale = self.constant(f"{name}.weight", self._weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self._weights[f"{name}.bias"])
        return self.node("LayerNormalization", [x, scale, bias], epsilon=EPSILON, axis=-1)
