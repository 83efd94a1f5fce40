/** Images stay channels-last in storage from layer to layer: a network moves them at its ends at most. */
import { F, rand, type Tensor } from "descent";
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
