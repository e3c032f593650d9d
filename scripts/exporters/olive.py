"""
What Olive's passes OnnxFloatToFloat16, OnnxBlockWiseRtnQuantization and OnnxMatMul4Quantizer make, by the functions of
onnxruntime that they call or descend from: olive-*.onnx.
"""
import onnx
from fixture import path_of, save
from onnxruntime.quantization import QuantFormat
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16


def blocks(name, source, quant_format, symmetric):
    config = DefaultWeightOnlyQuantConfig(block_size=16, is_symmetric=symmetric, bits=4, quant_format=quant_format)
    quantizer = MatMulNBitsQuantizer(onnx.load(path_of(source)), algo_config=config)
    quantizer.process()
    save(name, quantizer.model.model)


blocks("olive-int4-matmulnbits", "torch-classic-tokens", QuantFormat.QOperator, False)
blocks("olive-int4-qdq", "torch-dynamo-tokens", QuantFormat.QDQ, True)
images = onnx.load(path_of("torch-classic-images"))
save("olive-fp16", convert_float_to_float16(images))
images = onnx.load(path_of("torch-classic-images"))
save("olive-fp16-io-float", convert_float_to_float16(images, keep_io_types=True))
