/** `object-users import`: moves the users of a system into a stack, without a change of any. */

import { Option } from "commander";
import type { Backend } from "../../provider/backends/backend";
import { openConnection } from "../../provider/connection";
import { isObjectUserError } from "../../provider/errors";
import { fleetOf, singlesOf } from "../../provider/operator/import-content";
import { printableJson } from "../../provider/printable";
import { SECRET_NAMES } from "../../provider/protocol";
import type { Inputs } from "../../provider/pulumi/state";
import { type AddCommand, prose, withJson } from "../command";
import { EXIT, type ExitCode, UsageError } from "../exit";
import { refuseExisting, writeFiles } from "../import/files";
import { type Found, findUsers, forFleet } from "../import/find-users";
import { matcher } from "../import/pattern";
import { programText } from "../import/program";
import { backendOf, configFrom, KINDS, pairOf } from "../settings";
import type { Terminal } from "../terminal";

interface ImportOptions {
  readonly filter: readonly string[];
  readonly set: readonly string[];
  readonly input: readonly string[];
  readonly out: string;
  readonly program: string;
  readonly fleet?: string;
  readonly force: boolean;
  readonly json: boolean;
}

const ABOUT = `Writes two files for users that exist: one for "pulumi import", and the program that declares them as they
are. Nothing on the system is changed. KIND is ${KINDS}; or rgw.accessKey, openstack.accessKey,
rgw.subuser, rgw.account or infomaniak.project. The connection comes from the environment and --set. The admin user itself is never among them.`;

const list = (flags: string, text: string, none = "none") => new Option(flags, text).default([], none);

export const addImport: AddCommand = (program, start) => {
  const command = program.command("import").description(prose(ABOUT)).argument("<kind>");
  withJson(command)
    .addOption(list("--filter <pattern...>", "shell patterns for the users' names, such as 'team-*'", "all users"))
    .addOption(list("--set <name=value...>", "settings of the connection that are not secret"))
    .addOption(list("--input <name=value...>", "inputs for all users, such as gracePeriodSeconds=3600 or their place"))
    .option("--out <file>", "for pulumi import; it holds secret keys in clear", "import.json")
    .option("--program <file>", "the program's text", "users.ts")
    .option("--fleet <name>", "one fleet of this name, instead of a resource for each user")
    .option("--force", "replace files that exist", false)
    .action((kind: string, options: ImportOptions) => start((terminal) => importUsers(kind, options, terminal)));
};

async function importUsers(kind: string, options: ImportOptions, terminal: Terminal): Promise<ExitCode> {
  const backend = backendOf(kind);
  const config = configFrom(backend, options.set);
  const common = commonInputs(backend, options.input);
  if (backend.isKeyless && options.fleet !== undefined)
    throw new UsageError(`--fleet: there are no fleets of ${backend.resource}, which has no keys.`);
  refuseExisting([options.out, options.program], options.force);
  const began = terminal.world.now().getTime();
  let found: Found;
  try {
    const opened = openConnection(backend, config, terminal.world, () => {});
    found = await findUsers(backend, opened, common, matcher(options.filter), terminal);
    if (options.fleet !== undefined) found = forFleet(backend, found);
    if (found.users.length > 0 && !terminal.interrupted.aborted)
      write(backend, found, common, opened.s3Endpoint, options);
  } catch (error) {
    if (!isObjectUserError(error)) throw error;
    terminal.say(`error: ${error.message}`);
    return error.code === "invalid" ? EXIT.usage : EXIT.incomplete;
  }
  return tell(found, options, (terminal.world.now().getTime() - began) / 1000, terminal);
}

/** Inputs that all users get. A value is JSON where it can be read as such, else text. */
function commonInputs(backend: Backend, texts: readonly string[]): Inputs {
  const { argNames, settings, replaceOn, listedBy } = backend;
  return Object.fromEntries(
    texts.map(pairOf).map(([name, text]) => {
      if (SECRET_NAMES.includes(name))
        throw new UsageError(`--input: ${name} is a secret; it is taken from the system.`);
      const isOwn = settings.includes(name) || replaceOn.includes(name) || name === "accessKey";
      if (!argNames.includes(name) || (isOwn && !listedBy.includes(name)))
        throw new UsageError(`--input: ${name} is not an input that all users of ${backend.kind} can share.`);
      return [name, jsonOrText(text)];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function write(
  backend: Backend,
  { users }: Found,
  common: Inputs,
  s3Endpoint: string | undefined,
  { fleet, out, program, force }: ImportOptions,
): void {
  const content =
    fleet === undefined ? singlesOf(backend, users, s3Endpoint) : fleetOf(backend, fleet, users, s3Endpoint);
  const own = (inputs: Inputs) => Object.fromEntries(Object.entries(inputs).filter(([name]) => !(name in common)));
  const text = programText({
    system: backend.system,
    resource: backend.resource,
    users: users.map(({ name, declared }) => ({ name, inputs: fleet === undefined ? declared : own(declared) })),
    defaults: common,
    ...(fleet === undefined ? {} : { fleet }),
  });
  writeFiles(
    [
      { path: out, text: `${JSON.stringify(content)}\n`, mode: 0o600 },
      { path: program, text, mode: 0o644 },
    ],
    force,
  );
}

/** A word of a command line, to be copied into a shell. */
function forShell(word: string): string {
  return /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function tell({ users, others }: Found, options: ImportOptions, seconds: number, terminal: Terminal): ExitCode {
  const { out, program, json } = options;
  const { aborted } = terminal.interrupted;
  for (const { user, reason } of others) terminal.say(`not imported: ${user}: ${reason}`);
  const isWritten = users.length > 0 && !aborted;
  if (json) {
    const files = isWritten ? { import: out, program } : {};
    terminal.out(printableJson({ users: aborted ? 0 : users.length, others, files, seconds }));
  } else if (isWritten) {
    terminal.out(`${users.length} users in ${seconds.toFixed(1)} s. Now:`);
    terminal.out(`  pulumi import --file ${forShell(out)} --generate-code=false --protect=false`);
    terminal.out(`  rm ${forShell(out)}`);
    terminal.out(`and have your program import ${program}.`);
  }
  if (isWritten) terminal.say(`${out} holds secret keys in clear: delete it after use.`);
  else terminal.say(aborted ? "interrupted: nothing is written" : "there is no user to import: nothing is written");
  if (aborted) return EXIT.interrupted;
  if (others.length > 0) return EXIT.incomplete;
  return isWritten ? EXIT.ok : EXIT.findings;
}
