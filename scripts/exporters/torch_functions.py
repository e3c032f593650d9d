"""
Written by hand after what torch.onnx.dynamo_export of PyTorch 2.1 to 2.4 wrote (torch-dynamo-functions): modules of the network
are functions, which call functions of torch_lib, which have attributes. torch-dynamo-overloads is such a model with two bodies
under one name, which IR version 10 tells apart by `overload`.
"""
import numpy as np
import onnx
import onnx.parser
from fixture import save

TORCH_LIB = """
<domain: "pkg.onnxscript.torch_lib", opset_import: ["" : 18]>
aten_t (self) => (result) {
  result = Transpose<perm = [1, 0]>(self)
}

<domain: "pkg.onnxscript.torch_lib", opset_import: ["" : 18]>
aten_addmm <beta: float = 1.0, alpha: float = 1.0> (self, mat1, mat2) => (return_val) {
  return_val = Gemm<alpha: float = @alpha, beta: float = @beta>(mat1, mat2, self)
}

<domain: "pkg.onnxscript.torch_lib", opset_import: ["" : 18]>
aten_relu (self) => (result) {
  result = Relu(self)
}
"""

LINEAR = """
<domain: "pkg.torch.2.1.0", opset_import: ["pkg.onnxscript.torch_lib" : 1]>
torch_nn_modules_linear_Linear_{name}_1 (input, weight, bias) => (addmm) {{
  t = pkg.onnxscript.torch_lib.aten_t(weight)
  addmm = pkg.onnxscript.torch_lib.aten_addmm<beta: float = 1.0, alpha: float = 1.0>(bias, input, t)
}}
"""

CALLS = {"fc1": ("l_x_", "fc1_1"), "fc2": ("relu", "fc2_1")}
SHAPES = {"fc1.weight": (8, 12), "fc1.bias": (8,), "fc2.weight": (4, 8), "fc2.bias": (4,)}


def functions(text):
    """The parser takes whole models: a model around functions, and those of it."""
    model = f'<ir_version: 8, opset_import: ["" : 18]> none (float[1] x) => (float[1] y) {{ y = Identity(x) }} {text}'
    return onnx.parser.parse_model(model).functions


def node(op, domain, inputs, output, **attributes):
    return onnx.helper.make_node(op, inputs, [output], name=f"{op}_{output}", domain=domain, **attributes)


def network(nodes, protos, ir_version, opset, **producer):
    draw = np.random.default_rng(7)
    weights = [onnx.numpy_helper.from_array(draw.uniform(-0.5, 0.5, shape).astype(np.float32), name) for name, shape in SHAPES.items()]
    values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", size]) for name, size in (("l_x_", 12), ("fc2_1", 4))]
    graph = onnx.helper.make_graph(nodes, "main_graph", values[:1], values[1:], weights)
    domains = [("", opset), *((domain, 1) for domain in dict.fromkeys(function.domain for function in protos))]
    imports = [onnx.helper.make_opsetid(*domain) for domain in domains]
    return onnx.helper.make_model(graph, functions=protos, ir_version=ir_version, opset_imports=imports, **producer)


def modules():
    domain = "pkg.torch.2.1.0"
    nodes = []
    for layer, (source, result) in CALLS.items():
        nodes.append(node(f"torch_nn_modules_linear_Linear_{layer}_1", domain, [source, f"{layer}.weight", f"{layer}.bias"], result))
    nodes.insert(1, node("aten_relu", "pkg.onnxscript.torch_lib", ["fc1_1"], "relu"))
    protos = functions(TORCH_LIB + "".join(LINEAR.format(name=layer) for layer in CALLS))
    return network(nodes, protos, 8, 18, producer_name="pytorch", producer_version="2.1.0")


def overloads():
    """A node says which body it calls."""
    domain = "pkg.onnxscript.torch_lib"
    header = f'<domain: "{domain}", opset_import: ["" : 20]> aten_linear (input, weight, bias) => (result)'
    protos = functions(f"""
      {header} {{ result = Gemm<alpha = 1.0, beta = 1.0, transB = 1>(input, weight, bias) }}
      {header} {{ t = Transpose<perm = [1, 0]>(weight) product = MatMul(input, t) result = Add(product, bias) }}
    """)
    nodes = [node("aten_linear", domain, ["l_x_", "fc1.weight", "fc1.bias"], "fc1_1")]
    nodes.append(node("Relu", "", ["fc1_1"], "relu"))
    nodes.append(node("aten_linear", domain, ["relu", "fc2.weight", "fc2.bias"], "fc2_1"))
    protos[1].overload = nodes[2].overload = "2"
    return network(nodes, protos, 10, 20)


for name, model in (("torch-dynamo-functions", modules()), ("torch-dynamo-overloads", overloads())):
    onnx.checker.check_model(model)
    save(name, model)
