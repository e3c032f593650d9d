/** Holds ONNX files to Debian's `onnx` (1.12: opset 17, IR version 8): its checker, and its shape inference in strict mode. */
import { spawnSync } from 'node:child_process';

const python = '/usr/bin/python3';

export const hasOnnx = spawnSync(python, ['-c', 'import onnx']).status === 0;

const script = `
import json, sys, onnx
from onnx import shape_inference
file = sys.argv[1]
model = onnx.load(file)
onnx.checker.check_model(model, full_check=True)
said = {v.name: v for v in list(model.graph.value_info) + list(model.graph.output)}
del model.graph.value_info[:]
found = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
def plain(value):
    t = value.type.tensor_type
    dims = [d.dim_value if d.HasField('dim_value') else None for d in t.shape.dim] if t.HasField('shape') else None
    return [t.elem_type, dims]
print(json.dumps({
    'opset': {o.domain: o.version for o in model.opset_import}, 'ir': model.ir_version,
    'values': sorted({name for node in model.graph.node for name in node.output if name}),
    'said': {name: plain(value) for name, value in said.items()},
    'found': {v.name: plain(v) for v in found.graph.value_info if v.type.HasField('tensor_type')},
}))
`;

type Value = readonly [elementType: number, dims: readonly (number | null)[] | null];

export interface CheckedModel {
  readonly opset: Readonly<Record<string, number>>;
  readonly ir: number;
  /** Outputs of nodes. */
  readonly values: readonly string[];
  /** What the file says of values, outputs of the graph among them. */
  readonly said: Readonly<Record<string, Value>>;
  /** What shape inference finds of values between nodes where the file says nothing of them. */
  readonly found: Readonly<Record<string, Value>>;
}

/** @throws where the checker or shape inference refuses the file */
export function checkOnnx(file: string): CheckedModel {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
