#!/bin/sh
# Makes all of fixtures/exporters again; the README there says with which packages. PYTHON names an interpreter that has them.
set -e
# tf2onnx names constants in the order of a set of strings.
export PYTHONHASHSEED=0
cd "$(dirname "$0")/../.."
for script in torch_classic torch_dynamo torch_functions keras_export tf2onnx_export sklearn_models ort_quantize ort_optimize olive paddle2onnx; do
  "${PYTHON:-python3}" "scripts/exporters/$script.py"
done
