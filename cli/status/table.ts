/** A report as people read it in a terminal: a table a stack, a line a key, and what went wrong below. */
import { resourceNameOf } from "../../provider/operator/inventory";
import { aligned, section, short, visible } from "../columns";
import { secondsBetween, showDuration } from "./duration";
import { PHASES } from "./phase";
import { type KeyStatus, keysOf, type Report, type StackStatus, type UserStatus } from "./report";

/** The longest list of findings; --json has all. */
const MOST_FINDINGS = 20;

/** The lines of a report. Names from state cannot do anything to the terminal. */
export function tableLines(report: Report): string[] {
  const byStack = new Map<string, UserStatus[]>(report.stacks.map(({ stack }) => [stack, []]));
  for (const user of report.users) byStack.get(user.stack)?.push(user);
  const blocks = report.stacks.map((stack) => stackLines(stack, byStack.get(stack.stack) ?? [], report.at));
  return [...blocks.flatMap((block, index) => (index === 0 ? block : ["", ...block])), ...notes(report)].map(visible);
}

function stackLines({ stack, problem }: StackStatus, users: readonly UserStatus[], at: string): string[] {
  if (problem !== undefined) return [`Stack ${stack} cannot be read: ${problem}`];
  if (users.length === 0) return [`Stack ${stack} has no object users.`];
  const rows = users.flatMap((user) => rowsOf(user, at));
  return [
    `Stack ${stack}: ${counted(users)}`,
    ...aligned([["RESOURCE", "USER", "KIND", "PHASE", "KEY", "AGE", "PROVEN", "DEADLINE (UTC)"], ...rows]),
  ];
}

/** "12 users: 10 stable, 2 grace", in the order of the words. */
function counted(users: readonly UserStatus[]): string {
  const some = Object.keys(PHASES)
    .map((word) => [word, users.filter(({ phase }) => phase === word).length] as const)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`);
  return `${users.length} ${users.length === 1 ? "user" : "users"}: ${some.reverse().join(", ")}`;
}

function rowsOf(user: UserStatus, at: string): string[][] {
  const head = [short(user.resource), short(user.user), user.kind, user.phase];
  const keys = keysOf(user).map((key) => [
    key.accessKey,
    key.ageSeconds === undefined ? "?" : showDuration(key.ageSeconds),
    key.provenAt === undefined ? "never" : showDuration(secondsBetween(key.provenAt, at)),
    deadline(key),
  ]);
  const why = user.reason === PHASES[user.phase] ? "" : user.reason;
  const [first = ["-", "", "", why], ...others] = keys;
  return [[...head, ...first], ...others.map((key) => ["", "", "", "", ...key])];
}

/** What becomes of the key, and when. */
function deadline({ phase, expiresAt }: KeyStatus): string {
  const moment = expiresAt === undefined ? "?" : `${expiresAt.slice(0, 10)} ${expiresAt.slice(11, 16)}`;
  switch (phase) {
    case "current":
      return expiresAt === undefined ? "" : `ends ${moment}`;
    case "new":
      return "not published yet";
    case "grace":
      return `until ${moment}`;
    case "quarantine":
      return `disabled until ${moment}`;
    case "overdue":
      return `overdue since ${moment}`;
    case "ended":
      return `ended ${moment}`;
  }
}

function notes({ findings, unreadable, interrupted }: Report): string[] {
  const problem = ({ stack, urn, problem }: { stack: string; urn: string; problem: string }) =>
    `  ${stack} ${resourceNameOf(urn)}: ${problem.replace(/\n/g, "\n    ")}`;
  return [
    ...section("Wants attention:", [
      ...findings
        .slice(0, MOST_FINDINGS)
        .map(({ stack, resource, accessKey, message }) => `  ${stack} ${resource}: ${accessKey} ${message}`),
      ...(findings.length > MOST_FINDINGS ? [`  and ${findings.length - MOST_FINDINGS} more`] : []),
    ]),
    ...section("The last run did not finish:", interrupted.map(problem)),
    ...section("Cannot be read:", unreadable.map(problem)),
  ].flatMap((line) => line.split("\n"));
}
