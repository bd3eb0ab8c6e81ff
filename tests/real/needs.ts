// What tests need that a machine may lack: real systems, the Pulumi CLI, other people's programs. Tests without it are
// skipped, never in silence: each says what is missing and how to get it, and tools/test.mjs repeats that at its end.

import { execFileSync } from "node:child_process";
import { findCli, HOW_TO_GET_THE_CLI } from "./cli";

/** Whether something is there. The reason says what is missing and how to get it, in sentences. */
export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

/** Whether a command can be run, tried with arguments that do nothing; `reason` is for where it cannot. */
export function commandAvailable(command: string, args: readonly string[], reason: string): Availability {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return { available: true };
  } catch {
    return { available: false, reason };
  }
}

/** For hooks and tests: skips the tests of `test`, saying all that is missing, unless everything is there. */
export function skipWithout(test: Mocha.Context, ...needed: readonly Availability[]): void {
  const reasons = needed.flatMap((each) => (each.available ? [] : [each.reason]));
  if (reasons.length === 0) return;
  for (const reason of reasons) console.warn(`    SKIPPED: ${reason}`);
  test.skip();
}

/** Whether there is a Pulumi CLI. Installs nothing. */
export async function cliAvailable(): Promise<Availability> {
  const found = await findCli();
  return found ? { available: true } : { available: false, reason: HOW_TO_GET_THE_CLI };
}

/** Skips the tests of `test` where there is no Pulumi CLI. */
export async function needCli(test: Mocha.Context): Promise<void> {
  skipWithout(test, await cliAvailable());
}

/** What a test needs besides the newest Ceph that is there. */
export interface CephNeeds {
  readonly cli?: boolean;
  readonly release?: number;
}

/** Skips the tests of `test` where no real Ceph (with `cli`: or no Pulumi CLI) can be had. Installs nothing. */
export async function needCeph(test: Mocha.Context, { cli = false, release }: CephNeeds = {}): Promise<void> {
  const { cephAvailable } = await import("../../tools/ceph/install.mjs");
  skipWithout(test, cephAvailable(release), ...(cli ? [await cliAvailable()] : []));
}

/** Skips the tests of `test` where certificates cannot be made. */
export function needOpenssl(test: Mocha.Context): void {
  const reason = "openssl is not there to make a certificate with; install the package openssl";
  skipWithout(test, commandAvailable("openssl", ["version"], reason));
}
