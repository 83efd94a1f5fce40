/** Images stay channels-last in storage from layer to layer: a network moves them at its ends at most. */
import { cat, F, rand, type Tensor } from "descent";
import { assert, assertEquals } from "@std/assert";
import { movesOf } from "../device/spy.ts";

/** How often images are moved in `body`; filters are moved once a call, and are not counted. */
const moves = (body: () => void) => movesOf(body).filter((perm) => perm !== "2,3,1,0").length;

function network(x: Tensor): Tensor {
  let h = F.conv2d(x, rand(4, 3, 3, 3), { bias: rand(4), padding: 1 });
  const skipped = h;
  h = F.batchNorm(h, { training: true }).relu();
  h = F.conv2d(h, rand(4, 4, 3, 3), { padding: 1 }).add(skipped).mul(0.5).leakyRelu();
  h = F.dropout(F.maxPool2d(h, 2), 0.1);
  return F.avgPool2d(h, 2).add(h.at(null, null, [0, 2], [0, 2])).mean([2, 3]);
}

Deno.test("a network moves its images once on the way in, and never between layers", () => {
  assertEquals(moves(() => network(rand(2, 3, 8, 8))), 1);
});

Deno.test("gradients stay in that order too", () => {
  const x = rand([2, 3, 8, 8], { requiresGrad: true });
  const loss = network(x).sum();
  // One for the gradient of the image.
  assert(moves(() => loss.backward()) <= 1);
});

/** Down and up again, by whatever changes the size of images. */
function sizes(x: Tensor): Tensor {
  let h = F.conv2d(x, rand(4, 3, 2, 3), { padding: "same" });
  h = F.maxPool2d(h, 3, { stride: 2, padding: 1, ceilMode: true });
  h = F.convTranspose2d(h, rand(4, 6, 4, 4), { stride: 2, padding: 1, bias: rand(6) });
  h = F.interpolate(h, { scaleFactor: 1.5, mode: "bilinear" });
  h = F.pad(F.pad(h, [1, 1, 2, 1], { mode: "reflect" }), [-1, 1, 0, -1]);
  h = F.dropout2d(F.adaptiveAvgPool2d(h, [7, 9]), 0.5);
  h = F.adaptiveMaxPool2d(F.interpolate(h, { size: [9, 8] }), 5);
  return F.conv2d(cat([h, h.mul(2)], 1), rand(2, 12, 3, 3), { dilation: 2 }).mean([2, 3]);
}

Deno.test("enlarging, shrinking, borders and joining channels move no image either, nor their gradients", () => {
  const x = rand([2, 3, 8, 7], { requiresGrad: true });
  let loss = x;
  assertEquals(moves(() => loss = sizes(x).sum()), 1);
  assert(moves(() => loss.backward()) <= 1);
});

Deno.test("channels that become pixels, or change places, are moved once, into the order of images", () => {
  const w = rand(8, 3, 1, 1), x = rand([2, 3, 4, 6], { requiresGrad: true });
  const cases: [(h: Tensor) => Tensor, channels: number][] = [
    [(h) => F.pixelShuffle(h, 2), 2],
    [(h) => F.pixelUnshuffle(h, 2), 32],
    [(h) => F.channelShuffle(h, 4), 8],
  ];
  for (const [shuffle, channels] of cases) {
    let loss = x;
    const network = () => F.conv2d(shuffle(F.conv2d(x, w)), rand(2, channels, 1, 1)).sum();
    assertEquals(moves(() => loss = network()), 2);
    assert(moves(() => loss.backward()) <= 2);
  }
});

Deno.test("a signal is convolved and pooled without being moved between layers", () => {
  const x = rand([2, 3, 20], { requiresGrad: true });
  let loss = x;
  const network = () => {
    const h = F.maxPool1d(F.conv1d(x, rand(4, 3, 3), { bias: rand(4) }).relu(), 2);
    return F.convTranspose1d(h, rand(4, 5, 2), { stride: 2 }).sum();
  };
  assertEquals(moves(() => loss = network()), 1);
  assert(moves(() => loss.backward()) <= 1);
});
