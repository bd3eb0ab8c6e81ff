/** The types of install.mjs, which is plain JavaScript because it may run before the compiler is there. */

/** Whether the browser can be run, or a sentence that says what is missing and how to get it. */
export type Availability = { available: true } | { available: false; reason: string };

export const BROWSER_PROGRAM: string;
export function browserAvailable(): Availability;
export function installBrowser(options?: { log?: (line: string) => void }): Availability;
