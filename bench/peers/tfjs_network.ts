/**
 * Networks, from their description to TensorFlow.js; images are [N, H, W, C] here, its own layout.
 *
 * @module
 */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import type { Conv, Layer } from "../cases/network.ts";
import type { Tfjs } from "./tfjs_api.ts";

/** From an input to an output. */
export type Forward = (x: Tensor) => Tensor;

/** The network that a description describes; its weights are variables of TensorFlow.js. */
export function build(tf: Tfjs, layers: Layer[]): Forward {
  const parts = layers.map((layer) => part(tf, layer));
  return (x) => parts.reduce((signal, forward) => forward(signal), x);
}

function part(tf: Tfjs, layer: Layer): Forward {
  switch (layer.kind) {
    case "conv":
      return conv(tf, layer);
    case "linear": {
      const weight = weights(tf, [layer.inputs, layer.outputs], layer.inputs);
      const bias = weights(tf, [layer.outputs], layer.inputs);
      return (x) => tf.add(tf.matMul(x as Tensor2D, weight as Tensor2D), bias);
    }
    case "norm":
      return norm(tf, layer.features);
    case "maxPool": {
      const { kernel, stride, padding } = layer;
      return (x) => tf.maxPool(x as Tensor4D, kernel, stride, padding, "floor");
    }
    case "dropout":
      return (x) => tf.dropout(x, layer.p);
    case "relu":
      return (x) => tf.relu(x);
    case "flatten":
      return (x) => tf.reshape(x, [x.shape[0], -1]);
    case "meanPool":
      return (x) => tf.mean(x, [1, 2], true);
    case "residual": {
      const body = build(tf, layer.body);
      const shortcut = layer.shortcut ? conv(tf, layer.shortcut) : (x: Tensor) => x;
      return (x) => tf.relu(tf.add(body(x), shortcut(x)));
    }
  }
}

function conv(tf: Tfjs, { inputs, outputs, kernel, stride, padding }: Conv): Forward {
  const fan = inputs * kernel ** 2;
  const filter = weights(tf, [kernel, kernel, inputs, outputs], fan), bias = weights(tf, [outputs], fan);
  return (x) => {
    const y = tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, padding, "NHWC", 1, "floor");
    return tf.add(y, bias);
  };
}

/** In training: with the mean and the variance of the batch. */
function norm(tf: Tfjs, features: number): Forward {
  const scale = tf.variable(tf.ones([features])), offset = tf.variable(tf.zeros([features]));
  return (x) => {
    const { mean, variance } = tf.moments(x, x.shape.map((_, axis) => axis).slice(0, -1));
    return tf.batchNorm(x, mean as Tensor1D, variance as Tensor1D, offset, scale, 1e-5);
  };
}

/** Uniform in ±1 / √fan, PyTorch's default. */
function weights(tf: Tfjs, shape: number[], fan: number): Variable {
  return tf.variable(tf.tidy(() => tf.randomUniform(shape, -1 / Math.sqrt(fan), 1 / Math.sqrt(fan))));
}
