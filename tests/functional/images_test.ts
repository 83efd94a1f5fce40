/** Functions of images and signals where fixtures say nothing: what is refused, other dtypes, what chance decides. */
import { F, manualSeed, nn, ones, rand, randn, type Tensor, tensor, zeros } from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const image = (...shape: number[]) => zeros(...shape);

Deno.test("what does not fit an image, a window or a border is said in a sentence", () => {
  // deno-lint-ignore no-explicit-any
  const loose = F as any;
  const cases: [() => unknown, typeof RangeError | typeof TypeError, string][] = [
    [
      () => F.conv2d(image(1, 1, 5, 5), image(1, 1, 3, 3), { padding: "same", stride: 2 }),
      RangeError,
      'conv2d: padding "same" leaves the size as it is, which a stride of [2, 2] cannot; give the padding as a number',
    ],
    [
      () => new nn.Conv1d(1, 1, 3, { padding: "same", stride: 2 }),
      RangeError,
      'Conv1d: padding "same" leaves the size as it is, which a stride of [2] cannot',
    ],
    [
      () => loose.conv1d(image(1, 1, 5), image(1, 1, 3), { padding: "smae" }),
      RangeError,
      'conv1d: padding must be one of "same", "valid", not "smae"; did you mean "same"?',
    ],
    [
      () => F.conv1d(image(1, 1, 2), image(1, 1, 3)),
      RangeError,
      "conv1d: a kernel [3] reaching over 3 numbers does not fit into an input of 2 with its padding",
    ],
    [
      () => F.conv1d(image(4), image(1, 1, 3)),
      RangeError,
      "conv1d: signals [N, C, L] or [C, L] are needed, not shape [4]",
    ],
    [
      () => F.conv1d(image(1, 1, 4), image(1, 1, 3), { stride: [1, 2] }),
      RangeError,
      "conv1d: stride must be one whole number ≥ 1, or a list of one, not [1, 2]",
    ],
    [
      () => F.convTranspose2d(image(1, 1, 3, 3), image(1, 1, 2, 2), { stride: 2, outputPadding: [0, 2] }),
      RangeError,
      "convTranspose2d: outputPadding must be less than the stride 2 or the dilation 1, not 2",
    ],
    [
      () => new nn.ConvTranspose1d(1, 1, 2, { outputPadding: 1 }),
      RangeError,
      "ConvTranspose1d: outputPadding must be less than the stride 1 or the dilation 1, not 1",
    ],
    [
      () => F.convTranspose2d(image(1, 1, 3, 3), image(1, 1, 2, 2), { padding: 2 }),
      RangeError,
      "nothing is left: the result would have [1, 1, 0, 0]",
    ],
    [
      () => F.convTranspose2d(image(1, 2, 3, 3), image(3, 1, 2, 2)),
      RangeError,
      "convTranspose2d: input has 2 channels but weight [3, 1, 2, 2] expects 3",
    ],
    [
      () => new nn.ConvTranspose2d(1, 1, 3, { stride: 2 }).forward(image(1, 1, 4, 4), 11),
      RangeError,
      "outputSize must be from [9, 9] to [10, 10] for an input [1, 1, 4, 4], not [11, 11]",
    ],
    [
      () => F.pad(image(1, 3, 4), [3, 4], { mode: "reflect" }),
      RangeError,
      'pad: a padding of 4 must be less than the 4 of dimension 2 of shape [1, 3, 4] in mode "reflect"',
    ],
    [
      () => new nn.CircularPad2d(4).forward(image(1, 3, 4)),
      RangeError,
      'CircularPad2d: a padding of 4 must be at most the 3 of dimension 1 of shape [1, 3, 4] in mode "circular"',
    ],
    [
      () => new nn.Conv2d(1, 1, 3, { padding: 2, paddingMode: "reflect" }).forward(image(1, 1, 2, 5)),
      RangeError,
      "Conv2d: a padding of 2 must be less than the 2 of dimension 2",
    ],
    [
      () => F.pad(image(3), [1, 1], { mode: "replicate" }),
      RangeError,
      'pad: a border of mode "replicate" around 1 dimension needs a tensor of 2 or 3 dimensions, not shape [3]',
    ],
    [
      () => F.pad(image(2, 3), [0, -2, 1, -3]),
      RangeError,
      "pad: a padding of 1 and -3 cuts more off than the 2 of dimension 0 of shape [2, 3]",
    ],
    [() => F.pad(image(2, 3), [1]), RangeError, "pad: two whole numbers a dimension are needed"],
    [() => loose.pad(image(2, 3), 1), TypeError, "pad: the padding is a list of numbers"],
    [
      () => F.maxPool2d(image(1, 4, 4), 3, { dilation: 2 }),
      RangeError,
      "maxPool2d: a window [3, 3] with a dilation of [2, 2] does not fit into an image of [4, 4]",
    ],
    [
      () => F.avgPool1d(image(1, 1, 4), 5, { padding: 3 }),
      RangeError,
      "avgPool1d: padding 3 is more than half of the window [5]",
    ],
    [
      () => F.avgPool2d(image(1, 4, 4), 2, { divisorOverride: 0 }),
      RangeError,
      "avgPool2d: divisorOverride must be a whole number other than 0, not 0",
    ],
    [
      () => loose.maxPool2d(image(1, 4, 4), 2, { countIncludePad: false }),
      TypeError,
      'maxPool2d: there is no option "countIncludePad"',
    ],
    [
      () => F.adaptiveMaxPool2d(image(1, 0, 4), 2),
      RangeError,
      "adaptiveMaxPool2d: the image is empty: [1, 0, 4]",
    ],
    [
      () => F.interpolate(image(1, 1, 4, 4), { size: 3, mode: "linear" }),
      RangeError,
      'interpolate: mode "linear" needs [N, C, L], not shape [1, 1, 4, 4]',
    ],
    [
      () => F.interpolate(image(1, 1, 4, 4), { size: 3, alignCorners: true }),
      RangeError,
      'interpolate: alignCorners is an option of linear and cubic modes, not of "nearest"',
    ],
    [
      () => F.interpolate(image(1, 1, 4, 4), { size: 3, scaleFactor: 2 }),
      RangeError,
      "interpolate: either size or scaleFactor is needed, and not both",
    ],
    [
      () => F.interpolate(image(1, 1, 4, 4), { scaleFactor: 0.2 }),
      RangeError,
      "interpolate: scaleFactor must be one number, or 2, that leaves at least a pixel of [4, 4], not 0.2",
    ],
    [
      () => F.unfold(image(1, 3, 3), 4),
      RangeError,
      "unfold: a window [4, 4] with a dilation of [1, 1] does not fit into an image of [3, 3] with padding [0, 0]",
    ],
    [
      () => F.fold(image(8, 5), 3, 2),
      RangeError,
      "fold: columns [N, C · 4, 4] are needed for windows [2, 2] of images [3, 3], with a batch or without, not shape [8, 5]",
    ],
    [
      () => F.pixelShuffle(image(6, 2, 2), 2),
      RangeError,
      "pixelShuffle: 6 channels of shape [6, 2, 2] are no multiple of 2² = 4",
    ],
    [
      () => new nn.Unflatten(1, [2, 4]).forward(image(3, 6)),
      RangeError,
      "Unflatten.forward: the 6 of dimension 1 of shape [3, 6] do not become [2, 4]",
    ],
    [
      () => F.dropout2d(image(3, 4)),
      RangeError,
      "dropout2d: [N, C, H, W] or [N, C, L] is needed, not shape [3, 4]",
    ],
  ];
  for (const [call, kind, message] of cases) assertThrows(call, kind, message);
});

onEachDevice(
  "Dropout1d and Dropout2d drop whole channels, a share p of them, and scale the others",
  async () => {
    manualSeed(5);
    const check = async (dropped: Tensor, inner: number, p: number) => {
      const values = await dropped.data(), channels = values.length / inner;
      let zeros = 0;
      for (let c = 0; c < channels; c++) {
        const one = values.slice(c * inner, (c + 1) * inner);
        assert(one.every((x) => x === one[0]), "a channel is dropped in parts");
        if (one[0] === 0) zeros++;
        else assert(Math.abs(one[0] - 1 / (1 - p)) < 1e-6);
      }
      assert(
        Math.abs(zeros / channels - p) < 5 * Math.sqrt(p * (1 - p) / channels),
        `${zeros} of ${channels}`,
      );
    };
    await check(new nn.Dropout2d(0.25).forward(ones(20, 30, 2, 3)), 6, 0.25);
    await check(new nn.Dropout1d(0.5).forward(ones(40, 20, 3)), 3, 0.5);
    await check(new nn.Dropout1d(0.5).forward(ones(800, 4)), 4, 0.5);
    await check(F.dropout2d(ones(40, 20, 3), 0.4), 3, 0.4);
  },
);

onEachDevice("borders keep the dtype, everything else answers in float32", async () => {
  const ints = tensor([[[1, 2, 2 ** 30 + 1]]], { dtype: "int32" });
  for (const mode of ["reflect", "replicate", "circular", "constant"] as const) {
    const wide = F.pad(ints, [1, 1], { mode });
    assertEquals(wide.dtype, "int32");
    assertEquals((await wide.data())[3], 2 ** 30 + 1);
  }
  const bools = F.pad(tensor([[[true, false]]]), [1, 0], { mode: "circular" });
  assertEquals([bools.dtype, await bools.array()], ["bool", [[[false, true, false]]]]);
  const results = [
    F.interpolate(ints, { size: 5 }),
    F.maxPool1d(ints, 2),
    F.conv1d(ints, ones(1, 1, 2)),
    F.convTranspose1d(ints, ones(1, 1, 2)),
    F.adaptiveAvgPool1d(ints, 2),
    F.fold(tensor([[1], [2]], { dtype: "int32" }), [1, 2], [1, 2]),
    F.dropout1d(ints, 0.5),
  ];
  assertEquals(results.map(({ dtype }) => dtype), results.map(() => "float32"));
  assertEquals(F.maxPool1d(ints, 2, { returnIndices: true }).indices.dtype, "int32");
});

onEachDevice("a number that is not finite stays within the pixels that it is a part of", async () => {
  const x = tensor([[[1, 1, Infinity, 1, 1, 1]]]);
  const linear = await F.interpolate(x, { size: 11, mode: "linear", alignCorners: true }).array();
  assertEquals(linear, [[[1, 1, 1, Infinity, Infinity, Infinity, 1, 1, 1, 1, 1]]]);
  assertEquals(await F.interpolate(x, { size: 2, mode: "area" }).array(), [[[Infinity, 1]]]);
  const unknown = F.maxPool1d(tensor([[[1, NaN, 3, 4]]]), 2, { returnIndices: true });
  assertEquals([await unknown.values.array(), await unknown.indices.array()], [[[[NaN, 4]]], [[[1, 3]]]]);
});

onEachDevice("batches of no images give results of no images", async () => {
  const x = randn([0, 2, 4, 4], { requiresGrad: true });
  const results = [
    F.convTranspose2d(x, ones(2, 3, 2, 2), { stride: 2, bias: ones(3) }),
    F.interpolate(x, { scaleFactor: 2, mode: "bilinear" }),
    F.pad(x, [1, 1, 1, 1], { mode: "reflect" }),
    F.maxPool2d(x, 2, { ceilMode: true }),
    F.adaptiveMaxPool2d(x, 3),
    F.unfold(x, 2),
    F.pixelUnshuffle(x, 2),
  ];
  assertEquals(results.map(({ shape }) => shape), [
    ...[[0, 3, 8, 8], [0, 2, 8, 8], [0, 2, 6, 6], [0, 2, 2, 2], [0, 2, 3, 3], [0, 8, 9], [0, 8, 2, 2]],
  ]);
  for (const result of results) result.sum().backward();
  assertEquals((await x.grad!.data()).length, 0);
});

onEachDevice(
  "MaxUnpool2d puts back what MaxPool2d with indices took, and gradients come the same way",
  async () => {
    manualSeed(7);
    const x = randn([2, 3, 5, 7], { requiresGrad: true });
    const pool = new nn.MaxPool2d(2, { returnIndices: true }), unpool = new nn.MaxUnpool2d(2);
    const { values, indices } = pool.forward(x), y = unpool.forward(values, indices, [5, 7]);
    y.square().sum().backward();
    const kept = await y.data(), given = await x.data(), slope = await x.grad!.data();
    kept.forEach((value, i) => assert(value === 0 || value === given[i]));
    slope.forEach((value, i) => assertEquals(value, 2 * kept[i]));
    assertEquals(kept.filter((value) => value !== 0).length, values.size);
    assertThrows(
      () => unpool.forward(values, indices, [7, 7]),
      RangeError,
      "maxUnpool2d: outputSize must be less than the stride [2, 2] away from [4, 6], not [7, 7]",
    );
    assertEquals(String(pool), "MaxPool2d(2, { returnIndices: true })");
  },
);

Deno.test("what unfold() makes columns of is a convolution's product, and fold() is its transpose", async () => {
  manualSeed(6);
  const settings = { stride: 2, padding: 1, dilation: 2 };
  const x = rand(2, 3, 7, 6), w = rand(4, 3, 2, 3);
  const columns = F.unfold(x, [2, 3], settings), y = F.conv2d(x, w, settings);
  const product = w.reshape(4, -1).matmul(columns).reshape(...y.shape);
  assert(await product.sub(y).abs().max().item() < 1e-5);
  // ⟨unfold(x), c⟩ = ⟨x, fold(c)⟩
  const c = rand(...columns.shape), folded = F.fold(c, [7, 6], [2, 3], settings);
  const difference = await columns.mul(c).sum().sub(x.mul(folded).sum()).item();
  assert(Math.abs(difference) < 1e-3, `${difference}`);
});
