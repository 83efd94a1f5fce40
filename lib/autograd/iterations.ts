/**
 * A loop each iteration of which is a scope, in the flow of whoever runs through it and in no other.
 *
 * @module
 */
import { canEnter, current, enter } from "./context.ts";
import { type Guard, guardInside } from "./guard.ts";
import { type Member, moveTo, openScope, type Scope, stillOpen, takeOver } from "./scope.ts";

/** What an iteration made and left. */
interface Left {
  readonly scope: Scope;
  readonly buffers: readonly Member[];
  readonly iteration: number;
}

/**
 * Makes a scope of each iteration. What the body of `for await` makes lives through that iteration and the next: a batch that
 * was prepared ahead, a state that is handed on are there when they are wanted. What modules made inside dies at once.
 *
 * The body's flow enters the scope when it reads `value` of what `next()` has promised. `for await` does so after its
 * `await`, as the first thing, with nothing else on the stack. Would `next()` itself enter the scope, then so would
 * whoever called the function that the loop is in, and what that calls beside it.
 *
 * Where the host does not tell flows apart there are no such scopes, as no moment would be safe to free anything: that is
 * left to `backward()`, `zeroGrad()` and JavaScript's garbage collector.
 *
 * @param generator Gives the values; its own code runs outside of the scopes.
 * @param when When the tensors of an iteration were freed, as the end of a sentence.
 * @param brings What was made for an iteration before it began, and dies with it: asked when it begins.
 * @param guard Who looks at what is computed in the iterations, beside whoever does so outside.
 * @returns The generator.
 */
export function iterations<T>(
  generator: AsyncGenerator<T, void, void>,
  when: (iteration: number) => string,
  brings: () => readonly Member[] = () => [],
  guard: Guard | null = null,
): AsyncGenerator<T, void, void> {
  if (!canEnter()) return generator;
  const next = generator.next.bind(generator);
  const leaving = { return: generator.return.bind(generator), throw: generator.throw.bind(generator) };
  /** How often a value was asked for. */
  let turn = 0;
  /** The iteration under way; null between two of them. */
  let scope: Scope | null = null;
  /** Takes the body's flow out of the iteration. */
  let out = () => {};
  /** What is left of the iteration before. */
  let last: Left | null = null;

  /** Goes through what an iteration left and nobody has exempted. */
  const settle = ({ scope, buffers, iteration }: Left, what: (buffer: Member, by: string) => void) => {
    const by = when(iteration);
    for (const buffer of buffers) {
      if (!buffer.freed && !buffer.kept && buffer.scope === scope) what(buffer, by);
    }
  };
  /** Ends an iteration. Its flow finds the closed scope's heir in its place, so it need not be taken out at once. */
  const end = () => {
    const before = last;
    last = null;
    if (scope !== null) {
      const buffers = takeOver(scope);
      // What modules made inside nobody else has.
      for (const buffer of buffers) {
        if (buffer.inner && !buffer.freed && !buffer.kept) buffer.free(when(turn - 1));
      }
      last = { scope, buffers, iteration: turn - 1 };
      scope = null;
    }
    if (before !== null) settle(before, (buffer, by) => buffer.free(by));
    turn++;
  };
  /** Ends the loop: no iteration follows the last, so what that made lives on in the scope around. */
  const finish = () => {
    out();
    if (last === null) return;
    const heir = stillOpen(last.scope);
    settle(last, (buffer) => moveTo(heir, buffer));
    last = null;
  };
  const begin = () => {
    const { recording, scope: outer } = current();
    scope = openScope(outer, "", guardInside(outer?.guard ?? null, guard));
    for (const buffer of brings()) if (!buffer.freed && !buffer.kept) moveTo(scope, buffer);
    out = enter({ recording, scope });
  };
  return Object.assign(generator, {
    next(): Promise<IteratorResult<T, void>> {
      end();
      const asked = turn;
      return next().then((result) => {
        if (result.done) {
          finish();
          return result;
        }
        const { value } = result;
        return {
          done: false,
          get value() {
            // A second reading begins nothing, nor does one when the next value was asked for already.
            if (scope === null && asked === turn) begin();
            return value;
          },
        };
      }, (error) => {
        finish();
        throw error;
      });
    },
    return(value: void | PromiseLike<void>) {
      end();
      finish();
      return leaving.return(value);
    },
    throw(error: unknown) {
      end();
      finish();
      return leaving.throw(error);
    },
  });
}
