"""onnxruntime's quantizers on what torch_classic.py wrote: ort-static-*.onnx and ort-dynamic-*.onnx."""
import numpy as np
import onnx
from fixture import path_of, save, scratch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Noise(CalibrationDataReader):
    def __init__(self, shape):
        draw = np.random.default_rng(7)
        self.samples = iter([{"input": draw.uniform(-1, 1, shape).astype(np.float32)} for _ in range(16)])

    def get_next(self):
        return next(self.samples, None)


def prepared(name):
    """The step that onnxruntime's documents put before quantization: shapes are inferred and the graph is optimized."""
    file = scratch(f"{name}-prepared")
    quant_pre_process(path_of(name), file, skip_symbolic_shape=True)
    return file


def static(name, source, shape, **options):
    file = scratch(name)
    quantize_static(prepared(source), file, Noise(shape), **options)
    save(name, onnx.load(file))


def dynamic(name, source, **options):
    file = scratch(name)
    quantize_dynamic(path_of(source), file, **options)
    save(name, onnx.load(file))


images = ("torch-classic-images", (1, 3, 8, 8))
static("ort-static-qdq", *images, quant_format=QuantFormat.QDQ)
static("ort-static-qdq-per-channel", *images, quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QInt8)
# Weights stay floating point behind QuantizeLinear and DequantizeLinear.
static("ort-static-qdq-pairs", *images, quant_format=QuantFormat.QDQ, extra_options={"AddQDQPairToWeight": True})
static("ort-static-qoperator", *images, quant_format=QuantFormat.QOperator, weight_type=QuantType.QInt8)
dynamic("ort-dynamic-tokens", "torch-classic-tokens")
dynamic("ort-dynamic-images", "torch-classic-images", weight_type=QuantType.QUInt8)
