/** The types of install.mjs, which is plain JavaScript because it may run before the compiler is there. */

/** A release of Ceph that can be started, or a sentence that says what is missing and how to get it. */
export type Availability = { available: true; release: number; tree?: string } | { available: false; reason: string };

/** The releases that can be brought, oldest first. */
export const RELEASES: readonly number[];
export function cephAvailable(release?: number): Availability;
export function installCeph(options?: { release?: number; log?: (line: string) => void }): Availability;
