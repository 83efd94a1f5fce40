/**
 * The peers by name.
 *
 * @module
 */

/** The names that `--peers` takes. */
export const PEERS = ["torch", "tfjs-wasm", "tfjs-cpu", "tfjs-webgpu", "jax", "jax-webgpu"] as const;
/** One of them. */
export type PeerName = typeof PEERS[number];
/** Those measured when `--peers` does not say. */
export const USUAL_PEERS: PeerName[] = ["torch", "tfjs-wasm", "tfjs-cpu", "jax"];

/** How each is shown. */
export const LABELS: Record<PeerName, string> = {
  "torch": "PyTorch",
  "tfjs-wasm": "tfjs wasm",
  "tfjs-cpu": "tfjs cpu",
  "tfjs-webgpu": "tfjs webgpu",
  "jax": "jax-js wasm",
  "jax-webgpu": "jax-js webgpu",
};
