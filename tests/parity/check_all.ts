/**
 * Runs every case, then throws one error that names all that failed: the first failure seldom says what they share.
 *
 * @param cases What is run; each has a name.
 */
export async function checkAll<T extends { name: string }>(
  cases: readonly T[],
  check: (one: T) => Promise<void>,
): Promise<void> {
  if (cases.length === 0) throw new Error("There are no cases.");
  const failures: string[] = [];
  for (const one of cases) {
    try {
      await check(one);
    } catch (error) {
      failures.push(`${one.name}: ${(error as Error).message}`);
    }
  }
  if (failures.length === 0) return;
  const shown = failures.slice(0, 25).map((line) => `  - ${line}`);
  if (failures.length > shown.length) shown.push(`  … and ${failures.length - shown.length} more`);
  throw new Error(`${failures.length} of ${cases.length} cases failed:\n${shown.join("\n")}`);
}
