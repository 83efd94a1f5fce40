/**
 * A lint plugin: what programs with tensors may say to JavaScript, and mean something else. deno.json names it, so editors show it, too.
 *
 * @module
 */

/** A tensor's comparisons, of one argument each. */
const COMPARISONS = ["eq", "ne", "gt", "lt", "ge", "le"];

/** Whether something is `x.gt(0)` or one of its kin: a tensor, as far as can be told without its type. */
function isComparison(node: Deno.lint.Node): boolean {
  return node.type === "CallExpression" && node.arguments.length === 1 &&
    node.callee.type === "MemberExpression" && !node.callee.computed &&
    node.callee.property.type === "Identifier" && COMPARISONS.includes(node.callee.property.name);
}

const plugin: Deno.lint.Plugin = {
  name: "tensor",
  rules: {
    "no-truth": {
      create(context) {
        // Of a && b the visitor of LogicalExpression looks at the left side, whatever becomes of the right one.
        const look = (node: Deno.lint.Node | null) => {
          if (node?.type === "LogicalExpression") look(node.right);
          if (node === null || !isComparison(node)) return;
          const text = context.sourceCode.getText(node);
          const message =
            "A comparison of tensors is a tensor, and that is true to JavaScript whatever it holds.";
          context.report({ node, message, hint: `Read the answer for one element: await ${text}.item()` });
        };
        const test = ({ test }: { test: Deno.lint.Node | null }) => look(test);
        return {
          IfStatement: test,
          WhileStatement: test,
          DoWhileStatement: test,
          ForStatement: test,
          ConditionalExpression: test,
          UnaryExpression(node) {
            if (node.operator === "!") look(node.argument);
          },
          LogicalExpression(node) {
            if (node.operator !== "??") look(node.left);
          },
        };
      },
    },
  },
};

export default plugin;
