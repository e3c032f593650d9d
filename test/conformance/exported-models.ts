/** What is to become of the models in fixtures/exporters: layers by the names that `crossloom ops` prints. */

export interface ExportedModel {
  readonly name: string;
  /** Layers on crossbars, in the order of the graph. */
  readonly layers: readonly string[];
  /** Instead: a part of the reason why the operator with the weights stays digital, and so the whole model. */
  readonly digital?: string;
}

const images = ['/stem/Conv', '/depthwise/Conv', '/fc/Gemm'];
const perceptron = ['MatMul', 'MatMul1', 'MatMul2'];
const tokens = (suffix: string) => ['q', 'k', 'v', 'out', 'up', 'down'].map((name) => `/${name}/${suffix}`);
const dynamoTokens = (suffix: string) => [1, 9, 17, 30, 32, 34].map((n) => `node_MatMul_${n}${suffix}`);

/** By exporter; the key is how the table of docs/conformance.md calls it. */
export const exportedModels: Readonly<Record<string, readonly ExportedModel[]>> = {
  'PyTorch 2.13, classic exporter': [
    { name: 'torch-classic-images', layers: images },
    { name: 'torch-classic-unfolded', layers: images },
    { name: 'torch-classic-tokens', layers: tokens('MatMul') },
    { name: 'torch-classic-lstm', layers: ['/lstm/LSTM', '/fc/Gemm'] },
  ],
  'PyTorch 2.13, torch.export ("dynamo")': [
    { name: 'torch-dynamo-images', layers: ['node_Conv_26', 'node_conv2d_1', 'node_linear'] },
    { name: 'torch-dynamo-unoptimized', layers: ['node_conv2d', 'node_conv2d_1', 'node_linear'] },
    { name: 'torch-dynamo-tokens', layers: dynamoTokens('') },
  ],
  'PyTorch 2.1 to 2.4, dynamo_export (form)': [
    {
      name: 'torch-dynamo-functions',
      layers: ['fc1', 'fc2'].map(
        (name) => `torch_nn_modules_linear_Linear_${name}_1_${name}_1/aten_addmm_1/Gemm_0`,
      ),
    },
    { name: 'torch-dynamo-overloads', layers: ['aten_linear_fc1_1/Gemm_0', 'aten_linear_fc2_1/MatMul_1'] },
  ],
  'Keras 3.15': [{ name: 'keras-images', layers: ['/Conv', '/Conv_1', '/Conv_2', '/MatMul', '/MatMul_1'] }],
  'tf2onnx 1.17': [
    {
      name: 'tf2onnx-images',
      layers: [
        'Conv__35',
        'images_1/depthwise_1/depthwise',
        'images_1/pointwise_1/convolution',
        'images_1/hidden_1/MatMul',
        'images_1/scores_1/MatMul',
      ],
    },
    { name: 'tf2onnx-sequence', layers: ['Conv2D', 'conv1d', 'einsum/Einsum'] },
  ],
  'scikit-learn 1.9, skl2onnx 1.21': [
    { name: 'sklearn-mlp', layers: perceptron },
    { name: 'sklearn-mlp-zipmap', layers: perceptron },
    { name: 'sklearn-mlp-regressor', layers: perceptron },
    { name: 'sklearn-logistic', layers: [], digital: 'an operator of domain ai.onnx.ml' },
    { name: 'sklearn-linear', layers: [], digital: 'an operator of domain ai.onnx.ml' },
  ],
  'onnxruntime 1.30, static quantizer': [
    { name: 'ort-static-qdq', layers: images },
    { name: 'ort-static-qdq-per-channel', layers: images },
    { name: 'ort-static-qdq-pairs', layers: images },
    { name: 'ort-static-qoperator', layers: images.map((name) => `${name}_quant`) },
  ],
  'onnxruntime 1.30, dynamic quantizer': [
    {
      name: 'ort-dynamic-images',
      layers: ['/stem/Conv_quant', '/depthwise/Conv_quant', '/fc/Gemm_MatMul_quant'],
    },
    { name: 'ort-dynamic-tokens', layers: tokens('MatMul_quant') },
  ],
  'onnxruntime 1.30, offline optimizer': [
    { name: 'ort-optimized-images', layers: images },
    { name: 'ort-optimized-tokens', layers: tokens('MatMul') },
    { name: 'ort-optimized-qdq', layers: images },
  ],
  "Olive's passes, by onnxruntime 1.30": [
    { name: 'olive-fp16', layers: images },
    { name: 'olive-fp16-io-float', layers: images },
    { name: 'olive-int4-matmulnbits', layers: tokens('MatMul_Q4') },
    { name: 'olive-int4-qdq', layers: dynamoTokens('_matmul_Q4') },
  ],
  'Paddle2ONNX (form)': [
    { name: 'paddle2onnx-images', layers: ['Conv.0', 'Conv.1', 'MatMul.0'] },
    { name: 'paddle2onnx-quantized', layers: ['Conv.0', 'MatMul.0'] },
  ],
};
