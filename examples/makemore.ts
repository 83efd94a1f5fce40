/** A multilayer perceptron that makes up names, letter by letter (Bengio et al. 2003). `deno run examples/makemore.ts` */
import { type DeviceName, F, manualSeed, multinomial, nn, noGrad, optim, randint, steps } from "descent";
import { type Tensor, tensor, useDevice } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const names =
  (`ada adam alan alice amelia amir anna anton aria ben bella bruno carla carlos chloe clara daniel david dora elena eli
  ella emil emma eva felix finn flora frida grace hanna hugo ida ines iris isla ivan jana jonas julia karl kira lara lea lena leo lina
  linus lisa lola luca luis luna maja mara maria marie max mia mila milan mina nadia nina noah nora olga oscar otto paul paula pia rosa
  ruth sara selma sofia stella theo tina tom uma vera viktor walter yara zoe`).split(/\s+/);
const letters = ".abcdefghijklmnopqrstuvwxyz", block = 3;

const contexts: number[][] = [], next: number[] = [];
for (const name of names) {
  let context = [0, 0, 0];
  for (const letter of name + ".") {
    contexts.push(context);
    next.push(letters.indexOf(letter));
    context = [...context.slice(1), letters.indexOf(letter)];
  }
}
const x = tensor(contexts, { dtype: "int32" }), y = tensor(next, { dtype: "int32" });

const model = new nn.Sequential(
  ...[new nn.Embedding(27, 10), new nn.Flatten(), new nn.Linear(10 * block, 100), new nn.Tanh()],
  new nn.Linear(100, 27),
);
const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
for await (const step of steps(300)) {
  const batch = randint(0, x.shape[0], [64]);
  const loss = F.crossEntropy(model.forward(x.at(batch)), y.at(batch));
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
}

async function makeUp(): Promise<string> {
  let name = "";
  for (let context = [0, 0, 0]; name.length < 12;) {
    const probabilities = noGrad(() => model.forward(tensor([context], { dtype: "int32" })).softmax(1));
    const letter = await multinomial(probabilities, 1).item();
    if (letter === 0) break;
    name += letters[letter];
    context = [...context.slice(1), letter];
  }
  return name;
}
for (let i = 0; i < 5; i++) console.log(await makeUp());

const loss = (logits: Tensor) => F.crossEntropy(logits, y).item();
const learned = await loss(noGrad(() => model.forward(x)));
const guessing = await loss(F.oneHot(y, 27).mean(0).log().expand(x.shape[0], 27));
console.log(`loss ${learned.toFixed(2)}; of letters by how often they come ${guessing.toFixed(2)}`);
assert(learned < guessing - 1);
