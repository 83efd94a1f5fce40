/**
 * Python and this library open each other's files: live, with the versions of torch, NumPy and safetensors that are there. Needs
 * the permission to start programs, among others; skipped without.
 */
import {
  nn,
  randn,
  readNpy,
  readNpz,
  readPth,
  readSafetensors,
  type Tensor,
  tensor,
  writeSafetensors,
  zeros,
} from "descent";
import { assertEquals } from "@std/assert";
import { pythonTest, pythonWith } from "../python.ts";
import { assertSaved, bitsOf } from "./expected.ts";

const withNumpy = await pythonWith("numpy");
const withSafetensors = await pythonWith("safetensors", "numpy");
const withTorch = await pythonWith("torch", "safetensors", "numpy");

/** Tensors of all dtypes, and what is special about floats. */
const tensors = () => ({
  floats: tensor(
    new Float32Array(new Uint32Array([0, 0x80000000, 1, 0x7f800001, 0xffc12345, 0xff800000]).buffer),
  ),
  random: randn(3, 4, 5).permute(2, 0, 1),
  ints: tensor(new Int32Array([-(2 ** 31), 0, 2 ** 31 - 1])),
  bools: tensor([[true, false]]),
  scalar: tensor(-0),
  none: zeros(0, 2),
  "é 😀": tensor([1]),
});

/** A tensor's dtype, shape and bytes in hexadecimal letters. */
async function said(x: Tensor): Promise<[string, number[], string]> {
  const values = await x.data();
  return [x.dtype, x.shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength).toHex()];
}

pythonTest(
  "Python's safetensors opens what is written here, bit for bit",
  withSafetensors,
  async (folder) => {
    const path = `${folder}/ours.safetensors`, own = tensors();
    await writeSafetensors(path, own, { metadata: { epoch: "5", "name \n": "LeNet 😀" } });
    const program = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "numpy") as file:
    arrays = {name: file.get_tensor(name) for name in file.keys()}
    said = {name: [str(a.dtype), list(a.shape), a.tobytes().hex()] for name, a in arrays.items()}
    print(json.dumps([file.metadata(), said]))`;
    const [metadata, arrays] = JSON.parse(await withSafetensors("-c", program, path));
    assertEquals(metadata, { epoch: "5", "name \n": "LeNet 😀" });
    assertEquals(Object.keys(arrays).sort(), Object.keys(own).sort());
    for (const [name, x] of Object.entries(own)) assertEquals(arrays[name], await said(x), name);
  },
);

pythonTest("what Python's safetensors saves is opened here, bit for bit", withSafetensors, async (folder) => {
  const path = `${folder}/theirs.safetensors`;
  const program = `
import json, sys
import numpy as np
from safetensors.numpy import save_file
rng = np.random.default_rng(7)
arrays = {
    "float32": rng.integers(0, 2**32, (50, 40), dtype=np.uint32).view(np.float32),
    "float16": rng.integers(0, 2**16, 5000, dtype=np.uint16).view(np.float16),
    "int64": rng.integers(-(2**31), 2**31, 100), "uint8": rng.integers(0, 256, 100, dtype=np.uint8),
    "bool": rng.integers(0, 2, (3, 3)).astype(bool), "scalar": np.array(2.5, np.float32),
}
save_file(arrays, sys.argv[1], {"made": "there"})
ours = {"float16": np.float32, "int64": np.int32, "uint8": np.int32}
wide = {name: a.astype(ours.get(name, a.dtype)) for name, a in arrays.items()}
print(json.dumps({name: [str(a.dtype), list(a.shape), a.tobytes().hex()] for name, a in wide.items()}))`;
  const expected = JSON.parse(await withSafetensors("-c", program, path));
  const read = await readSafetensors(new URL(`file://${path}`));
  assertEquals(Object.keys(read).sort(), Object.keys(expected).sort());
  for (const [name, x] of Object.entries(read)) {
    const [dtype, shape, hex] = await said(x);
    assertEquals([dtype, shape], expected[name].slice(0, 2), name);
    // Widened by a processor, a NaN becomes a quiet one.
    if (name === "float16") {
      const theirs = new Float32Array(Uint8Array.fromHex(expected[name][2]).buffer);
      assertEquals(await x.data(), theirs);
    } else assertEquals(hex, expected[name][2], name);
  }
});

pythonTest("NumPy's files are opened here", withNumpy, async (folder) => {
  const program = `
import sys
import numpy as np
a = np.arange(120).reshape(4, 5, 6)
np.save(sys.argv[1] + "/a.npy", a.transpose(2, 0, 1))
np.savez_compressed(sys.argv[1] + "/a.npz", a.astype(">f8"), half=a.astype("f2")[:, ::2])`;
  await withNumpy("-c", program, folder);
  const a = await readNpy(`${folder}/a.npy`), all = Array.from({ length: 120 }, (_, i) => i);
  assertEquals(a.shape, [6, 4, 5]);
  assertEquals([...await a.permute(1, 2, 0).data()], all);
  const { arr_0, half } = await readNpz(`${folder}/a.npz`);
  assertEquals([...await arr_0.data()], all);
  assertEquals(await half.array(), await arr_0.at(null, [0, 5, 2]).array());
});

pythonTest(
  "torch opens what is written here and takes it as a state_dict; what it saves comes back the same",
  withTorch,
  async (folder) => {
    const net = () => new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU());
    const ours = net(), x = randn(2, 1, 6, 6);
    ours.forward(x);
    ours.eval();
    await writeSafetensors(`${folder}/ours.safetensors`, { ...ours.stateDict(), x, y: ours.forward(x) });
    const program = `
import sys
import torch
from safetensors.torch import load_file, save_file
state = load_file(sys.argv[1] + "/ours.safetensors")
x, y = state.pop("x"), state.pop("y")
net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
net.load_state_dict(state)
net.eval()
print((net(x) - y).abs().max().item(), net[1].num_batches_tracked.item(), net[1].num_batches_tracked.dtype)
torch.save(net.state_dict(), sys.argv[1] + "/theirs.pth")
torch.save({"model": net.state_dict(), "epoch": 3}, sys.argv[1] + "/run.pth")
save_file(net.state_dict(), sys.argv[1] + "/theirs.safetensors")`;
    const [difference, ...batches] = (await withTorch("-c", program, folder)).trim().split(" ");
    assertEquals(Number(difference) < 1e-6, true, difference);
    assertEquals(batches, ["1", "torch.int64"]);
    const files = [
      await readPth(`${folder}/theirs.pth`),
      await readPth(`${folder}/run.pth`, { part: "model" }),
      await readSafetensors(`${folder}/theirs.safetensors`),
    ];
    for (const state of files) {
      const back = net();
      back.loadStateDict(state);
      for (const [name, own] of Object.entries(ours.stateDict())) {
        assertEquals(await said(back.stateDict()[name]), await said(own), name);
      }
    }
  },
);

pythonTest(
  "the fixtures are what this torch makes, too: every kind, every layout, a checkpoint",
  withTorch,
  async (folder) => {
    const program = `
import importlib.util, json, pathlib, sys
spec = importlib.util.spec_from_file_location("files", sys.argv[2])
files = importlib.util.module_from_spec(spec)
spec.loader.exec_module(files)
print(json.dumps(files.torch_files(pathlib.Path(sys.argv[1]))))`;
    const script = new URL("../../tools/fixtures/files.py", import.meta.url);
    const expected = JSON.parse(await withTorch("-c", program, folder, script.pathname));
    for (const [name, one] of Object.entries(expected)) {
      await assertSaved(await readPth(`${folder}/${name}.pth`), one, name);
    }
    const { float32 } = await readPth(`${folder}/kinds.pth`);
    assertEquals((await bitsOf(float32)).slice(4, 6), [0x7fc00001, 0xffc12345]);
  },
);
