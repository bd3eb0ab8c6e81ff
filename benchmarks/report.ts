/** benchmarks/RESULTS.md from what was measured: tables, no decisions. */
import { budgetsOf, type Measured } from "./budgets";
import type { GatewayTime, KnobTime } from "./knobs";
import { OPERATIONS, type Sample } from "./samples";

/** What the report says besides the measures. */
export interface Surroundings {
  /** Versions and machine, in one sentence. */
  readonly machine: string;
  readonly rounds: ReadonlyMap<string, number>;
  readonly knobs: readonly KnobTime[];
  readonly gateways: readonly GatewayTime[];
  /** How many requests the raw contender keeps in flight. */
  readonly inFlight: { readonly singles: number; readonly fleets: number };
  /** The plot's file, beside the report. */
  readonly plot: string;
}

/** The whole text. */
export function report(measured: Measured, about: Surroundings): string {
  return [
    "# Benchmark",
    "",
    `Made by \`npm run bench\`. ${about.machine} Compare columns, not runs: what stands in one table was measured in one run, interleaved.`,
    "",
    ...budgetTable(measured),
    `![Seconds to create users, by number of users](${about.plot})`,
    "",
    ...timeTables(measured, about),
    ...requestTable(measured),
    ...otherTables(measured, about),
    "",
  ].join("\n");
}

function budgetTable(measured: Measured): string[] {
  const budgets = budgetsOf(measured);
  const rows = budgets.map(({ what, limit, measured: value, isMet }) => [
    what,
    limit,
    value,
    isMet ? "met" : "**not met**",
  ]);
  const missed = budgets.filter(({ isMet }) => !isMet);
  return [
    "## Budgets",
    "",
    ...table(["what", "budget", "measured", ""], rows),
    ...(missed.length > 0 ? ["Not met, and why:", ""] : []),
    ...missed.map(({ what, reason }) => `- ${what}: ${reason}`),
    ...(missed.length > 0 ? [""] : []),
  ];
}

function timeTables({ samples, singles, fleets }: Measured, { rounds, inFlight }: Surroundings): string[] {
  const one = (sample: Sample) =>
    Number.isNaN(sample.wall) ? "" : `${(sample.wall / 1000).toFixed(2)} (${(sample.cpu / 1000).toFixed(2)})`;
  const tableOf = (size: number, contenders: Readonly<Record<string, string>>) => [
    `### ${size.toLocaleString("en")} ${size === 1 ? "user" : "users"}, ${times(rounds.get(`${Object.keys(contenders)[0]} ${size}`) ?? 0)}`,
    "",
    ...table(
      ["operation", ...Object.values(contenders)],
      OPERATIONS.map((operation) => [
        operation,
        ...Object.keys(contenders).map((contender) =>
          one(samples.median(contender, contender === "empty" ? 1 : size, operation)),
        ),
      ]),
    ),
  ];
  return [
    "## Time of the CLI",
    "",
    "Seconds from start to exit of `pulumi up --skip-preview`, `refresh` and `destroy` with `--parallel 16`, medians; in",
    "brackets the seconds of CPU of the CLI, the program and the plug-in together. *floor*: as many resources that do nothing,",
    "by the same road; beside a fleet one resource that does nothing, with values of the same shape and length. *raw*: the",
    "requests alone, each operation from one process that has just started, as a plug-in has, " +
      `${inFlight.singles} in flight beside single`,
    `users and ${inFlight.fleets} beside fleets. *classical*: a hand-written \`pulumi.dynamic.Resource\` without proofs, whose rotation`,
    "revokes the old key at once. *empty*: a program without resources.",
    "",
    ...singles.flatMap((size) =>
      tableOf(size, { users: "rgw.User", floor: "floor", raw: "raw", classical: "classical" }),
    ),
    ...fleets.flatMap((size) =>
      tableOf(size, { fleet: "rgw.Users", "fleet floor": "floor", "raw fleet": "raw", empty: "empty" }),
    ),
  ];
}

function requestTable({ requests }: Measured): string[] {
  return [
    "## Requests per operation",
    "",
    "As the gateway counts them, through the real CLI.",
    "",
    ...table(
      ["operation", "admin", "S3", "budget"],
      requests.map(({ operation, admin, s3, budget }) => [operation, admin, s3, `${budget.admin} + ${budget.s3}`]),
    ),
    "What goes beyond the budget is for safety. A revocation and a rotation look at the user first: Ceph ends a key of",
    "*another* user when the user it names does not exist, and gives a new secret to a key that an interrupted run has made",
    "already. A change ends with a proof, because one that races a deletion would otherwise end well with a dead key.",
    "",
  ];
}

function otherTables({ startup, bytes }: Measured, { knobs, gateways }: Surroundings): string[] {
  return [
    "## Start-up and state",
    "",
    ...table(
      ["loading", "ms"],
      startup.map(({ what, ms }) => [what, ms.toFixed(0)]),
    ),
    ...table(
      ["state of one user", "bytes"],
      [...bytes].map(([contender, count]) => [NAMES[contender] ?? contender, count.toFixed(0)]),
    ),
    "## What else decides",
    "",
    "Each measured once.",
    "",
    ...table(
      ["", "seconds"],
      knobs.map(({ what, seconds }) => [what, seconds.toFixed(2)]),
    ),
    ...table(
      ["a gateway of Ceph", "ms, one request alone", "ms per request, 32 in flight"],
      gateways.map(({ gateway, alone, together }) => [gateway, alone.toFixed(1), together.toFixed(2)]),
    ),
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  users: "rgw.User",
  floor: "a resource that does nothing",
  classical: "classical",
  fleet: "a member of rgw.Users",
  "fleet floor": "a member of a fleet that does nothing",
};

function times(count: number): string {
  return count === 1 ? "one round" : `${count} rounds`;
}

/** A table in Markdown: the first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line), ""];
}
