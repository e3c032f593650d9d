"""scikit-learn's models by skl2onnx: sklearn-*.onnx."""
import numpy as np
from fixture import save
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skl2onnx import to_onnx

x, y = load_iris(return_X_y=True)
x = x.astype(np.float32)


def export(name, model, target, **options):
    model.fit(x, target)
    save(name, to_onnx(model, x[:1], **options))


def perceptron(kind, **options):
    return make_pipeline(StandardScaler(), kind(hidden_layer_sizes=(12, 8), max_iter=300, random_state=7, **options))


# With the map of classes and probabilities that skl2onnx writes unless it is told not to, and without.
export("sklearn-mlp-zipmap", perceptron(MLPClassifier), y)
export("sklearn-mlp", perceptron(MLPClassifier, activation="tanh"), y, options={"zipmap": False})
export("sklearn-mlp-regressor", perceptron(MLPRegressor), x @ np.float32([[1, 0.5], [-1, 0], [0.25, 1], [0, -0.5]]))
# Their matrices are attributes of LinearClassifier and LinearRegressor.
export("sklearn-logistic", make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)), y, options={"zipmap": False})
export("sklearn-linear", LinearRegression(), x @ np.float32([1, -1, 0.25, 0]))
