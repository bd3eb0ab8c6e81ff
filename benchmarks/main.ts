/**
 * `npm run bench`: times, requests, start-up and memory, in one run on this machine, into benchmarks/RESULTS.md.
 *
 * `--quick` measures small sizes once, to see that it works; `--once` each size once but the slowest, into a file of its own,
 * to see that two runs agree. `--doors` compares the two doors only. `--scale 50 2000 2` is another measurement, of so many
 * stacks with a fleet of that size each, two at a time; it prints what it finds.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { findCli } from "../tests/real/pulumi";
import { type RealCeph, startCeph } from "../tools/ceph/cluster";
import { cpuMeter } from "./cpu";
import { compareDoors } from "./doors";
import { timeGateways, turnKnobs } from "./knobs";
import { live } from "./life";
import { plot } from "./plot";
import type { Contender } from "./programs";
import { measureRaw } from "./raw";
import { report } from "./report";
import { countRequests } from "./requests";
import { type Operation, type Sample, Samples } from "./samples";
import { measureScale } from "./scale";
import { measureStartup } from "./startup";

const quick = process.argv.includes("--quick");
const once = process.argv.includes("--once");
/** How often each size is measured. */
type Sizes = readonly (readonly [size: number, rounds: number])[];
const sizesOf = (rounds: Readonly<Record<number, number>>): Sizes =>
  Object.entries(rounds).map(([size, count]) => [Number(size), count]);
// The long ones vary little.
const SINGLES = sizesOf(quick ? { 1: 1, 10: 1 } : once ? { 1: 1, 10: 1, 100: 1 } : { 1: 3, 10: 3, 100: 3, 500: 1 });
const FLEETS = sizesOf(quick ? { 20: 1 } : once ? { 500: 1, 2000: 1, 5000: 1 } : { 500: 3, 2000: 2, 5000: 1 });
const DOORS = {
  singles: sizesOf(quick ? { 1: 1, 10: 1 } : { 1: 3, 100: once ? 1 : 3 }),
  fleets: sizesOf(quick ? { 20: 1 } : { 2000: 1, 5000: 1 }),
};
const IN_FLIGHT = { singles: 16, fleets: 32 };

async function main(): Promise<void> {
  const began = Date.now();
  const scale = process.argv.indexOf("--scale");
  if (scale > 0) return measureScale(...process.argv.slice(scale + 1).map(Number));
  const ceph = await startCeph();
  const suffix = quick ? ".quick" : once ? ".once" : "";
  try {
    await compareDoors(ceph, DOORS, await versions(ceph), `DOORS${suffix}`);
    if (process.argv.includes("--doors")) return;
    console.log("start-up and requests");
    const startup = measureStartup();
    const requests = await countRequests();
    const rounds = new Map<string, number>();
    const measured = { ...(await measureAll(ceph, rounds)), startup, requests };
    console.log("what else decides");
    const knobs = await turnKnobs(ceph, quick || once ? 20 : 500);
    const gateways = await timeGateways(ceph);
    const name = `RESULTS${suffix}`;
    const machine = `${await versions(ceph)} The run took ${((Date.now() - began) / 60_000).toFixed(0)} minutes.`;
    const text = report(measured, { machine, rounds, knobs, gateways, inFlight: IN_FLIGHT, plot: `${name}.svg` });
    writeFileSync(path.join(__dirname, `${name}.md`), text);
    writeFileSync(path.join(__dirname, `${name}.svg`), plotOf(measured.samples));
    console.log(`\n${text}\nwritten to benchmarks/${name}.md`);
  } finally {
    await ceph.stop();
  }
}

/** Every contender at every size, in rounds: a slow moment of the machine hits all alike. */
async function measureAll(ceph: RealCeph, rounds: Map<string, number>) {
  const samples = new Samples();
  const bytes = new Map<string, number>();
  const megabytes = new Map<string, number>();
  const meter = cpuMeter();
  const keep = (contender: string, size: number, times: ReadonlyMap<Operation, Sample>) => {
    for (const [operation, sample] of times) samples.add(contender, size, operation, sample);
    rounds.set(`${contender} ${size}`, (rounds.get(`${contender} ${size}`) ?? 0) + 1);
  };
  const one = async (contender: Contender, size: number) => {
    const { times, bytesPerUser, pluginMegabytes } = await live(ceph, meter, contender, size);
    keep(contender, size, times);
    // The least, which is that of the largest size: what a stack has besides its users counts least there.
    if (contender !== "empty") bytes.set(contender, Math.min(bytesPerUser, bytes.get(contender) ?? bytesPerUser));
    megabytes.set(contender, Math.max(pluginMegabytes, megabytes.get(contender) ?? 0));
  };
  try {
    const most = Math.max(...[...SINGLES, ...FLEETS].map(([, count]) => count));
    for (let round = 1; round <= most; round++) {
      for (const [size] of SINGLES.filter(([, count]) => round <= count)) {
        console.log(`round ${round}: ${size} single`);
        for (const contender of ["floor", "users", "classical"] as const) await one(contender, size);
        keep("raw", size, await measureRaw(ceph, size, IN_FLIGHT.singles));
      }
      await one("empty", 1);
      for (const [size] of FLEETS.filter(([, count]) => round <= count)) {
        console.log(`round ${round}: a fleet of ${size}`);
        for (const contender of ["fleet floor", "fleet"] as const) await one(contender, size);
        keep("raw fleet", size, await measureRaw(ceph, size, IN_FLIGHT.fleets));
      }
    }
  } finally {
    meter.close();
  }
  const sizes = (list: readonly (readonly [number, number])[]) => list.map(([size]) => size);
  return { samples, bytes, megabytes, singles: sizes(SINGLES), fleets: sizes(FLEETS) };
}

async function versions(ceph: RealCeph): Promise<string> {
  const cli = await findCli();
  const sdk = (require("@pulumi/pulumi/package.json") as { version: string }).version;
  return (
    `Measured on ${cpus().length} cores, Node ${process.version}, Pulumi ${cli?.version} with SDK ${sdk}, ` +
    `Ceph ${ceph.version} on the same machine, memory-backed.`
  );
}

function plotOf(samples: Samples): string {
  const line = (name: string, contender: string, sizes: readonly (readonly [number, number])[]) => ({
    name,
    points: sizes.map(([size]) => [size, samples.median(contender, size, "create").wall / 1000] as const),
  });
  return plot("Seconds to create users, by number of users", [
    line("rgw.User", "users", SINGLES),
    line("classical", "classical", SINGLES),
    line("floor", "floor", SINGLES),
    line("rgw.Users (fleet)", "fleet", FLEETS),
    line("raw requests", "raw fleet", FLEETS),
  ]);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
