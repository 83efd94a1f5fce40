/**
 * A lint plugin: what a script may say and a notebook's cell may not. deno.json names it, so editors show it, too.
 *
 * @module
 */

type Declaration = Deno.lint.Statement | Deno.lint.ExportNamedDeclaration["declaration"];

const isChapter = (file: string) => /(?<![\\/]tests)[\\/]chapters[\\/][^\\/]+\.ts$/.test(file);

const rule = (create: (context: Deno.lint.RuleContext) => Deno.lint.LintVisitor): Deno.lint.Rule => ({
  create: (context) => isChapter(context.filename) ? create(context) : {},
});

const plugin: Deno.lint.Plugin = {
  name: "notebook",
  rules: {
    "no-import-meta": rule((context) => ({
      MetaProperty(node) {
        if (node.meta.name !== "import") return;
        context.report({ node, message: "A notebook's cell is no module: it has no import.meta." });
      },
    })),
    "no-top-level-using": rule((context) => ({
      "Program > VariableDeclaration"(node: Deno.lint.VariableDeclaration) {
        if (node.kind !== "using" && node.kind !== "await using") return;
        const message = "A notebook never disposes of what `using` declares at the top level of a cell.";
        context.report({ node, message, hint: "Declare it inside a block: { using … }" });
      },
    })),
    "no-redeclaration": rule((context) => {
      const seen = new Set<string>();
      return {
        Program(program) {
          for (const statement of program.body) {
            const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
            for (const { name, node: place } of declared(node)) {
              if (seen.has(name)) {
                const message = `${name} is declared twice: the script would not start.`;
                context.report({ node: place, message });
              }
              seen.add(name);
            }
          }
        },
      };
    }),
    "no-export": rule((context) => {
      const report = (node: Deno.lint.Node) =>
        context.report({ node, message: "A notebook's cell is no module: it exports nothing." });
      return {
        ExportNamedDeclaration: report,
        ExportDefaultDeclaration: report,
        ExportAllDeclaration: report,
      };
    }),
  },
};

export default plugin;

/** The values that a statement declares. Types do not count: a kernel forgets them. */
function declared(node: Declaration): { name: string; node: Deno.lint.Node }[] {
  switch (node?.type) {
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id }) => names(id));
    case "FunctionDeclaration":
      // Overloads of one function have no body.
      return node.id && node.body ? [{ name: node.id.name, node: node.id }] : [];
    case "ClassDeclaration":
    case "TSEnumDeclaration":
      return node.id ? [{ name: node.id.name, node: node.id }] : [];
    case "ImportDeclaration":
      return node.importKind === "type"
        ? []
        : node.specifiers.map(({ local }) => ({ name: local.name, node: local }));
    default:
      return [];
  }
}

/** The names in a pattern: `x`, `[x, y]`, `{ x, y: z = 1, ...rest }`. */
function names(node: Deno.lint.Node | null): { name: string; node: Deno.lint.Node }[] {
  switch (node?.type) {
    case "Identifier":
      return [{ name: node.name, node }];
    case "ArrayPattern":
      return node.elements.flatMap((element) => names(element));
    case "ObjectPattern":
      return node.properties.flatMap((property) =>
        names(property.type === "Property" ? property.value : property)
      );
    case "AssignmentPattern":
      return names(node.left);
    case "RestElement":
      return names(node.argument);
    default:
      return [];
  }
}
