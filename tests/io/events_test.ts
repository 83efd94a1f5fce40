import { assertEquals } from "@std/assert";
import { crc32c, scalarEvent, startEvent, versionEvent } from "../../lib/io/events.ts";

Deno.test("crc32c() is that of RFC 3720", () => {
  assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assertEquals(crc32c(new Uint8Array(0)), 0);
});

/**
 * What TensorBoard 2.21 writes: RecordWriter on Event(wall_time=1700000000.25, file_version="brain.Event:2"),
 * Event(wall_time=1700000001.5, step=300, session_log=SessionLog(status=START)) and Event(wall_time=1700000002.75,
 * step=1234567890123, summary=…) of "loss/train", 0.125, and "精度/test", NaN.
 */
const WRITTEN =
  "GAAAAAAAAACjf0siCQAAEED8VNlBGg1icmFpbi5FdmVudDoyM40v6RAAAAAAAAAAlfv+GAkAAGBA/FTZQRCsAjoCCAExLRqN" +
  "OQAAAAAAAACLBzfxCQAAsED8VNlBEMuJ7I/3IyonChEKCmxvc3MvdHJhaW4VAAAAPgoSCgvnsr7luqYvdGVzdBUAAMB/IjC/Vg==";

Deno.test("events are written as TensorBoard writes them, byte by byte", () => {
  const bytes = [
    versionEvent(1700000000.25),
    startEvent(1700000001.5, 300),
    scalarEvent(1700000002.75, 1234567890123, { "loss/train": 0.125, "精度/test": NaN }),
  ];
  assertEquals(new Uint8Array(bytes.flatMap((one) => [...one])).toBase64(), WRITTEN);
});
