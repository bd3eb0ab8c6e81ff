/**
 * The plugin that Pulumi starts: `pulumi-resource-object-users ENGINE_ADDRESS`. Its first line is the port at which it
 * listens; Pulumi shows nothing of what it prints afterwards.
 */
import { engineOf } from "../pulumi/board";
import { world } from "../world";
import { serve } from "./service";

/** What the build writes in here. */
declare const RELEASE: { readonly version: string; readonly schema: string };

/** So often it looks whether Pulumi is still there. */
const WATCH_MS = 1_000;

/** What a fault of our own in one resource does must not take the others' state with it. */
for (const event of ["unhandledRejection", "uncaughtException"] as const)
  process.on(event, (error: unknown) => console.error(error));

const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
}, WATCH_MS).unref();

serve(world, RELEASE, engineOf(process.argv)).then(
  ({ port }) => console.log(port),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
