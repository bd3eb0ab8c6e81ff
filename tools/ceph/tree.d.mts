/** The types of tree.mjs, which is plain JavaScript because it may run before the compiler is there. */
export function treeOf(release: number): string;
export function privateMounts(): string[] | undefined;
export function unpack(release: number, suite: string): string | undefined;
