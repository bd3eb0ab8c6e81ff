/** The types of install.mjs, which is plain JavaScript because it may run before the compiler is there. */

/** Whether all the clients can be run, or a sentence that says what is missing and how to get it. */
export type Availability = { available: true } | { available: false; reason: string };

export function clientsAvailable(): Availability;
export function installClients(options?: { log?: (line: string) => void }): Availability;
