"""PyTorch's exporter by torch.export ("dynamo"): torch-dynamo-*.onnx."""
import torch
from fixture import save
from torch_network import Images, Tokens, seeded


def export(name, network, sample, **options):
    batch = ({0: torch.export.Dim("batch")},)
    program = torch.onnx.export(seeded(network), (sample,), dynamo=True, dynamic_shapes=batch, **options)
    save(name, program.model_proto)


export("torch-dynamo-images", Images, torch.zeros(2, 3, 8, 8))
export("torch-dynamo-tokens", Tokens, torch.zeros(2, 6, 8), opset_version=23)
# As torch_lib writes it before anything is folded or inlined: aten operators are functions of the model.
export("torch-dynamo-unoptimized", Images, torch.zeros(2, 3, 8, 8), optimize=False)
