"""
Written by hand after what Paddle2ONNX's exporter and mappers write without its optimizer: paddle2onnx-*.onnx. Parameters are
Constant nodes, biases are reshaped and added, an Identity ends every operator that writes another's output.
"""
import numpy as np
import onnx
from fixture import save

FLOAT, INT64, INT8 = np.float32, np.int64, np.int8


class Block:
    """The nodes of one program, named as the exporter counts them."""

    def __init__(self):
        self.parameters, self.nodes, self.counts = [], [], {}
        self.draw = np.random.default_rng(7)

    def name(self, kind):
        self.counts[kind] = self.counts.get(kind, -1) + 1
        return f"{kind}.{self.counts[kind]}"

    def parameter(self, name, shape, low=-0.5, high=0.5):
        return self.value(self.parameters, name, self.draw.uniform(low, high, shape).astype(FLOAT))

    def constant(self, values, kind):
        return self.value(self.nodes, self.name("helper.constant"), np.array(values, kind))

    def value(self, nodes, name, values):
        tensor = onnx.numpy_helper.from_array(np.asarray(values), name)
        nodes.append(onnx.helper.make_node("Constant", [], [name], value=tensor))
        return name

    def node(self, op, inputs, output=None, **attributes):
        name = self.name(op)
        output = output or self.name(op)
        self.nodes.append(onnx.helper.make_node(op, inputs, [output], name=name, **attributes))
        return output

    def conv(self, x, name, shape, padding, stride, group=1, weights=None):
        weights = weights or self.parameter(f"{name}.w_0", shape)
        square = {"kernel_shape": shape[2:], "strides": [stride] * 2, "dilations": [1, 1], "pads": [padding] * 4}
        return self.node("Conv", [x, weights], f"{name}.tmp_0", group=group, **square)

    def add(self, x, name, channels, shape):
        """elementwise_add of a parameter, along an axis."""
        bias = self.node("Reshape", [self.parameter(f"{name}.b_0", channels), self.constant(shape, INT64)])
        return self.node("Identity", [self.node("Add", [x, bias])], f"{name}.tmp_1")

    def linear(self, x, name, shape):
        """mul and elementwise_add."""
        product = self.node("MatMul", [x, self.parameter(f"{name}.w_0", shape)])
        product = self.node("Identity", [product], f"{name}.tmp_0")
        return self.node("Identity", [self.node("Add", [product, self.parameter(f"{name}.b_0", shape[1:])])], f"{name}.tmp_1")

    def model(self, output, opset, ir_version):
        image = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["DynamicDimension.0", 3, 8, 8])
        scores = onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, ["DynamicDimension.1", 5])
        graph = onnx.helper.make_graph([*self.parameters, *self.nodes], "PaddlePaddle Graph 0", [image], [scores])
        imports = [onnx.helper.make_opsetid("", opset)]
        model = onnx.helper.make_model(graph, opset_imports=imports, ir_version=ir_version)
        model.producer_name = ""
        onnx.checker.check_model(model)
        return model


def images():
    """Opset 11: padding is a node of its own."""
    block = Block()
    pads = block.constant([0, 0, 1, 1, 0, 0, 1, 1], INT64)
    x = block.node("Pad", ["x", pads, block.constant(0, FLOAT)], "pad3d_0.tmp_0", mode="constant")
    x = block.conv(x, "conv2d_0", (8, 3, 3, 3), 0, 2)
    scale = [block.parameter(f"batch_norm2d_0.{part}", 8, low, high) for part, low, high in (("w_0", 0.5, 1.5), ("b_0", -0.2, 0.2), ("w_1", -0.2, 0.2), ("w_2", 0.5, 2))]
    x = block.node("BatchNormalization", [x, *scale], "batch_norm2d_0.tmp_2", epsilon=1e-5, momentum=0.9)
    x = block.node("Clip", [x, block.constant(0, FLOAT), block.constant(6, FLOAT)], "relu6_0.tmp_0")
    x = block.conv(x, "depthwise_conv2d_0", (8, 1, 3, 3), 1, 1, group=8)
    x = block.node("Relu", [block.add(x, "depthwise_conv2d_0", 8, [1, 8, 1, 1])], "relu_0.tmp_0")
    x = block.node("GlobalAveragePool", [x], "pool2d_0.tmp_0")
    x = block.node("Flatten", [x], "flatten_0.tmp_0", axis=1)
    x = block.linear(x, "linear_0", (8, 5))
    return block.model(block.node("Softmax", [x], "softmax_0.tmp_0", axis=1), 11, 6)


def quantized():
    """Of a model that PaddleSlim quantized: QuantizeLinear and DequantizeLinear around floating-point weights and inputs."""
    block = Block()

    def pair(value, scale, **axis):
        steps = [block.constant(scale, FLOAT), block.constant(np.zeros_like(scale), INT8)]
        return block.node("DequantizeLinear", [block.node("QuantizeLinear", [value, *steps], **axis), *steps], **axis)

    weights = block.parameter("conv2d_0.w_0", (8, 3, 3, 3))
    peaks = np.full(8, 0.5) / 127
    x = block.conv(pair("x", 1 / 127), "conv2d_0", (8, 3, 3, 3), 1, 2, weights=pair(weights, peaks, axis=0))
    x = block.node("Relu", [block.add(x, "conv2d_0", 8, [1, 8, 1, 1])], "relu_0.tmp_0")
    x = block.node("GlobalAveragePool", [x], "pool2d_0.tmp_0")
    x = block.node("Flatten", [x], "flatten_0.tmp_0", axis=1)
    weights = block.parameter("linear_0.w_0", (8, 5))
    product = block.node("MatMul", [pair(x, 1.5 / 127), pair(weights, np.full(5, 0.5) / 127, axis=1)], "linear_0.tmp_0")
    x = block.node("Identity", [block.node("Add", [product, block.parameter("linear_0.b_0", 5)])], "linear_0.tmp_1")
    return block.model(x, 13, 7)


save("paddle2onnx-images", images())
save("paddle2onnx-quantized", quantized())
