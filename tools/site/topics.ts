/**
 * By what the contents of the reference group the many names of a namespace, and the methods of class Tensor.
 *
 * @module
 */

/** The files of a room by topic; a file's names come in the order of the alphabet. */
const TOPICS: Record<string, [topic: string, files: string][]> = {
  nn: [
    [
      "Modules and containers",
      "module sequential sequence module_list dictionary module_dict parameter parameter_list parameter_dict state",
    ],
    ["Linear, embedding, shape", "linear embedding shape"],
    ["Convolution", "conv conv_transpose unfold"],
    ["Pooling", "pooling adaptive_pooling unpooling"],
    ["Padding and sizes", "padding upsample"],
    ["Normalization", "batchnorm layer_norm instance_norm"],
    ["Attention and transformers", "attention transformer"],
    ["Recurrent networks", "recurrent rnn rnn_cell"],
    ["Dropout", "dropout"],
    ["Activations", "activation smooth_activation prelu softmax"],
    ["Distances", "distance"],
    ["Losses", "loss losses distance_losses likelihood_losses"],
    ["Seeing inside", "hooks gradients activations"],
  ],
  F: [
    ["Linear and embedding", "linear embedding one_hot"],
    ["Convolution", "convolution convolution_transpose unfold"],
    ["Pooling", "pooling adaptive_pooling unpooling"],
    ["Padding and sizes", "padding interpolate shuffle"],
    ["Normalization", "normalization layer_norm group_norm local_response_norm"],
    ["Attention", "attention"],
    ["Dropout", "dropout"],
    ["Activations", "activation"],
    ["Distances", "distance"],
    ["Losses", "losses cross_entropy distance_losses likelihood_losses"],
  ],
};

/** Where the files of a namespace lie. */
const ROOMS: Record<string, string> = { nn: "nn", F: "functional" };

/** Names by topic: of a namespace by files, of class Tensor by the headings in its source. */
export interface Topics {
  /** The topic of a name, as "Linear" in "nn"; undefined where the namespace has none. */
  of(namespace: string, name: string): string | undefined;
  /** The topics of a namespace, or of "Tensor", in their order. */
  list(namespace: string): string[];
}

/**
 * Reads what is where.
 *
 * @param library The library's folder.
 */
export async function readTopics(library: string): Promise<Topics> {
  const found = new Map<string, Map<string, string>>(), order = new Map<string, string[]>();
  for (const [namespace, topics] of Object.entries(TOPICS)) {
    const names = new Map<string, string>();
    for (const [topic, files] of topics) {
      for (const file of files.split(" ")) {
        const text = await Deno.readTextFile(`${library}/${ROOMS[namespace]}/${file}.ts`).catch(() => "");
        for (const [, name] of text.matchAll(DECLARED)) names.set(name, topic);
      }
    }
    found.set(namespace, names);
    order.set(namespace, topics.map(([topic]) => topic));
  }
  const methods = new Map<string, string>(), headings: string[] = [];
  const source = await Deno.readTextFile(`${library}/tensor/tensor.ts`);
  for (const line of source.slice(source.indexOf("export class Tensor")).split("\n")) {
    const heading = /^ {2}\/\/ ([A-Z][^.:]*)/.exec(line)?.[1];
    if (heading !== undefined) headings.push(heading);
    const method = /^ {2}(?:async |get )?(\w+)(?:<.*?>)?\(/.exec(line)?.[1];
    if (method !== undefined && headings.length > 0 && !methods.has(method)) {
      methods.set(method, headings.at(-1)!);
    }
    if (line === "}") break;
  }
  found.set("Tensor", methods);
  order.set("Tensor", headings);
  return {
    of: (namespace, name) => found.get(namespace)?.get(name),
    list: (namespace) => order.get(namespace) ?? [],
  };
}

/** What a file declares; a base class is public as a type only. */
const DECLARED = /^(?:export )?(?:abstract |async )*(?:class|function|interface|type|const) (\w+)/gm;
