// Starts programs, so it asks what permissions there are: see program.ts.
import { assertEquals } from "@std/assert";
import { output, programTest } from "./program.ts";

const BOOK = [
  "0.007588282693177462",
  "0.8045529723167419",
  "1.2827317714691162",
  "1.5696390867233276",
  "1.7417834997177124",
  "1.8450701236724854",
  "1.9070420265197754",
  "1.9442251920700073",
  "1.9665350914001465",
  "1.9799211025238037",
  "1.987952709197998",
  "1.9927716255187988",
  "1.9956629276275635",
  "1.997397780418396",
  "1.9984387159347534",
];

function rows(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("x = ")).map((line) => line.slice(4));
}

programTest("chapter 1 prints the book's fifteen rows to the last digit", async () => {
  assertEquals(rows(await output("01_extremum")), BOOK);
});

programTest("chapter 1 walks as many steps as asked for", async () => {
  assertEquals(rows(await output("01_extremum", "--steps", "3")), BOOK.slice(0, 3));
});
