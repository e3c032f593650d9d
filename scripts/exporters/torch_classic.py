"""PyTorch's classic exporter (TorchScript tracing): torch-classic-*.onnx."""
import io

import onnx
import torch
from fixture import save
from torch_network import Images, Sequence, Tokens, seeded


def export(name, network, sample, **options):
    bytes_ = io.BytesIO()
    torch.onnx.export(seeded(network), sample, bytes_, dynamo=False, input_names=["input"], output_names=["output"], **options)
    save(name, onnx.load_from_string(bytes_.getvalue()))


batch = {"dynamic_axes": {"input": {0: "batch"}, "output": {0: "batch"}}}
images = torch.zeros(2, 3, 8, 8)
export("torch-classic-images", Images, images, opset_version=17, **batch)
# A model as it is exported for training on: batch normalization stays a node.
export("torch-classic-unfolded", Images, images, opset_version=11, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE, **batch)
export("torch-classic-tokens", Tokens, torch.zeros(2, 6, 8), opset_version=14, **batch)
export("torch-classic-lstm", Sequence, torch.zeros(1, 6, 4), opset_version=14)
