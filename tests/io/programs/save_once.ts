// Saves something: tests/io/crash_test.ts lets it have no room or no permission. Its arguments: a path, how many numbers.
import { load, save, zeros } from "descent";

const [path, count] = Deno.args;
try {
  if (count === undefined) console.log(JSON.stringify(await load(path, {})));
  else await save(path, { numbers: zeros(Number(count)), step: 2 });
} catch (error) {
  console.log(String(error));
}
