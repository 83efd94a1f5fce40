/** The way of numbers to a device and back: copies, in row-major order, of every dtype. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { currentDevice } from "descent";
import type { DType, Values } from "../../lib/device/storage.ts";
import { onEachDevice } from "../devices.ts";

const counted = (n: number) => Float32Array.from({ length: n }, (_, i) => i);

onEachDevice(
  "what is uploaded is read back, in every dtype, with no elements, one, few and many",
  async () => {
    const device = currentDevice();
    const cases: [values: Values, shape: number[], dtype: DType][] = [
      [Float32Array.of(1.5, NaN, -0), [3], "float32"],
      [Int32Array.of(1, -2, 2 ** 31 - 1, 16777217), [2, 2], "int32"],
      [Uint8Array.of(1, 0, 1), [3, 1], "bool"],
      [Float32Array.of(7), [], "float32"],
      [Uint8Array.of(1), [], "bool"],
      [new Float32Array(0), [0, 3], "float32"],
      [new Int32Array(0), [2, 0], "int32"],
      [new Uint8Array(0), [0], "bool"],
      [counted(1001), [7, 11, 13], "float32"],
      [Int32Array.from(counted(1001)), [1001], "int32"],
      [Uint8Array.from(counted(1001), (i) => i % 3 === 0 ? 1 : 0), [1001], "bool"],
    ];
    for (const [values, shape, dtype] of cases) {
      const expected = values.slice(), storage = device.upload(values, shape, dtype);
      assertEquals([storage.shape, storage.dtype, storage.order], [shape, dtype, null]);
      // Both ways are copies.
      values.fill(9);
      const read = await device.read(storage);
      assertEquals(read, expected);
      read.fill(5);
      assertEquals(await device.read(storage), expected);
      device.free(storage);
    }
  },
);

onEachDevice("what lies in another order is read in row-major order, and leaves nothing behind", async () => {
  const device = currentDevice();
  for (const [rows, columns] of [[3, 5], [40, 50]]) {
    const x = device.upload(counted(rows * columns), [rows, columns], "float32");
    const turned = device.arena.tidy(() => device.kernels.permute(x, [1, 0]));
    const expected = counted(rows * columns).map((i) => i % rows * columns + Math.floor(i / rows));
    const before = device.memory().tensors;
    assertEquals(await device.read(turned), expected);
    const seen = device.peek(turned);
    if (seen !== null) assertEquals(seen, expected);
    assertEquals(device.memory().tensors, before);
    assertEquals(await device.read(x), counted(rows * columns));
    for (const storage of [x, turned]) device.free(storage);
  }
});

onEachDevice("a read gives the numbers as they were when it was asked for", async () => {
  const device = currentDevice(), { kernels, arena } = device;
  const param = device.upload(new Float32Array(500).fill(1), [500], "float32");
  const grad = device.upload(new Float32Array(500).fill(1), [500], "float32");
  const settings = {
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
    first: true,
  };
  const before = device.read(param);
  arena.tidy(() => {
    kernels.sgdStep([{ param, grad, buffer: null }], { lr: 1, ...settings });
    return [];
  });
  const after = device.read(param);
  device.free(param);
  assertEquals([(await before)[499], (await after)[499]], [1, 0]);
  device.free(grad);
});

onEachDevice("values that do not fill the shape, or are of another kind, are refused", () => {
  const device = currentDevice(), before = device.memory();
  assertThrows(
    () => device.upload(new Float32Array(3), [2, 2], "float32"),
    RangeError,
    "upload: shape [2, 2] has 4 elements but 3 values were given",
  );
  assertThrows(
    () => device.upload(new Float32Array(4), [2, 2], "int32"),
    TypeError,
    "upload: int32 values come in a Int32Array, not a Float32Array",
  );
  assertEquals(device.memory(), before);
});

onEachDevice("an array that was freed is refused, and freeing it again does nothing", async (name) => {
  const device = currentDevice(), { kernels } = device, x = device.upload(counted(4), [4], "float32");
  const y = device.share(x);
  for (let i = 0; i < 2; i++) device.free(x);
  assertEquals(await device.read(y), counted(4));
  device.free(y);
  const sentence = `The ${
    name === "cpu" ? "CPU" : name
  } device was given an array whose data it does not hold`;
  assertThrows(() => kernels.neg(x), Error, sentence);
  assertThrows(() => kernels.matmul(x, x), Error);
  await assertRejects(() => device.read(x), Error, sentence);
});

onEachDevice("a device knows whether others refer to an array, which then must not change in place", () => {
  const device = currentDevice(), { kernels, arena } = device;
  const x = device.upload(counted(600), [20, 30], "float32");
  assert(!device.isShared(x));
  const views = [
    () => kernels.reshape(x, [600]),
    () => kernels.permute(x, [1, 0]),
    () => kernels.expand(x, [1, 20, 30]),
    () => kernels.sum(x, []),
    () => kernels.laidLike(x, x),
    () => kernels.slice(x, { begin: [0, 0], size: [20, 30], step: [1, 1] }),
    () => kernels.pad(x, [[0, 0], [0, 0]], 0),
    () => kernels.concat([x], 0),
    () => kernels.cast(x, "float32"),
    () => kernels.add(x, 0),
    () => kernels.mul(x, 1),
    () => kernels.clamp(x, -Infinity, Infinity),
  ];
  for (const view of views) {
    const y = arena.tidy(view);
    // Either it has numbers of its own, or both are said to be shared.
    assertEquals([device.isShared(x), device.isShared(y)], Array(2).fill(y.dataId === x.dataId), `${view}`);
    device.free(y);
    assert(!device.isShared(x));
  }
  device.free(x);
});
