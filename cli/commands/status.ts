/** `object-users status`: how the users of one or many stacks stand, from their state alone. Asks no system anything. */
import { Option } from "commander";
import { takeInventory } from "../../provider/operator/inventory";
import { printableJson } from "../../provider/printable";
import { every } from "../../provider/pulumi/progress";
import { type AddCommand, withJson, withStackOptions } from "../command";
import { EXIT, type ExitCode } from "../exit";
import { readStacks, type StackOptions } from "../stacks";
import { parseDuration, showDuration } from "../status/duration";
import { pageOf } from "../status/page";
import { prometheusText } from "../status/prometheus";
import { addStack, isIncomplete, newReport, type Report } from "../status/report";
import { tableLines } from "../status/table";
import { replaceFile } from "../status/write-file";
import { PROGRESS_MS, type Terminal } from "../terminal";

interface Options extends StackOptions {
  readonly json: boolean;
  readonly maxAge?: number;
  readonly prometheus?: string;
  readonly html?: string;
}

export const addStatus: AddCommand = (program, start) => {
  withJson(withStackOptions(program.command("status")))
    .description("Users and keys of stacks: phases, ages, graces and deadlines, as the last `pulumi up` left them.")
    .addOption(
      new Option("--max-age <duration>", "a published key older than that is a finding (exit code 1)").argParser(
        parseDuration,
      ),
    )
    .option("--prometheus <file>", "also write metrics for node_exporter's textfile collector")
    .option("--html <file>", "also write a page for a browser")
    .action((options: Options) => start((terminal) => status(options, terminal)));
};

async function status(options: Options, terminal: Terminal): Promise<ExitCode> {
  const { world, interrupted } = terminal;
  const began = world.now();
  const report = newReport(began, options.maxAge);
  const tell = every(PROGRESS_MS, world.now, (now) => {
    const after = showDuration((now.getTime() - began.getTime()) / 1000);
    terminal.say(`stacks read: ${report.stacks.length}, users: ${report.users.length}, after ${after}`);
  });
  await readStacks(options, "masked", takeInventory, (read) => {
    interrupted.throwIfAborted();
    addStack(report, read);
    tell();
  }).catch((error: unknown) => {
    if (!interrupted.aborted) throw error;
  });
  if (interrupted.aborted) return EXIT.interrupted;

  terminal.out(options.json ? printableJson(report, 2) : tableLines(report).join("\n"));
  for (const { stack, problem } of report.stacks) {
    // The table says it already.
    if (options.json && problem !== undefined) terminal.say(`error: stack ${stack} cannot be read: ${problem}`);
  }
  const areWritten = await writeFiles(options, report, terminal);
  if (isIncomplete(report) || !areWritten) return EXIT.incomplete;
  return report.findings.length > 0 ? EXIT.findings : EXIT.ok;
}

/** Writes what is to be written besides. False when a file could not be; the others are. */
async function writeFiles(options: Options, report: Report, terminal: Terminal): Promise<boolean> {
  const wanted = [
    // Read by a collector that runs as another user, and not private: no secret, and names that the collector may know.
    { file: options.prometheus, textOf: prometheusText, mode: 0o644 },
    // For whoever ran the command; it is one list of all users and access keys, and whoever shares it decides with whom.
    { file: options.html, textOf: pageOf, mode: 0o600 },
  ];
  let areWritten = true;
  for (const { file, textOf, mode } of wanted) {
    if (file === undefined) continue;
    await replaceFile(file, textOf(report), mode).catch((error: Error) => {
      areWritten = false;
      terminal.say(`error: ${file} cannot be written: ${error.message}`);
    });
  }
  return areWritten;
}
