// Transforms against torchvision's, whose results stand in tests/fixtures/transforms.json; and what no fixture says.
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DataLoader, type Image, type Transform, transforms } from "descent";
import cases from "../fixtures/transforms.json" with { type: "json" };

interface Case {
  transform: keyof typeof transforms;
  args: unknown[];
  /** What the transform is to draw, one after the other; null: it draws nothing. */
  draws: number[] | null;
  /** "bytes[1,2,3] 1 2 3 4 5 6" */
  image: string;
  result: string;
}

function parse(line: string): Image {
  const [, kind, sizes, values] = /^(\w+)\[([\d,]+)\] (.*)$/.exec(line)!;
  const shape = sizes.split(",").map(Number) as [number, number, number],
    numbers = values.split(" ").map(Number);
  return { data: kind === "bytes" ? Uint8Array.from(numbers) : Float32Array.from(numbers), shape };
}

/** What is wrong with an image; "": nothing. */
function difference(image: Image, expected: Image): string {
  if (image.data.constructor !== expected.data.constructor) {
    return `the pixels are a ${image.data.constructor.name}`;
  }
  if (String(image.shape) !== String(expected.shape)) {
    return `the shape is [${image.shape}], not [${expected.shape}]`;
  }
  // Bytes that lie in the middle between two are rounded by float32 in torch, and by float64 here.
  const bound = image.data instanceof Uint8Array ? 0 : 1e-5;
  const odd = image.data.findIndex((value, i) => !(Math.abs(value - expected.data[i]) <= bound));
  return odd < 0 ? "" : `pixel ${odd} is ${image.data[odd]}, not ${expected.data[odd]}`;
}

const all = cases as Case[];

Deno.test(`${all.length} images are transformed as by torchvision, with the same draws`, () => {
  const failures: string[] = [];
  for (const { transform, args, draws, image, result } of all) {
    // deno-lint-ignore no-explicit-any
    const made = (transforms[transform] as any)(...args) as Transform, left = [...draws ?? []];
    const source = parse(image), before = source.data.slice();
    const found = made(source, () => left.shift() ?? NaN), wrong = difference(found, parse(result));
    const what = `${transform}(${JSON.stringify(args).slice(1, -1)}) of ${image.split(" ")[0]}`;
    if (wrong !== "") failures.push(`${what}: ${wrong}`);
    if (left.length > 0) failures.push(`${what}: ${left.length} numbers were not drawn`);
    if (made.length !== (draws === null ? 1 : 2)) failures.push(`${what}: takes ${made.length} arguments`);
    assertEquals(source.data, before, "an image must not change");
    assert(found.data.buffer !== source.data.buffer);
  }
  assert(failures.length === 0, failures.join("\n"));
});

const shape = [2, 6, 5] as const;
const image = (bytes: boolean, seed = 0): Image => {
  const values = Array.from({ length: 60 }, (_, i) => (i * 37 + seed * 11) % 256);
  return { data: bytes ? Uint8Array.from(values) : Float32Array.from(values, (value) => value / 255), shape };
};

/** One of each, of those that take images of bytes and of those that take floats. */
const some = (bytes: boolean): Record<string, Transform> => ({
  toTensor: transforms.toTensor(),
  ...(bytes ? {} : { normalize: transforms.normalize([0.4, 0.5], 0.3) }),
  resize: transforms.resize([4, 7]),
  pad: transforms.pad([1, 2, 0, 1], { fill: 3 }),
  centerCrop: transforms.centerCrop([3, 7]),
  randomCrop: transforms.randomCrop([5, 4], { padding: 1, paddingMode: "reflect" }),
  randomHorizontalFlip: transforms.randomHorizontalFlip(),
  randomErasing: transforms.randomErasing({ p: 0.9, value: bytes ? 9 : "random" }),
  randomRotation: transforms.randomRotation(40, { interpolation: "bilinear" }),
  randomAffine: transforms.randomAffine(20, { translate: [0.3, 0.3], scale: [0.8, 1.2], shear: 10 }),
  affine: transforms.affine({ angle: 10, translate: [1, -1] }),
});

/** A sequence of numbers that begins the same whenever it is made. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807 + 11) % 2147483647) / 2147483647;
}

Deno.test("transforms in a row are what they are one by one, and a loader does with them what a call does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.nat({ max: 9 }), { maxLength: 4 }),
      fc.nat({ max: 4 }),
      fc.nat({ max: 1000 }),
      async (bytes, picks, at, seed) => {
        const first = Object.values(some(true)), rest = Object.values(some(false));
        // Floats from some place on, as many ways from there.
        const list = picks.map((pick, i) => bytes && i < at ? first[pick % first.length] : rest[pick]);
        if (bytes && !list.slice(0, at).includes(first[0])) list.splice(at, 0, transforms.toTensor());
        const together = transforms.compose(list), source = image(bytes, seed);
        const one = sequence(seed), single = list.reduce((last, transform) => transform(last, one), source);
        const whole = together(source, sequence(seed));
        assertEquals([whole.shape, whole.data], [single.shape, single.data]);
        // An opaque function takes the long way.
        const long = transforms.compose([...list, (last) => last])(source, sequence(seed));
        assertEquals(long.data, single.data);

        const dataset = {
          length: 3,
          get: (index: number): [Image, number] => [image(bytes, seed + index), index],
        };
        const batches = async (transform: Transform) => {
          const loader = new DataLoader(dataset, { batchSize: 2, transform });
          loader.loadStateDict({ ...loader.stateDict(), key: [seed, at] });
          return await Promise.all((await Array.fromAsync(loader)).map(([images]) => images.data()));
        };
        assertEquals(await batches((image, random) => together(image, random)), await batches(together));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a transform serves images of one format after the other", () => {
  const both = transforms.compose([
    transforms.resize(4),
    transforms.toTensor(),
    transforms.randomHorizontalFlip({ p: 1 }),
  ]);
  const small: Image = { data: new Uint8Array([0, 255]), shape: [1, 1, 2] };
  for (
    const [bytes, source] of [[true, small], [true, image(true)], [false, image(false)], [
      true,
      small,
    ]] as const
  ) {
    const { data, shape } = both(source, Math.random);
    assertEquals(shape, source === small ? [1, 4, 8] : [2, 4, 4], String(bytes));
    if (source === small) assertEquals([data[0], data[7]], [1, 0]);
  }
});

Deno.test("random transforms take all values that they may, and about as often as they should", () => {
  const random = sequence(5), line: Image = { data: new Uint8Array([1, 2, 3, 4]), shape: [1, 1, 4] };
  const count = (transform: Transform, rounds: number) => {
    const seen = new Map<string, number>();
    for (let i = 0; i < rounds; i++) {
      const key = String(transform(line, random).data);
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    return seen;
  };
  const flips = count(transforms.randomHorizontalFlip({ p: 0.2 }), 2000);
  assertEquals([...flips.keys()].sort(), ["1,2,3,4", "4,3,2,1"]);
  assert(Math.abs(flips.get("4,3,2,1")! - 400) < 80);
  const crops = count(transforms.randomCrop([1, 2], { padding: [1, 0] }), 1000);
  assertEquals([...crops.keys()].sort(), ["0,1", "1,2", "2,3", "3,4", "4,0"]);
  for (const times of crops.values()) assert(Math.abs(times - 200) < 60);
  const shifts = count(transforms.randomAffine(0, { translate: [0.5, 0] }), 1000);
  assertEquals([...shifts.keys()].sort(), ["0,0,1,2", "0,1,2,3", "1,2,3,4", "2,3,4,0", "3,4,0,0"]);
});

Deno.test("noise in a hole is of the standard normal distribution, and nothing outside of it changes", () => {
  const grey: Image = { data: new Float32Array(40_000).fill(7), shape: [1, 200, 200] };
  const { data } = transforms.randomErasing({ p: 1, scale: [0.3, 0.3], ratio: [1, 1], value: "random" })(
    grey,
    sequence(3),
  );
  const noise = [...data].filter((value) => value !== 7);
  assert(Math.abs(noise.length - 0.3 * 40_000) < 200, `${noise.length} pixels`);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length;
  assert(Math.abs(mean) < 0.05 && Math.abs(variance - 1) < 0.05, `${mean}, ${variance}`);
});

Deno.test("what makes no sense of an image is refused in a sentence that says what would do", () => {
  const refuse = (make: () => unknown, kind: ErrorConstructor, says: string) =>
    assertThrows(make, kind, says);
  const bytes = image(true),
    floats = image(false),
    { normalize, pad, randomCrop, randomErasing } = transforms;
  refuse(
    () => normalize(0.5, 0.5)(bytes),
    TypeError,
    "normalize: the image is of bytes; toTensor() before it",
  );
  refuse(
    () => normalize([1, 2, 3], 1)(floats),
    RangeError,
    "mean has 3 numbers, but the image [2, 6, 5] has 2 channels",
  );
  refuse(() => normalize(0, 0), RangeError, "normalize: std must be positive, not 0");
  refuse(
    () => normalize([], 1),
    TypeError,
    "normalize: mean must be a number, or a list of one for each channel",
  );
  refuse(() => pad(1, { fill: 0.5 })(bytes), RangeError, "pad: fill is 0.5, and the image is of bytes");
  refuse(() => pad([1, 2, 3] as unknown as number), RangeError, "pad: padding must be one whole number ≥ 0");
  refuse(() => pad(-1), RangeError, "not -1");
  refuse(() => pad(6, { paddingMode: "reflect" })(bytes), RangeError, "it is at most 5");
  refuse(() => pad(1, { paddingMode: "mirror" as "edge" }), RangeError, "paddingMode must be one of");
  refuse(
    () => randomCrop(7)(bytes, Math.random),
    RangeError,
    "a part of 7 × 7 does not fit into 6 × 5 pixels",
  );
  refuse(
    () => randomErasing({ value: [1, 2, 3] })(bytes, Math.random),
    RangeError,
    "value has 3 numbers, but the image has 2",
  );
  refuse(() => randomErasing({ value: "random" })(bytes, Math.random), RangeError, "noise is of floats");
  refuse(
    () => randomErasing({ value: 300 })(bytes, Math.random),
    RangeError,
    "value is 300, and the image is of bytes",
  );
  refuse(
    () => randomErasing({ scale: [0.5, 2] }),
    RangeError,
    "the high end of scale must be a number from 0 to 1",
  );
  refuse(
    () => transforms.randomHorizontalFlip({ p: 1.5 }),
    RangeError,
    "p must be a number from 0 to 1, not 1.5",
  );
  refuse(() => transforms.resize(0), RangeError, "resize: size must be one whole number ≥ 1, or two, not 0");
  refuse(() => transforms.affine({ scale: 0 }), RangeError, "affine: scale must be positive, not 0");
  refuse(() => transforms.randomRotation(-5), RangeError, "degrees must be a finite number ≥ 0, not -5");
  refuse(() => transforms.randomRotation([5, 1]), RangeError, "the high end of degrees");
  refuse(
    () => transforms.compose(transforms.toTensor() as never),
    TypeError,
    "compose: the transforms are one list",
  );
  refuse(
    () => transforms.compose([5 as never]),
    TypeError,
    "compose: entry 0 of the list must be a function",
  );
  const nonsense = transforms.compose([() => 3 as never]);
  refuse(
    () => nonsense(bytes, Math.random),
    TypeError,
    "what entry 0 of the list made must be an image { data, shape }, not 3",
  );
  refuse(
    () => transforms.toTensor()(5 as never),
    TypeError,
    "toTensor: the image must be an image { data, shape }, not 5",
  );
  refuse(() => transforms.toTensor()([1, 2] as never), TypeError, "not [1, 2]");
  const short = { data: new Uint8Array(5), shape: [1, 2, 3] } as const;
  refuse(() => transforms.toTensor()(short), RangeError, "has 5 pixels, but its shape [1, 2, 3] holds 6");
  const random = randomCrop(2) as unknown as (image: Image) => Image;
  refuse(
    () => random(bytes),
    TypeError,
    "randomCrop: random must be a function such as Math.random, not undefined",
  );
});
