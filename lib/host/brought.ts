/**
 * Packages that a program has with it: a bundle for a machine without a network names them here, and nothing is fetched.
 *
 * @module
 */

/** How a package is loaded, by the name that lib/host/packages.ts asks for. */
export const brought = new Map<string, () => Promise<unknown>>();
