/**
 * Networks: modules that hold parameters, layers, losses, first values.
 *
 * Only `export *` here, from files that export nothing else: it is what `deno doc` follows into a namespace.
 *
 * @module
 */
export * from "./activation.ts";
export * from "./adaptive_pooling.ts";
export * from "./attention.ts";
export * from "./batchnorm.ts";
export * from "./conv.ts";
export * from "./conv_transpose.ts";
export * from "./dictionary.ts";
export * from "./distance.ts";
export * from "./distance_losses.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./gradients.ts";
export * from "./instance_norm.ts";
export * from "./layer_norm.ts";
export * from "./likelihood_losses.ts";
export * from "./linear.ts";
export * from "./loss.ts";
export * from "./losses.ts";
export * from "./module.ts";
export * from "./module_dict.ts";
export * from "./module_list.ts";
export * from "./padding.ts";
export * from "./parameter.ts";
export * from "./parameter_dict.ts";
export * from "./parameter_list.ts";
export * from "./pooling.ts";
export * from "./prelu.ts";
export * from "./sequence.ts";
export * from "./rnn.ts";
export * from "./rnn_cell.ts";
export * from "./sequential.ts";
export * from "./shape.ts";
export * from "./smooth_activation.ts";
export * from "./softmax.ts";
export * from "./state.ts";
export * from "./transformer.ts";
export * from "./unfold.ts";
export * from "./unpooling.ts";
export * from "./upsample.ts";
/** The first values of parameters, as torch.nn.init. */
export * as init from "./init.ts";
/** What is done to all parameters, or all gradients, at once, as torch.nn.utils. */
export * as utils from "./utils.ts";
