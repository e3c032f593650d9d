"""A model in memory -> fixtures/exporters/NAME.onnx, the same bytes every time."""
import os
import tempfile

import onnx

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "exporters")


def path_of(name):
    return os.path.join(FOLDER, f"{name}.onnx")


def scratch(name):
    """Where tools write that only write files."""
    return os.path.join(tempfile.gettempdir(), f"{name}.onnx")


def save(name, model):
    """Leaves out what tells of the machine: stack traces, documentation strings, metadata of nodes and values."""
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        graph.doc_string = ""
        values = [*graph.value_info]
        if isinstance(graph, onnx.GraphProto):
            values += [*graph.input, *graph.output, *graph.initializer]
        for item in [graph, *graph.node, *values]:
            item.doc_string = ""
            if hasattr(item, "metadata_props"):
                del item.metadata_props[:]
    del model.metadata_props[:]
    with open(path_of(name), "wb") as file:
        file.write(model.SerializeToString(deterministic=True))
    operators = [node.op_type for node in model.graph.node]
    print(f"{name}: {model.ByteSize()} bytes, {model.producer_name} {model.producer_version}: {' '.join(operators)}")
