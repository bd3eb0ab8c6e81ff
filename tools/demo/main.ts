// `npm run demo`: starts a system and a throw-away stack, plays the story on them, and takes everything away again, also
// when it fails, or is ended by Ctrl-C or SIGTERM. Exit code 0: every claim held; 1: one did not; 2: wrong arguments.

import { existsSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { findCli, HOW_TO_GET_THE_CLI, openStack, REPOSITORY } from "../../tests/real/pulumi";
import { readArguments, usage, type Wish } from "./arguments";
import { openScreen, type Screen, seconds } from "./screen";
import { Failed, openStage, type Stage } from "./stage";
import { story } from "./story";
import { secretsIn } from "./system";
import { backends } from "./systems";

/** What has to be taken away at the end, latest first. */
class CleanUp {
  private readonly tasks: (() => Promise<void>)[] = [];

  /** Adds something that is being started; it may still fail to. */
  async own<Thing>(starting: Promise<Thing>, end: (thing: Thing) => Promise<void>): Promise<Thing> {
    const started = starting.then(
      (thing) => () => end(thing),
      () => async () => undefined,
    );
    this.tasks.push(async () => (await started)());
    return starting;
  }

  async run(): Promise<void> {
    for (let task = this.tasks.pop(); task; task = this.tasks.pop()) await task();
  }
}

/** Plays the whole demo; rejects with the sentence to show. */
async function play(wish: Wish, screen: Screen, cleanUp: CleanUp, interrupted: AbortSignal): Promise<void> {
  screen.line("pulumi-object-users: the life of an S3 key, told by the real Pulumi CLI");
  screen.line();
  const cli = await findCli();
  if (!cli) throw new Error(HOW_TO_GET_THE_CLI);
  if (!existsSync(path.join(REPOSITORY, "dist", "sdk", "index.js")))
    throw new Error("The package is not built. `npm run demo` does that first; by hand: npm run build");
  const backend = backends[wish.backend];
  if (!backend) throw new Error(`There is no backend "${wish.backend}".`);

  interrupted.throwIfAborted();
  const log = (text: string) => screen.fact("", text);
  const system = await cleanUp.own(backend.open({ real: wish.real, log }), (opened) => opened.stop());
  for (const secret of secretsIn(system.environment)) screen.conceal(secret);
  interrupted.throwIfAborted();
  const program = system.program;
  const opening = openStack({ program: { files: { "index.js": program } }, stack: "demo", env: system.environment });
  const stack = await cleanUp.own(opening, (opened) => opened.dispose());
  interrupted.throwIfAborted();

  screen.fact("Store", system.title);
  for (const note of system.notes) screen.fact("", note);
  screen.fact(
    "Pulumi",
    `${cli.version}, with a home and a file backend of its own in ${path.dirname(stack.directory)}`,
  );
  for (const [index, [name, value]] of Object.entries(system.environment).entries())
    screen.fact(index === 0 ? "Admin" : "", `${name}=${value}`);
  screen.fact("Program", "index.js");
  screen.line();
  screen.listing(program);

  const stage = await cleanUp.own(Promise.resolve(openStage(system, stack, screen, interrupted)), (it) => it.close());
  const rows = await tell(stage, screen);
  const { accepted, refused } = stage.client().count;
  screen.line();
  screen.table([["step", "seconds", "what was shown"], ...rows]);
  screen.line();
  screen.line(`${accepted + refused} S3 requests during the rotation, ${refused} refused`);
}

/** Plays every step; answers a row of the table for each. */
async function tell(stage: Stage, screen: Screen): Promise<string[][]> {
  const rows: string[][] = [];
  const steps = story(stage.system);
  for (const [index, step] of steps.entries()) {
    const started = Date.now();
    screen.heading(index + 1, steps.length, step.title, step.purpose);
    try {
      const shown = await step.play(stage);
      rows.push([
        step.title,
        seconds(Date.now() - started)
          .replace(" s", "")
          .padStart(7),
        shown,
      ]);
    } catch (error) {
      if (error instanceof Error) error.message = `Step ${index + 1}, "${step.title}": ${error.message}`;
      throw error;
    }
  }
  return rows;
}

/** What was wrong, and what the CLI said last. */
function report(error: unknown, screen: Screen): void {
  screen.line();
  if (error instanceof Failed && error.evidence !== "") {
    screen.line("The last that the Pulumi CLI said:");
    screen.listing(error.evidence);
    screen.line();
  }
  screen.failed(`The demo failed. ${error instanceof Error ? error.message : String(error)}`);
}

/** A Ctrl-C reaches this process from the terminal and once more from npm: so soon, the second one means nothing. */
const SAME_SIGNAL_MS = 1000;

async function main(): Promise<number> {
  const names = Object.keys(backends);
  const screen = openScreen(process.stdout, process.env);
  let wish: Wish;
  try {
    wish = readArguments(process.argv.slice(2), names);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage(names)}`);
    return 2;
  }
  if (wish.help) {
    console.log(usage(names));
    return 0;
  }

  const cleanUp = new CleanUp();
  const interruption = new AbortController();
  let came: { readonly code: number; readonly at: number } | undefined;
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (came && Date.now() - came.at > SAME_SIGNAL_MS) process.exit(came.code);
        came ??= { code: 128 + constants.signals[signal], at: Date.now() };
        interruption.abort();
        resolve();
      });
    }
  });
  try {
    await Promise.race([play(wish, screen, cleanUp, interruption.signal), interrupted]);
  } catch (error) {
    if (!came) {
      report(error, screen);
      process.exitCode = 1;
    }
  }
  if (came) screen.line("\nInterrupted: taking everything away …");
  await cleanUp.run();
  if (came) screen.line("Nothing is left.");
  return came ? came.code : Number(process.exitCode ?? 0);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
