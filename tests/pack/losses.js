/** Waits until all threads of the CPU are up: they come one after the other, while there is work. */
async function untilThreadsAreUp({ ones }, device) {
  const { wasm } = device.engine, end = Date.now() + 10_000;
  while (wasm.ready < wasm.threads && Date.now() < end) {
    for (let i = 0; i < 20; i++) ones(1 << 18);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return wasm.ready;
}

/**
 * Ten losses of a small network from one seed, and what computed them: the program that runs in every host, bundled and not.
 *
 * @param {typeof import("descent")} descent The library, however it came here.
 * @param {"cpu" | "webgpu"} device Where it computes.
 * @returns {Promise<{ device: string, threads: number, losses: number[] }>}
 */
export async function tenLosses(descent, device) {
  const { F, manualSeed, nn, optim, randn, useDevice } = descent;
  const chosen = await useDevice(device);
  const threads = device === "cpu" ? await untilThreadsAreUp(descent, chosen) : 0;
  manualSeed(7);
  const net = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(16 * 8 * 8, 10),
  );
  const images = randn(32, 1, 16, 16), labels = Int32Array.from({ length: 32 }, (_, i) => i % 10);
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.003 });
  const losses = [];
  for (let step = 0; step < 10; step++) {
    const loss = F.crossEntropy(net.forward(images), labels);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    losses.push(await loss.item());
  }
  return { device: chosen.description, threads, losses };
}
