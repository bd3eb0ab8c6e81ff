/**
 * `npm run bench`: requests, times and start-up cost, in one run on this machine, into benchmarks/RESULTS.md.
 *
 * `--quick` measures one round of small sizes, to see that it works.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { findCli, REPOSITORY } from "../tests/real/pulumi";
import { type RealCeph, startCeph } from "../tools/ceph/cluster";
import type { Contender } from "./programs";
import { countRequests } from "./requests";
import { measureStartup } from "./startup";
import { keyOf, measure, OPERATIONS, type Times } from "./times";

const quick = process.argv.includes("--quick");
const sizes = quick ? [1, 10] : [1, 100];
const rounds = quick ? 1 : 3;
const contenders: readonly Contender[] = ["floor", "users", "classical"];

async function main(): Promise<void> {
  const ceph = await startCeph();
  try {
    const lines = [
      ...(await head(ceph)),
      ...startupTable(),
      ...(await requestTable()),
      ...(await timeTables(ceph)),
      "",
    ];
    const file = path.join(REPOSITORY, "benchmarks", quick ? "RESULTS.quick.md" : "RESULTS.md");
    writeFileSync(file, lines.join("\n"));
    console.log(`\n${lines.join("\n")}\nwritten to ${path.relative(REPOSITORY, file)}`);
  } finally {
    await ceph.stop();
  }
}

async function head(ceph: RealCeph): Promise<string[]> {
  const cli = await findCli();
  const sdk = (require("@pulumi/pulumi/package.json") as { version: string }).version;
  return [
    "# Benchmark",
    "",
    `Made by \`npm run bench\` on ${cpus().length} cores, Node ${process.version}, Pulumi ${cli?.version} with SDK ${sdk}, Ceph ${ceph.version} on the same machine.`,
    "Compare columns, not runs: everything in a table was measured in one run, interleaved, medians of " +
      `${rounds} ${rounds === 1 ? "round" : "rounds"}.`,
    "",
  ];
}

function startupTable(): string[] {
  console.log("start-up cost");
  const rows = measureStartup().map(({ what, ms }) => `| ${what} | ${ms.toFixed(0)} |`);
  return ["## Start-up", "", "| loading | ms |", "| --- | ---: |", ...rows, ""];
}

async function requestTable(): Promise<string[]> {
  console.log("requests per operation");
  const rows = (await countRequests()).map(
    ({ operation, admin, s3, budget }) => `| ${operation} | ${admin} | ${s3} | ${budget} |`,
  );
  return [
    "## Requests per operation",
    "",
    "As the gateway counts them, through the real CLI. Budget: admin + S3.",
    "",
    "| operation | admin | S3 | budget |",
    "| --- | ---: | ---: | --- |",
    ...rows,
    "",
    "A revocation looks at the user first: Ceph ends a key of *another* user when the user it names does not exist, and only",
    "looking before rules that out. That is one request more than the budget.",
    "",
  ];
}

async function timeTables(ceph: RealCeph): Promise<string[]> {
  const times = await measure(ceph, contenders, sizes, rounds, (line) => console.log(line));
  return [
    "## Time of the CLI",
    "",
    "Seconds of `pulumi up --skip-preview`, `refresh` and `destroy` with `--parallel 16`, from start to exit. *floor*: as many",
    "resources that do nothing, by the same road. *classical*: a hand-written `pulumi.dynamic.Resource` without proofs.",
    "",
    ...sizes.flatMap((size) => timeTable(times, size)),
  ];
}

function timeTable(times: Times, size: number): string[] {
  const ms = (contender: Contender, operation: (typeof OPERATIONS)[number]) =>
    times.get(keyOf(contender, size, operation)) ?? Number.NaN;
  const seconds = (value: number) => (value / 1000).toFixed(2);
  const rows = OPERATIONS.map((operation) => {
    const [floor, users, classical] = contenders.map((contender) => ms(contender, operation)) as [
      number,
      number,
      number,
    ];
    return `| ${operation} | ${seconds(floor)} | ${seconds(users)} | ${seconds(classical)} | ${(users / floor).toFixed(2)} | ${(users / classical).toFixed(2)} |`;
  });
  return [
    `### ${size} ${size === 1 ? "user" : "users"}`,
    "",
    "| operation | floor | rgw.User | classical | rgw.User / floor | rgw.User / classical |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
  ];
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
