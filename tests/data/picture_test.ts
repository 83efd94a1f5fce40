// PNG and JPEG: the pixels are Pillow's, which torchvision's ImageFolder takes; tools/fixtures/pictures.py made the files.
import { assertEquals, assertRejects } from "@std/assert";
import { FileFormatError } from "../../lib/host/format_error.ts";
import { decodePicture } from "../../lib/data/picture/mod.ts";
import pictures from "../fixtures/pictures.json" with { type: "json" };

const decode = (base64: string, channels: 1 | 3 = 3) =>
  decodePicture("get", "a file", Uint8Array.fromBase64(base64), channels);

Deno.test(`${pictures.read.length} PNG and JPEG files of all kinds have Pillow's pixels, in colours and grey`, async () => {
  for (const { name, file, size, rgb, grey } of pictures.read) {
    const colors = await decode(file), shades = await decode(file, 1);
    assertEquals(colors, { data: Uint8Array.fromBase64(rgb), shape: [3, size[0], size[1]] }, name);
    assertEquals(shades, { data: Uint8Array.fromBase64(grey), shape: [1, size[0], size[1]] }, name);
  }
});

for (const { name, file, says } of pictures.refused) {
  Deno.test(`a ${name} is refused in a sentence`, async () => {
    const error = await assertRejects(() => decode(file), FileFormatError, says);
    assertEquals(error.message.startsWith("get: a file "), true, error.message);
  });
}

Deno.test("a picture that was cut short anywhere is refused, and nothing of it is handed out", async () => {
  for (
    const { name, file } of pictures.read.filter(({ name }) =>
      /PNG of type 2, 8 bits$|Pillow|4:2:0|progressive|restarts/.test(name)
    )
  ) {
    const bytes = Uint8Array.fromBase64(file);
    // A JPEG's last two bytes say only that it ends.
    for (let length = 0; length < bytes.length - 2; length += length < 40 ? 1 : 37) {
      const read = decodePicture("get", "a file", bytes.slice(0, length), 3);
      const error = await assertRejects(
        () => read,
        FileFormatError,
        undefined,
        `${name}, ${length} of ${bytes.length} bytes`,
      );
      assertEquals(error.message.startsWith("get: a file is "), true, error.message);
    }
  }
});

Deno.test("a JPEG that asks for thousands of passes over a large picture is refused before the first", async () => {
  const { file } = pictures.read.find(({ name }) => name === "JPEG, progressive")!;
  const bytes = Uint8Array.fromBase64(file);
  const frame = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xc2);
  bytes.set([0x1f, 0xff, 0x1f, 0xff], frame + 5);
  const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xda);
  const passes = Array(1000).fill([...bytes.subarray(scan, bytes.length - 2)]).flat();
  await assertRejects(
    () =>
      decodePicture("get", "a file", Uint8Array.from([...bytes.subarray(0, scan), ...passes, 0xff, 0xd9]), 3),
    FileFormatError,
    "passes over 8191 × 8191 pixels",
  );
});

Deno.test("a broken JPEG breaks none that is decoded after it, or beside it", async () => {
  const { file, rgb } = pictures.read.find(({ name }) => name === "JPEG, 4:2:0")!;
  const bytes = Uint8Array.fromBase64(file), broken = bytes.slice(0, bytes.length - 60);
  const results = await Promise.allSettled(
    [bytes, broken, bytes, broken, bytes].map((one) => decodePicture("get", "a file", one, 3)),
  );
  assertEquals(results.map(({ status }) => status === "fulfilled"), [true, false, true, false, true]);
  for (const one of results) {
    if (one.status === "fulfilled") assertEquals(one.value.data, Uint8Array.fromBase64(rgb));
  }
});
