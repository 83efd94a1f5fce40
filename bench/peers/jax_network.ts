/**
 * Networks, from their description to functions of jax-js; images are [N, C, H, W].
 *
 * @module
 */
import type { Conv, Layer } from "../cases/network.ts";
import { type Arr, jax } from "./jax_api.ts";

const { numpy: np, lax, nn, random } = jax;

/** Gives the parameters one after the other; the first time around it makes them. */
type Take = (shape: number[], fan: number | null) => Arr;

/**
 * The network that a description describes.
 *
 * @returns Its first parameters, and the function of parameters and input; it takes both.
 */
export function build(layers: Layer[], input: number[]): { first: Arr[]; forward(p: Arr[], x: Arr): Arr } {
  const first: Arr[] = [];
  const collect: Take = (shape, fan) => {
    const made = fan === null ? np.full(shape, 1) : random.uniform(random.key(first.length), shape, {
      minval: -1 / Math.sqrt(fan),
      maxval: 1 / Math.sqrt(fan),
    });
    first.push(made);
    return made.ref;
  };
  run(layers, np.zeros(input), collect).dispose();
  return {
    first,
    forward(parameters, x) {
      let at = 0;
      return run(layers, x, () => parameters[at++].ref);
    },
  };
}

function run(layers: Layer[], x: Arr, take: Take): Arr {
  return layers.reduce((signal, layer) => step(layer, signal, take), x);
}

function step(layer: Layer, x: Arr, take: Take): Arr {
  switch (layer.kind) {
    case "conv":
      return conv(layer, x, take);
    case "linear": {
      const { inputs, outputs } = layer;
      return np.matmul(x, take([inputs, outputs], inputs)).add(take([outputs], inputs));
    }
    case "norm": {
      const shape = layer.images ? [1, layer.features, 1, 1] : [1, layer.features];
      const axes = layer.images ? [0, 2, 3] : [0];
      const centred = x.ref.sub(np.mean(x, axes, { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
      const normed = centred.div(np.sqrt(variance.add(1e-5)));
      return normed.mul(take([layer.features], null).reshape(shape)).add(
        take([layer.features], 1e12).reshape(shape),
      );
    }
    case "maxPool": {
      const { kernel, stride, padding: p } = layer;
      // Behind a ReLU zeros are as good as −∞.
      const padded = p === 0 ? x : np.pad(x, [[0, 0], [0, 0], [p, p], [p, p]]);
      return lax.reduceWindow(padded, (window) => np.max(window), [kernel, kernel], [stride, stride]);
    }
    case "dropout": {
      const kept = random.bernoulli(random.key(0), 1 - layer.p, x.shape);
      return np.where(kept, x.div(1 - layer.p), 0);
    }
    case "relu":
      return nn.relu(x);
    case "flatten":
      return x.reshape([x.shape[0], x.shape.slice(1).reduce((a, b) => a * b)]);
    case "meanPool":
      return np.mean(x, [2, 3], { keepdims: true });
    case "residual": {
      const body = run(layer.body, x.ref, take);
      return nn.relu(body.add(layer.shortcut ? conv(layer.shortcut, x, take) : x));
    }
  }
}

function conv({ inputs, outputs, kernel, stride, padding }: Conv, x: Arr, take: Take): Arr {
  const fan = inputs * kernel ** 2, edges: [number, number] = [padding, padding];
  const y = lax.convGeneralDilated(x, take([outputs, inputs, kernel, kernel], fan), [stride, stride], [
    edges,
    edges,
  ]);
  return y.add(take([outputs], fan).reshape([1, outputs, 1, 1]));
}
