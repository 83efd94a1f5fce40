/**
 * Functions of tensors that networks are made of; the layers of `nn` call them with parameters of their own.
 *
 * Only `export *` here, from files that export nothing else: it is what `deno doc` follows into a namespace.
 *
 * @module
 */
export * from "./activation.ts";
export * from "./adaptive_pooling.ts";
export * from "./attention.ts";
export * from "./convolution.ts";
export * from "./convolution_transpose.ts";
export * from "./cross_entropy.ts";
export * from "./distance.ts";
export * from "./distance_losses.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./group_norm.ts";
export * from "./interpolate.ts";
export * from "./layer_norm.ts";
export * from "./likelihood_losses.ts";
export * from "./linear.ts";
export * from "./local_response_norm.ts";
export * from "./losses.ts";
export * from "./normalization.ts";
export * from "./one_hot.ts";
export * from "./padding.ts";
export * from "./pooling.ts";
export * from "./shuffle.ts";
export * from "./unfold.ts";
export * from "./unpooling.ts";
