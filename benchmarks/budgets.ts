/** What speed was promised, and whether it is kept: each budget with its measure, from one run. */
import type { RequestCount } from "./requests";
import type { Operation, Sample, Samples } from "./samples";
import { STARTUP, type StartupCost } from "./startup";

/** One promise. */
export interface Budget {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  readonly isMet: boolean;
  /** Why, where it is not met. */
  readonly reason: string;
}

/** Everything that budgets are about. */
export interface Measured {
  readonly samples: Samples;
  readonly singles: readonly number[];
  readonly fleets: readonly number[];
  readonly requests: readonly RequestCount[];
  readonly startup: readonly StartupCost[];
  /** Bytes of state for one user, by contender. */
  readonly bytes: ReadonlyMap<string, number>;
  /** The plug-in's peak with the largest size of a contender, in MB. */
  readonly megabytes: ReadonlyMap<string, number>;
}

/** All of them. */
export function budgetsOf(measured: Measured): Budget[] {
  return [...singleBudgets(measured), ...fleetBudgets(measured), ...otherBudgets(measured)];
}

function singleBudgets({ samples, singles, startup }: Measured): Budget[] {
  const load = costOf(STARTUP.provider, startup);
  const size = singles.includes(100) ? 100 : Math.max(...singles);
  const ratio = (operation: Operation, limit: number, parts: readonly string[], name: string): Budget => {
    const mine = samples.median("users", size, operation);
    const theirs = sum(parts.map((contender) => samples.median(contender, size, operation)));
    const [wall, cpu] = [mine.wall / theirs.wall, mine.cpu / theirs.cpu];
    return {
      what: `${size} single users, ${operation}`,
      limit: `≤ ${limit} × ${name}`,
      measured: `${wall.toFixed(2)} wall, ${cpu.toFixed(2)} CPU`,
      isMet: wall <= limit && cpu <= limit,
      reason:
        `The plug-in loads the provider in ${load.toFixed(0)} ms; what is left is ${((mine.wall - theirs.wall - load) / size).toFixed(1)} ms ` +
        "a user, for more values to decode and encode, and for deciding and signing by code that has not run before.",
    };
  };
  return [
    ratio("create", 1.1, ["floor", "raw"], "(floor + raw)"),
    ratio("no-op", 1.05, ["floor"], "floor"),
    ratio("refresh", 1.2, ["floor", "raw"], "(floor + raw)"),
    aheadOfClassical(samples, singles, load),
  ];
}

function aheadOfClassical(samples: Samples, singles: readonly number[], load: number): Budget {
  const rows = singles.flatMap((size) =>
    (["create", "no-op", "refresh", "one field", "rotate", "destroy"] as const).map((operation) => ({
      row: `${operation} ${size}`,
      ratio: samples.median("users", size, operation).wall / samples.median("classical", size, operation).wall,
    })),
  );
  const behind = rows.filter(({ ratio }) => ratio > 1);
  return {
    what: "single users against the classical way",
    limit: "ahead in every row (wall)",
    measured:
      behind.length === 0
        ? `ahead in all ${rows.length}`
        : `behind in ${behind.length} of ${rows.length}: ${behind.map(({ row, ratio }) => `${row} (${ratio.toFixed(2)})`).join(", ")}`,
    isMet: behind.length === 0,
    reason:
      `The classical way loads no provider (${load.toFixed(0)} ms) and proves nothing: a change waits 100 ms and a rotation 250 ms ` +
      "before its proof, so that a racing writer's request has come. What grows with the number of users is ahead.",
  };
}

function fleetBudgets({ samples, fleets }: Measured): Budget[] {
  const seconds = (contender: string, size: number, operation: Operation) =>
    samples.median(contender, size, operation).wall / 1000;
  const beyond = (contender: string, size: number, operation: Operation) =>
    seconds(contender, size, operation) - seconds("empty", 1, operation);
  const within = (size: number, operation: Operation, limit: number): Budget[] => {
    if (!fleets.includes(size)) return [];
    const took = beyond("fleet", size, operation);
    const [floor, raw] = [beyond("fleet floor", size, operation), seconds("raw fleet", size, operation)];
    return [
      {
        what: `a fleet of ${size}, ${operation}, beyond an empty program`,
        limit: `≤ ${limit} s`,
        measured: `${took.toFixed(2)} s`,
        isMet: took <= limit,
        reason:
          `A resource that does nothing with the same values takes ${floor.toFixed(2)} s beyond an empty program, the requests ` +
          `alone take ${raw.toFixed(2)} s: ${(floor + raw).toFixed(2)} s, of which this is ${(took / (floor + raw)).toFixed(2)} ×.`,
      },
    ];
  };
  const growth = beyond("fleet", 5000, "create") / beyond("fleet", 2000, "create");
  return [
    ...within(500, "create", 1.5),
    ...within(2000, "create", 6),
    ...within(5000, "create", 15),
    ...within(2000, "refresh", 2),
    ...(Number.isNaN(growth)
      ? []
      : [
          {
            what: "a fleet of 5,000 against 2,000, create",
            limit: "≤ 3 ×",
            measured: `${growth.toFixed(2)} ×`,
            isMet: growth <= 3,
            reason: "",
          },
        ]),
  ];
}

function otherBudgets({ requests, startup, bytes, fleets, megabytes }: Measured): Budget[] {
  const over = requests.filter(({ admin, s3, budget }) => admin > budget.admin || s3 > budget.s3);
  const atMost = (what: string, value: number, limit: number, unit: string, reason: string): Budget => ({
    what,
    limit: `≤ ${limit} ${unit}`,
    measured: `${value.toFixed(0)} ${unit}`,
    isMet: value <= limit,
    reason,
  });
  return [
    {
      what: "requests per operation",
      limit: "as in the table",
      measured: over.length === 0 ? "kept" : `over in ${over.map(({ operation }) => operation).join(", ")}`,
      isMet: over.length === 0,
      reason: "The requests beyond are for safety, see above.",
    },
    atMost(
      "start-up of the provider, over the bare plug-in",
      costOf(STARTUP.provider, startup),
      100,
      "ms",
      "Half of it is zod.",
    ),
    atMost("import of the SDK, over @pulumi/pulumi", costOf(STARTUP.sdk, startup), 30, "ms", ""),
    atMost(
      "state of a single user",
      bytes.get("users") ?? Number.NaN,
      2700,
      "bytes",
      `Settings are outputs, each a value of its own, so that a preview knows them. The engine's own part, positions and stack traces in the program, is ${bytes.get("floor")?.toFixed(0)} bytes.`,
    ),
    atMost("state of a fleet's member", bytes.get("fleet") ?? Number.NaN, 1000, "bytes", ""),
    atMost(
      `memory of the plug-in with a fleet of ${Math.max(...fleets)}`,
      megabytes.get("fleet") ?? Number.NaN,
      200,
      "MB",
      `With a resource that does nothing with the same values it has ${megabytes.get("fleet floor")?.toFixed(0)} MB: Pulumi's messages of all members are decoded at once, and V8 lets garbage stand while the machine has room.`,
    ),
  ];
}

function costOf(what: string, startup: readonly StartupCost[]): number {
  return startup.find((one) => one.what === what)?.ms ?? Number.NaN;
}

function sum(samples: readonly Sample[]): Sample {
  return samples.reduce((one, other) => ({ wall: one.wall + other.wall, cpu: one.cpu + other.cpu }));
}
