/** Files of torch.save(), written by PyTorch 1.13 and 2.13: tools/fixtures/files.py. */
import { currentDevice, FileFormatError, nn, readPth, type Tensor } from "descent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import expected from "../fixtures/io/expected.json" with { type: "json" };
import calls from "../fixtures/io/refused/calls.pth" with { type: "bytes" };
import complex from "../fixtures/io/refused/complex.pth" with { type: "bytes" };
import large from "../fixtures/io/refused/large.pth" with { type: "bytes" };
import legacy from "../fixtures/io/refused/legacy.pth" with { type: "bytes" };
import module from "../fixtures/io/refused/module.pth" with { type: "bytes" };
import script from "../fixtures/io/refused/script.pt" with { type: "bytes" };
import sparse from "../fixtures/io/refused/sparse.pth" with { type: "bytes" };
import checkpoint113 from "../fixtures/io/torch-1.13/checkpoint.pth" with { type: "bytes" };
import kinds113 from "../fixtures/io/torch-1.13/kinds.pth" with { type: "bytes" };
import layouts113 from "../fixtures/io/torch-1.13/layouts.pth" with { type: "bytes" };
import protocol113 from "../fixtures/io/torch-1.13/protocol4.pth" with { type: "bytes" };
import state113 from "../fixtures/io/torch-1.13/state.pth" with { type: "bytes" };
import tensor113 from "../fixtures/io/torch-1.13/tensor.pth" with { type: "bytes" };
import checkpoint213 from "../fixtures/io/torch-2.13/checkpoint.pth" with { type: "bytes" };
import kinds213 from "../fixtures/io/torch-2.13/kinds.pth" with { type: "bytes" };
import layouts213 from "../fixtures/io/torch-2.13/layouts.pth" with { type: "bytes" };
import protocol213 from "../fixtures/io/torch-2.13/protocol4.pth" with { type: "bytes" };
import state213 from "../fixtures/io/torch-2.13/state.pth" with { type: "bytes" };
import tensor213 from "../fixtures/io/torch-2.13/tensor.pth" with { type: "bytes" };
import uint16 from "../fixtures/io/torch-2.13/uint16.pth" with { type: "bytes" };
import numpy from "../fixtures/io/numpy/stored.npz" with { type: "bytes" };
import safetensors from "../fixtures/io/safetensors/own.safetensors" with { type: "bytes" };
import { assertSaved, bitsOf } from "./expected.ts";
import { settled } from "../memory.ts";

const versions = {
  "1.13": {
    state: state113,
    kinds: kinds113,
    layouts: layouts113,
    checkpoint: checkpoint113,
    protocol: protocol113,
    tensor: tensor113,
  },
  "2.13": {
    state: state213,
    kinds: kinds213,
    layouts: layouts213,
    checkpoint: checkpoint213,
    protocol: protocol213,
    tensor: tensor213,
  },
};

for (const [version, files] of Object.entries(versions)) {
  onEachDevice(
    `readPth() reads what torch ${version} saved: a state_dict, all kinds, all layouts`,
    async () => {
      for (const name of ["state", "kinds", "layouts"] as const) {
        await assertSaved(await readPth(files[name]), expected[name], name);
      }
    },
  );

  Deno.test(`readPth() reads a checkpoint of torch ${version}, its numbers, texts and lists, in two pickle protocols`, async () => {
    for (const file of [files.checkpoint, files.protocol]) {
      const saved = await readPth<Record<string, unknown>>(file);
      await assertSaved(saved, JSON.parse(JSON.stringify(expected.checkpoint)), "checkpoint");
      // A key of the file's never reaches what all objects share.
      assertEquals(Object.getPrototypeOf(saved), Object.prototype);
      assertEquals(({} as { polluted?: number }).polluted, undefined);
    }
  });

  Deno.test(`readPth() reads a part of a checkpoint of torch ${version}, and a tensor alone`, async () => {
    const model = await readPth(files.checkpoint, { part: "model" });
    await assertSaved(model, expected.checkpoint.model, "model");
    assertEquals(await readPth<number>(files.checkpoint, { part: "epoch" }), 3);
    assertEquals(await (await readPth<Tensor>(files.tensor)).array(), [0, 1, 2]);
    await assertRejects(
      () => readPth(files.checkpoint, { part: "modle" }),
      RangeError,
      'did you mean "model"?',
    );
    await assertRejects(
      () => readPth(files.tensor, { part: "model" }),
      RangeError,
      'there is no part "model"',
    );
  });

  Deno.test(`a network takes the state_dict of torch ${version} as it is`, async () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2), new nn.Linear(2, 3));
    const renamed = Object.entries(await readPth(files.state)).map(([name, tensor]) =>
      [name.replace("conv", "0").replace("norm", "1").replace("fc", "2"), tensor] as const
    );
    assertEquals(net.loadStateDict(Object.fromEntries(renamed)), { missing: [], unexpected: [] });
    assertEquals((await net[0].stateDict().bias.data())[1], -0.875);
  });

  Deno.test(`float32 of torch ${version} keep every bit, and tensors that are one stay one`, async () => {
    const { float32 } = await readPth(files.kinds);
    const bits = [0, 0x80000000, 1, 0x7f7fffff, 0x7fc00001, 0xffc12345, 0x7f800000, 0x3dcccccd];
    assertEquals(await bitsOf(float32), bits);
    const { input, output } = await readPth(files.layouts);
    assert(input === output);
  });
}

Deno.test("readPth() reads the integers that PyTorch has had since 2.3", async () => {
  assertEquals(await (await readPth(uint16)).uint16.array(), [1, 65535]);
});

Deno.test("readPth() refuses what is no data, and says what it was", async () => {
  const refused: [Uint8Array<ArrayBuffer>, string][] = [
    [
      calls,
      `readPth: the Uint8Array wants Python's "__builtin__.print", which is not one of the few names that stand for data`,
    ],
    [module, `wants Python's "torch.nn.modules.linear.Linear"`],
    [module, "torch.save(net.state_dict(), path)"],
    [sparse, `wants Python's "torch._utils._rebuild_sparse_tensor"`],
    [complex, `wants Python's "torch.ComplexFloatStorage"`],
    [legacy, "is of the form before PyTorch 1.6; in Python, torch.save(torch.load(path), path)"],
    [script, "is a program, of torch.jit.save()"],
    [numpy, "is no file of torch.save(): no data.pkl is in the zip"],
    [safetensors, "is no file of torch.save(); it is a safetensors file, which readSafetensors() reads"],
    [new Uint8Array(), "is no file of torch.save()"],
    [new Uint8Array([0x1f, 0x8b, 8]), "it is compressed by gzip"],
    [large, 'holds 1099511627776 in "step", which no int32 can hold'],
  ];
  for (const [file, message] of refused) await assertRejects(() => readPth(file), FileFormatError, message);
});

Deno.test("readPth() of a file with one number that does not fit leaves no tensor behind", async () => {
  const { tensors, bytes } = await settled();
  await assertRejects(() => readPth(large), FileFormatError);
  assertEquals([currentDevice().memory().tensors, currentDevice().memory().bytes], [tensors, bytes]);
  assertEquals(await (await readPth<Tensor>(large, { part: "fits" })).array(), [1, 1]);
});
