/**
 * The two providers side by side, and OpenTofu: the dynamic provider and the packaged plugin out of JavaScript, the packaged
 * plugin and one that does nothing out of YAML, and a classical provider with for_each. Into DOORS.md and DOORS.svg;
 * `npm run bench -- --doors` measures nothing else.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { RealCeph } from "../tools/ceph/cluster";
import { cpuMeter } from "./cpu";
import { live } from "./life";
import { plot } from "./plot";
import { makePlugins } from "./plugins";
import type { Contender } from "./programs";
import { measureRaw } from "./raw";
import { table } from "./report";
import { OPERATIONS, type Operation, Samples } from "./samples";
import { liveByTofu } from "./tofu";

/** How many users, how often. */
export interface DoorSizes {
  readonly singles: readonly (readonly [size: number, rounds: number])[];
  readonly fleets: readonly (readonly [size: number, rounds: number])[];
}

const SINGLES = ["empty", "users", "packaged users", "yaml empty", "yaml key", "yaml floor", "yaml users"] as const;
const FLEETS = ["fleet floor", "fleet", "packaged fleet", "yaml fleet floor", "yaml fleet"] as const;
const NAMES: Readonly<Record<string, string>> = {
  empty: "JavaScript, empty",
  users: "JavaScript, dynamic",
  "packaged users": "JavaScript, plugin",
  "yaml empty": "YAML, empty",
  "yaml key": "YAML, a key, does nothing",
  "yaml floor": "YAML, does nothing",
  "yaml users": "YAML, plugin",
  tofu: "OpenTofu",
  "fleet floor": "JavaScript, does nothing",
  fleet: "JavaScript, dynamic",
  "packaged fleet": "JavaScript, plugin",
  "yaml fleet floor": "YAML, does nothing",
  "yaml fleet": "YAML, plugin",
  raw: "requests alone",
};

/** Measures, and writes the page. `machine` says on what. */
export async function compareDoors(ceph: RealCeph, sizes: DoorSizes, machine: string, name: string): Promise<void> {
  const { tofu } = await import("./tofu/build.mjs" as string);
  const opponent = (await tofu()) as { directory: string; version: string } | undefined;
  if (!opponent) console.log("!!! OpenTofu is left out: OBJECT_USERS_NO_INSTALL forbids building it.");
  await makePlugins();
  const samples = new Samples();
  const megabytes = new Map<string, number>();
  const meter = cpuMeter();
  const keep = (contender: string, size: number, times: ReadonlyMap<Operation, { wall: number; cpu: number }>) => {
    for (const [operation, sample] of times) samples.add(contender, size, operation, sample);
  };
  const one = async (contender: Contender, size: number) => {
    const { times, pluginMegabytes } = await live(ceph, meter, contender, size);
    keep(contender, size, times);
    const key = `${contender} ${size}`;
    megabytes.set(key, Math.max(pluginMegabytes, megabytes.get(key) ?? 0));
  };
  try {
    const most = Math.max(...[...sizes.singles, ...sizes.fleets].map(([, count]) => count));
    for (let round = 1; round <= most; round++) {
      for (const [size] of sizes.singles.filter(([, count]) => round <= count)) {
        console.log(`doors, round ${round}: ${size} single`);
        for (const contender of SINGLES) await one(contender, size);
        if (opponent) keep("tofu", size, await liveByTofu(ceph, meter, opponent.directory, size));
      }
      for (const [size] of sizes.fleets.filter(([, count]) => round <= count)) {
        console.log(`doors, round ${round}: a fleet of ${size}`);
        for (const contender of FLEETS) await one(contender, size);
        keep("raw", size, await measureRaw(ceph, size, 32));
      }
    }
  } finally {
    meter.close();
  }
  const text = page(samples, megabytes, sizes, `${machine}${opponent ? ` OpenTofu ${opponent.version}.` : ""}`, name);
  writeFileSync(path.join(__dirname, `${name}.md`), text);
  writeFileSync(path.join(__dirname, `${name}.svg`), plotOf(samples, sizes));
  console.log(`\n${text}\nwritten to benchmarks/${name}.md`);
}

function page(
  samples: Samples,
  megabytes: ReadonlyMap<string, number>,
  sizes: DoorSizes,
  machine: string,
  name: string,
): string {
  const cell = (contender: string, size: number, operation: Operation) => {
    const { wall, cpu } = samples.median(contender, size, operation);
    return Number.isNaN(wall) ? "" : `${(wall / 1000).toFixed(2)} (${(cpu / 1000).toFixed(2)})`;
  };
  const times = (size: number, contenders: readonly string[]) => [
    `### ${size.toLocaleString("en")} ${size === 1 ? "user" : "users"}`,
    "",
    ...table(
      ["operation", ...contenders.map((contender) => NAMES[contender] ?? contender)],
      OPERATIONS.map((operation) => [operation, ...contenders.map((contender) => cell(contender, size, operation))]),
    ),
  ];
  const memory = [...megabytes].filter(([key]) => !/empty|^yaml (key|floor)|^yaml fleet floor/.test(key));
  return [
    "# The dynamic provider, the packaged plugin, and OpenTofu",
    "",
    `Made by \`npm run bench\` (this page alone: \`npm run bench -- --doors\`). ${machine} Compare columns, not runs.`,
    "",
    ...table(
      ["what", "aim", "measured", ""],
      aims(samples, megabytes, sizes).map(({ what, limit, measured, isMet }) => [
        what,
        limit,
        measured,
        isMet ? "met" : "**not met**",
      ]),
    ),
    `![Seconds to create users, by number of users](${name}.svg)`,
    "",
    "Seconds from start to exit with `--parallel 16`, medians; in brackets the seconds of CPU of all processes together.",
    "*plugin* is the packaged plugin as it is released, an executable with its own Node; *dynamic* the dynamic provider. The",
    "plugin that *does nothing* is a Go program that sends no request: with *a key* its users have a key and nothing else in",
    "state, otherwise as much as `rgw.User` and `rgw.Users`. No provider is faster than it. Of the time that it takes, Pulumi",
    "spends most on writing the state after each step. Pulumi's YAML runtime checks the type of each member of a fleet.",
    "*OpenTofu* keeps its state in a plain file, secrets in clear, has no proof, and revokes the old key at once when it",
    "rotates; it is called with `-refresh=false`, as `pulumi up` looks at nothing before it acts either.",
    "",
    ...sizes.singles.flatMap(([size]) => times(size, [...SINGLES, "tofu"])),
    ...sizes.fleets.flatMap(([size]) => times(size, [...FLEETS, "raw"])),
    "### Memory of the plugin, at its peak",
    "",
    ...table(
      ["", "MB"],
      memory.map(([key, value]) => [
        key.replace(/^(.*) (\d+)$/, (_, it, size) => `${NAMES[it]}, ${size}`),
        value.toFixed(0),
      ]),
    ),
  ].join("\n");
}

/** What was aimed at, each from two or more measures of this run. */
function aims(samples: Samples, megabytes: ReadonlyMap<string, number>, { singles, fleets }: DoorSizes) {
  const seconds = (contender: string, size: number, operation: Operation) =>
    samples.median(contender, size, operation).wall / 1000;
  const aim = (what: string, unit: string, value: number, limit: number) => ({
    what,
    limit: `≤ ${limit} ${unit}`,
    measured: `${value.toFixed(2)} ${unit}`,
    isMet: value <= limit,
  });
  const many = Math.max(...singles.map(([size]) => size));
  const made = seconds("yaml users", many, "create");
  const [fleet = 0] = fleets[0] ?? [];
  const largest = Math.max(...fleets.map(([size]) => size));
  /** A fleet against the same program with a provider that does nothing, and the requests alone. */
  const fleetAim = (language: string, own: string, floor: string, empty: string) => {
    const [mine, nothing, none] = [
      seconds(own, fleet, "create"),
      seconds(floor, fleet, "create"),
      seconds(empty, many, "create"),
    ];
    const least = nothing - none + seconds("raw", fleet, "create");
    const what = `a fleet of ${fleet} in ${language}, created, against doing nothing and the requests alone`;
    return aim(`${what}, beyond empty programs`, "×", (mine - none) / least, 1.05);
  };
  return [
    aim(
      "one user, created, beyond an empty program",
      "s",
      seconds("yaml users", 1, "create") - seconds("yaml empty", 1, "create"),
      0.25,
    ),
    aim(`${many} users, created`, "s", made, 1.5),
    aim(`${many} users, created, against OpenTofu`, "×", made / seconds("tofu", many, "create"), 1),
    aim(`${many} users, rotated, against created`, "×", seconds("yaml users", many, "rotate") / made, 2),
    fleetAim("JavaScript", "packaged fleet", "fleet floor", "empty"),
    fleetAim("YAML", "yaml fleet", "yaml fleet floor", "yaml empty"),
    aim(
      `memory of the plugin with a fleet of ${largest}`,
      "MB",
      megabytes.get(`yaml fleet ${largest}`) ?? Number.NaN,
      250,
    ),
  ].filter(({ measured }) => !measured.startsWith("NaN"));
}

function plotOf(samples: Samples, { singles, fleets }: DoorSizes): string {
  const line = (contender: string, sizes: DoorSizes["singles"]) => ({
    name: NAMES[contender] ?? contender,
    points: sizes.map(([size]) => [size, samples.median(contender, size, "create").wall / 1000] as const),
  });
  return plot("Seconds to create users, by number of users", [
    line("users", singles),
    line("yaml users", singles),
    line("tofu", singles),
    line("fleet", fleets),
    line("yaml fleet", fleets),
  ]);
}
