"""onnxruntime's offline optimizer on what torch_classic.py wrote: ort-optimized-*.onnx."""
import onnx
import onnxruntime as ort
from fixture import path_of, save, scratch


def optimize(name, source, level):
    file = scratch(name)
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath = file
    ort.InferenceSession(path_of(source), options, providers=["CPUExecutionProvider"])
    save(name, onnx.load(file))


levels = ort.GraphOptimizationLevel
optimize("ort-optimized-images", "torch-classic-unfolded", levels.ORT_ENABLE_EXTENDED)
optimize("ort-optimized-tokens", "torch-classic-tokens", levels.ORT_ENABLE_EXTENDED)
optimize("ort-optimized-qdq", "ort-static-qdq", levels.ORT_ENABLE_EXTENDED)
