/** `object-users check`: what is wrong with a connection, before a user is touched. Changes nothing. */
import { Option } from "commander";
import { backends } from "../../provider/backends";
import { takeInventory } from "../../provider/operator/inventory";
import { printableJson } from "../../provider/printable";
import { Report, tell } from "../check/report";
import { type AddCommand, prose, withJson, withStackOptions } from "../command";
import { connectionsOf } from "../connections";
import { EXIT, type ExitCode, UsageError } from "../exit";
import { backendOf, configFrom } from "../settings";
import { readStacks, type StackOptions } from "../stacks";
import type { Terminal } from "../terminal";

interface CheckOptions extends StackOptions {
  readonly set: readonly string[];
  readonly json: boolean;
}

const ABOUT = `Checks a connection by harmless requests: name, port, certificate, clock, credentials, each right that is needed, and
whether S3 answers. With KIND (${Object.keys(backends).join(", ")}, or openstack.accessKey for a login without rights to
users) the connection of the environment and --set; without it, every connection that the stacks recorded.`;

export const addCheck: AddCommand = (program, start) => {
  const command = program.command("check").description(prose(ABOUT)).argument("[kind]");
  withJson(withStackOptions(command))
    .addOption(
      new Option("--set <name=value...>", "settings of the connection that are not secret").default([], "none"),
    )
    .action((kind: string | undefined, options: CheckOptions) => start((terminal) => check(kind, options, terminal)));
};

async function check(kind: string | undefined, options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const { set, json } = options;
  const report = new Report(json ? () => {} : terminal.out, terminal);
  const fromStacks = options.stack.length > 0 || options.all;
  if (kind !== undefined && fromStacks) throw new UsageError("Give a kind, or stacks.");
  if (kind !== undefined) {
    const backend = backendOf(kind);
    await report.look(kind, backend, configFrom(backend, set));
  } else {
    if (set.length > 0) throw new UsageError("--set goes with a kind.");
    const seen = new Set<string>();
    await readStacks(options, "shown", takeInventory, async (read) => {
      if ("problem" in read) return report.unread(read.stack, read.problem);
      for (const { title, key, backend, config } of connectionsOf(read.stack, read.inventory, terminal.world)) {
        if (seen.has(key) || terminal.interrupted.aborted) continue;
        seen.add(key);
        await report.look(title, backend, config);
      }
    });
  }
  if (json) terminal.out(printableJson({ connections: report.connections, unread: report.stacks }));
  else tell(report, terminal);
  if (terminal.interrupted.aborted) return EXIT.interrupted;
  if (report.stacks.length > 0) return EXIT.incomplete;
  return report.count("failed") > 0 ? EXIT.findings : EXIT.ok;
}
