/** The types of install.mjs, which is plain JavaScript because it may run before the compiler is there. */

/** Whether a real Keystone can be started, or a sentence that says what is missing and how to get it. */
export type Availability = { available: true } | { available: false; reason: string };

export function keystoneAvailable(): Availability;
export function installKeystone(options?: { log?: (line: string) => void }): Availability;
