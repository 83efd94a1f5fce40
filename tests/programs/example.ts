/**
 * Runs an example, and says how many tensors are in use when it is over and its garbage is collected:
 * deno run tests/programs/example.ts NAME [its arguments]
 *
 * @module
 */
import { currentDevice } from "descent";
import { settled } from "../memory.ts";

const [name] = Deno.args.splice(0, 1);
await import(`../../examples/${name}.ts`);
const { tensors } = await settled();
console.log(`\n${tensors} tensors are left on ${currentDevice().name}`);
