// Sets that come from files of the reader's own, and so wait for the permission.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  cifar10,
  DataLoader,
  fashionMnist,
  FileError,
  FileFormatError,
  type Image,
  imageFolder,
  mnist,
} from "descent";
import pictures from "../fixtures/pictures.json" with { type: "json" };
import { folderTest, skippedWithout } from "../folder.ts";
import { cifar10File, idx } from "./hostile.ts";
import { runProgram } from "./program.ts";

/** A test that is given an empty folder, and may start programs. */
const filesTest = (name: string, body: (folder: string) => Promise<void>) =>
  folderTest(name, body, skippedWithout("read", "write", "run"));

/** Writes files, and the folders that they are in. */
async function write(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}

/** A file of 10,000 records: labels in turn, beginning with `first`, and as many as the label of each pixel. */
function batch(first: number): Uint8Array<ArrayBuffer> {
  return cifar10File(Array.from({ length: 10_000 }, (_, record) => (first + record) % 10));
}

const picture = (name: string) => pictures.read.find((one) => one.name === name)!;
const bytesOf = (name: string) => Uint8Array.fromBase64(picture(name).file);

filesTest(
  "cifar10() reads the five files to train on and the one to test with, in their order",
  async (folder) => {
    for (let number = 1; number <= 5; number++) {
      await write(folder, {
        [`data_batch_${number}.bin`]: batch(number),
      });
    }
    const train = await cifar10(folder);
    assertEquals([train.length, train.shape], [50_000, [3, 32, 32]]);
    assertEquals([0, 10_000, 49_999].map((i) => train.labels[i]), [1, 2, 4]);
    const [image, label] = train.get(49_999);
    // The fifth record of ten is filled with its place.
    assertEquals([label, new Set(image.data)], [4, new Set([9999 % 256])]);
    assertEquals(train.classes.slice(0, 2), ["airplane", "automobile"]);

    const error = await assertRejects(
      () => cifar10(folder, { split: "test" }),
      FileError,
      "there is no test_batch.bin",
    );
    assert(error.message.startsWith("cifar10: "));
    await write(folder, {
      "test_batch.bin": batch(0),
      "batches.meta.txt": "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n",
    });
    const test = await cifar10(new URL(`file://${folder}/`), { split: "test" });
    assertEquals([test.length, test.classes.join("")], [10_000, "abcdefghij"]);
  },
);

filesTest("cifar10() names the file that is missing, short, of another kind or damaged", async (folder) => {
  const refused = (says: string) => assertRejects(() => cifar10(folder, { split: "test" }), FileError, says);
  await write(folder, { "cifar-10-batches-bin/data_batch_1.bin": "" });
  await refused("the folder in it, cifar-10-batches-bin, is the one to name");
  await write(folder, { "test_batch.bin": batch(0).subarray(0, 3073 * 9_999) });
  await refused(`${folder}/test_batch.bin should have 30730000 bytes`);
  await refused("has 30726927: it was cut short");
  await write(folder, { "test_batch.bin": new Uint8Array(30_730_001) });
  await refused("has 30730001: this is another file");
  const odd = batch(0);
  odd[3073 * 17] = 10;
  await write(folder, { "test_batch.bin": odd });
  await refused("record 17 of");
  await write(folder, { "test_batch.bin": batch(0), "batches.meta.txt": "cat\ndog\n" });
  await refused("batches.meta.txt should have the names of 10 classes, a line each");
  const gone = await assertRejects(() => cifar10(`${folder}/nowhere`));
  assertEquals((gone as Error).message, `cifar10: there is no folder ${folder}/nowhere`);
});

/** What gzip makes of bytes. */
async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

filesTest(
  "mnist() and fashionMnist() read the original files of a folder, compressed or not",
  async (folder) => {
    await write(folder, {
      "train-images-idx3-ubyte": idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
      "train-labels-idx1-ubyte.gz": await gzip(idx([2], [9, 0])),
      "t10k-images-idx3-ubyte.gz": await gzip(idx([1, 1, 1], [7])),
      "t10k-labels-idx1-ubyte": idx([1], [3]),
    });
    const train = await mnist({ folder }), test = await fashionMnist({ folder, split: "test" });
    assertEquals([train.length, train.shape, [...train.labels]], [2, [1, 2, 3], [9, 0]]);
    assertEquals([...train.get(1)[0].data], [7, 8, 9, 10, 11, 12]);
    assertEquals([[...test.images], test.classes[test.labels[0]]], [[7], "Dress"]);
  },
);

filesTest("original files that are missing, cut short or of different sets are named", async (folder) => {
  const refused = async (says: string, split: "train" | "test" = "train") => {
    const { message } = await assertRejects(() => fashionMnist({ folder, split }), FileError);
    assertEquals(message, `fashionMnist: ${says}`);
  };
  await refused(`there is no t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz in ${folder}`, "test");
  const images = `${folder}/train-images-idx3-ubyte`, labels = `${folder}/train-labels-idx1-ubyte.gz`;
  await write(folder, { "train-images-idx3-ubyte": idx([2, 1, 1], [1]) });
  const cut = "it was cut short, or its header is wrong";
  await refused(`${images} should hold [2, 1, 1] = 2 elements after its header, but holds 1: ${cut}`);
  await write(folder, { "train-images-idx3-ubyte": idx([2, 1, 1], [1, 2]) });
  const packed = await gzip(idx([3], [1, 2, 3]));
  await write(folder, { "train-labels-idx1-ubyte.gz": packed.subarray(0, packed.length - 9) });
  await refused(`${labels} is damaged: it cannot be inflated`);
  await write(folder, { "train-labels-idx1-ubyte.gz": packed });
  await refused("images [2, 1, 1] and labels [3] do not belong together");
  await write(folder, { "train-labels-idx1-ubyte.gz": await gzip(idx([2], [1, 10])) });
  await refused("there is a label 10, and there are 10 classes");
  await write(folder, { "train-labels-idx1-ubyte.gz": await gzip(new Uint8Array(2 ** 28 + 1)) });
  await refused(`${labels} has more than 268435456 bytes`);
});

filesTest(
  "imageFolder() finds classes and pictures in the order of their names, and decodes when asked",
  async (folder) => {
    await write(folder, {
      "dog/b.PNG": bytesOf("PNG of type 0, 8 bits"),
      "dog/a.jpeg": bytesOf("JPEG, grey"),
      "cat/z/1.png": bytesOf("PNG of Pillow's"),
      "cat/2.jpg": bytesOf("JPEG, 4:2:0"),
      "cat/notes.txt": "not a picture",
      "cat/.DS_Store": "not a picture",
      ".git/x.png": "not a class",
      "about.txt": "not a class",
    });
    const set = await imageFolder(folder);
    assertEquals(set.classes, ["cat", "dog"]);
    const names = set.files.map((path) => path.slice(folder.length + 1));
    assertEquals(names, ["cat/2.jpg", "cat/z/1.png", "dog/a.jpeg", "dog/b.PNG"]);
    assertEquals([set.length, set.labels], [4, [0, 0, 1, 1]]);
    const { rgb, size } = picture("JPEG, 4:2:0");
    assertEquals(await set.get(0), [{ data: Uint8Array.fromBase64(rgb), shape: [3, size[0], size[1]] }, 0]);
    const grey = await imageFolder(folder, { channels: 1 });
    const [shades, label] = await grey.get(1);
    assertEquals([[...shades.data], label], [[...Uint8Array.fromBase64(picture("PNG of Pillow's").grey)], 0]);

    await Deno.remove(set.files[0]);
    const gone = await assertRejects(() => set.get(0));
    assertEquals((gone as Error).message, `ImageFolder.get: there is no file ${set.files[0]}`);
    await assertRejects(() => set.get(4), RangeError, "ImageFolder.get: there is no sample 4 among 4");
  },
);

filesTest("a loader makes batches of an imageFolder()'s pictures", async (folder) => {
  const names = ["JPEG, 4:2:0", "JPEG, 4:4:4", "JPEG, coarse"];
  for (const [i, name] of names.entries()) await write(folder, { [`${"abc"[i]}/1.jpg`]: bytesOf(name) });
  for await (const [images, labels] of new DataLoader(await imageFolder(folder), { batchSize: 3 })) {
    assertEquals([images.shape, await labels.array()], [[3, 3, 21, 34], [0, 1, 2]]);
    const first = Uint8Array.fromBase64(picture(names[0]).rgb);
    assertEquals(
      (await images.data()).subarray(0, first.length),
      Float32Array.from(first, (byte) => byte / 255),
    );
  }
});

filesTest("imageFolder() says what is wrong with a folder, by its name", async (folder) => {
  const refused = (says: string) => assertRejects(() => imageFolder(folder), FileError, says);
  await refused(`imageFolder: ${folder} has no folders; each class is one, such as ${folder}/cat/1.jpg`);
  await write(folder, { "1.png": "" });
  await refused("its pictures have no class");
  await write(folder, { "cat/1.txt": "" });
  await refused(`the class ${folder}/cat has no picture`);
  await write(folder, { "cat/2.webp": "" });
  await refused(`${folder}/cat/2.webp is neither a PNG nor a JPEG; convert it, or take it away`);
  await Deno.remove(`${folder}/cat/2.webp`);
  await Deno.symlink("..", `${folder}/cat/up`);
  await refused("folders deep; is it a link that leads back?");
  const gone = await assertRejects(() => imageFolder(`${folder}/nowhere`));
  assertEquals((gone as Error).message, `imageFolder: there is no folder ${folder}/nowhere`);
  const file = await assertRejects(() => imageFolder(`${folder}/1.png`));
  assertEquals((file as Error).message, `imageFolder: ${folder}/1.png is a file, not a folder`);
});

filesTest("a picture that is damaged is named when it is asked for", async (folder) => {
  await write(folder, {
    "cat/1.png": "",
    "cat/2.png": "a text",
    "cat/3.jpg": bytesOf("JPEG, 4:2:0").slice(0, 400),
    "cat/4.png/x.png": "",
  });
  const set = await imageFolder(folder);
  const says = [
    "is empty",
    "is neither a PNG nor a JPEG",
    "is a JPEG that was cut short",
    "is a folder, not a file",
  ];
  for (const [i, one] of says.entries()) {
    const error = await assertRejects(() => set.get(i)) as Error;
    assertEquals(error.message, `ImageFolder.get: ${set.files[i]} ${one}`);
  }
  // A file that claims more than any picture has takes no memory.
  using large = await Deno.open(set.files[0], { write: true });
  await large.truncate(2 ** 40);
  await assertRejects(
    () => set.get(0),
    FileFormatError,
    "has 1099511627776 bytes; a picture of up to 268435456 can be read",
  );
});

filesTest(
  "the folder's read permission is all that is asked, and where it is missing a sentence says so",
  async (folder) => {
    await write(folder, { "cat/1.jpg": bytesOf("JPEG, 4:2:0"), "dog/1.png": bytesOf("PNG of Pillow's") });
    const program = `
    import { cifar10, imageFolder, mnist } from "descent";
    const say = (error) => console.log(error.message);
    const set = await imageFolder(${JSON.stringify(folder)}).catch(say);
    for (let i = 0; i < (set?.length ?? 0); i++) console.log((await set.get(i))[0].shape.join());
    await cifar10(${JSON.stringify(folder)}).catch(say);`;
    const run = async (...flags: string[]) => {
      const { stdout, stderr } = await runProgram(program, { flags });
      assertEquals(stderr, "");
      return stdout.trim().split("\n");
    };
    const { size: cat } = picture("JPEG, 4:2:0"), { size: dog } = picture("PNG of Pillow's");
    const hint = "; the binary version of CIFAR-10, cifar-10-binary.tar.gz, has it";
    assertEquals(await run(`--allow-read=${folder}`), [
      [3, ...cat].join(),
      [3, ...dog].join(),
      `cifar10: there is no data_batch_1.bin in ${folder}${hint}`,
    ]);
    const missing = `Deno was not allowed to read ${folder}; --allow-read=${folder} allows it`;
    assertEquals(await run(), [`imageFolder: ${missing}`, `cifar10: ${missing}`]);
  },
);

Deno.test("cifar10() and imageFolder() refuse options that there are not, before any file is read", async () => {
  // deno-lint-ignore no-explicit-any
  const loose = { cifar10, imageFolder } as any as Record<string, (...args: unknown[]) => Promise<Image>>;
  await assertRejects(() => loose.cifar10("x", { train: true }), TypeError, 'there is no option "train"');
  await assertRejects(() => loose.cifar10("x", { split: "validation" }), RangeError, '"train", "test"');
  await assertRejects(() => loose.cifar10(), TypeError, "cifar10: a path is a text such as");
  await assertRejects(
    () => loose.imageFolder("x", { channels: 4 }),
    RangeError,
    "channels must be 1 (grey) or 3",
  );
  await assertRejects(
    () => loose.imageFolder("x", { channels: "RGB" }),
    TypeError,
    'must be 1 or 3, not "RGB"',
  );
  await assertRejects(() => loose.imageFolder(["x"]), TypeError, "imageFolder: a path is a text such as");
});
