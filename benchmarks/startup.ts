/** What loading the package costs, in milliseconds of wall clock over an empty process and over @pulumi/pulumi. */
import { execFileSync } from "node:child_process";
import { REPOSITORY } from "../tests/real/pulumi";
import { median } from "./samples";

/** One thing that is loaded. */
export interface StartupCost {
  readonly what: string;
  readonly ms: number;
}

/** What budgets are set for. */
export const STARTUP = {
  provider: "the provider, over the bare plug-in",
  sdk: "pulumi-object-users, over @pulumi/pulumi",
} as const;

const ROUNDS = 9;

/** Measures in processes of their own, interleaved. */
export function measureStartup(): StartupCost[] {
  const cases = {
    [STARTUP.provider]: ["", 'require("pulumi-object-users/provider").provider("rgw", 1)'],
    [STARTUP.sdk]: ['require("@pulumi/pulumi")', 'require("pulumi-object-users")'],
    "zod, of that": ["", 'require("zod")'],
    "aws4, of that": ["", 'require("aws4")'],
  };
  return Object.entries(cases).map(([what, [before = "", load = ""]]) => {
    const script = `${before}; const t = process.hrtime.bigint(); ${load}; console.log(Number(process.hrtime.bigint() - t) / 1e6)`;
    const once = () => Number(execFileSync(process.execPath, ["-e", script], { cwd: REPOSITORY, encoding: "utf8" }));
    return { what, ms: median(Array.from({ length: ROUNDS }, once)) };
  });
}
