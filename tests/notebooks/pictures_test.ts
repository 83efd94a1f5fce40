import { assertEquals } from "@std/assert";
import type { Notebook } from "../../tools/notebooks/nbformat.ts";
import { pictureOf, wantedPictures } from "../../tools/notebooks/pictures.ts";

Deno.test("wantedPictures() finds each picture of a page once", () => {
  const page = `<img src="notebooks/pictures/02_vector-1.png"> ![a](notebooks/pictures/07_resnet-12.png)
    [again](notebooks/pictures/02_vector-1.png) ![other](pictures/01_x-1.png)
    ![between](notebooks/pictures/05b_digits-3.png)`;
  assertEquals(wantedPictures(page, "notebooks/pictures"), [
    { name: "02_vector-1.png", chapter: "02_vector", number: 1 },
    { name: "07_resnet-12.png", chapter: "07_resnet", number: 12 },
    { name: "05b_digits-3.png", chapter: "05b_digits", number: 3 },
  ]);
});

Deno.test("pictureOf() counts the PNGs of all cells, and knows when there are no more", () => {
  const png = (text: string) => ({ output_type: "display_data", data: { "image/png": text }, metadata: {} });
  const notebook = {
    cells: [
      { cell_type: "markdown", id: "a", metadata: {}, source: [] },
      { cell_type: "code", id: "b", metadata: {}, source: [], outputs: [png("AQI=")] },
      {
        cell_type: "code",
        id: "c",
        metadata: {},
        source: [],
        outputs: [{ output_type: "stream", name: "stdout", text: ["x"] }, png("AwQ=\n")],
      },
    ],
  } as unknown as Notebook;
  assertEquals(pictureOf(notebook, 1), Uint8Array.of(1, 2));
  assertEquals(pictureOf(notebook, 2), Uint8Array.of(3, 4));
  assertEquals(pictureOf(notebook, 3), null);
});
