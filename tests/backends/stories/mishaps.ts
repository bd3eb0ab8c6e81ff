/** Requests that go wrong: answers that are lost, runs that are killed, answers from which nothing follows. */
import assert from "node:assert/strict";
import { faults } from "../../../devserver/rgw/fault";
import type { Inputs } from "../../../provider/pulumi/state";
import type { Key } from "../adapter";
import type { Mishap, Stack } from "../stack";
import { isOne, isQuiet, resume, type Scene, works } from "./checks";

/** The process ends before it hears the answer. */
export const KILLED_AFTER: Mishap = { kind: "kill", when: "after" };
const FORBIDDEN: Mishap = { kind: "answer", status: 403 };
export const A_FEW: readonly Mishap[] = [faults.cutAfter, KILLED_AFTER, FORBIDDEN, faults.html];

/** Other answers than an answer: whether the system acted is not to be seen. */
export const LOST: readonly [what: string, mishap: Mishap][] = [
  ["the request is cut before the system acts", faults.cutBefore],
  ["the answer is cut off", faults.cutAfter],
  ["half of the answer comes", faults.truncate],
  ["no answer comes in time", faults.hangAfter],
  ["500 is answered, and nothing done", { kind: "answer", status: 500 }],
  ["500 is answered after all was done", { kind: "answer", when: "after", status: 500 }],
  ["a proxy answers 503 after all was done", faults.proxyGaveUp],
  ["the process is killed before the request", { kind: "kill", when: "before" }],
  ["the process is killed after it", KILLED_AFTER],
];

/** Answers from which nobody may conclude that a user is gone. */
export const NOT_GONE: readonly [what: string, mishap: Mishap][] = [
  ["403", FORBIDDEN],
  ["404 without a body", { kind: "answer", status: 404 }],
  [
    "404 with HTML",
    { kind: "answer", status: 404, body: "<h1>Not Found</h1>", headers: { "content-type": "text/html" } },
  ],
  ["405", { kind: "answer", status: 405 }],
  ["500", { kind: "answer", status: 500 }],
  ["503", { kind: "answer", status: 503 }],
  ["502 with HTML", faults.html],
  ["200 with nothing", { kind: "answer", status: 200 }],
  ["200 with null", { kind: "answer", status: 200, body: "null" }],
  ["200 with HTML", { kind: "answer", status: 200, body: "<html></html>" }],
  ["200 with something else", { kind: "answer", status: 200, body: "{}" }],
  ["302", { kind: "answer", status: 302, headers: { location: "https://elsewhere.test/" } }],
  ["half an answer", faults.truncate],
  ["a reset", faults.cutBefore],
  ["no answer in time", faults.hangBefore],
];

/**
 * Whether the next run takes the user for somebody else's, and adopts it then: where a key shows nothing of who made it, a
 * run that is killed between the last request, which takes the mark off, and the writing of state leaves nothing to know by.
 */
async function isForeignNow(stack: Stack, inputs: Inputs): Promise<boolean> {
  await stack.restart();
  const problem = await stack.tries(inputs);
  if (problem === undefined) return false;
  assert.match(problem, /Set adopt: true/);
  await stack.up({ ...inputs, adopt: true });
  await works(stack);
  await isOne(stack);
  return true;
}

/**
 * Each request of an up goes wrong once, each on a system of its own: `prepare`, then `inputs` with the mishap, then again
 * without it. What is published works in between, and `check` holds afterwards.
 */
export async function eachRequest(
  { open, can, adapter }: Scene,
  mishap: Mishap,
  { prepare, inputs }: { readonly prepare?: Inputs; readonly inputs: Inputs },
  check: (stack: Stack, before: Key | undefined) => Promise<void>,
): Promise<void> {
  let foreign = 0;
  for (let nth = 0, isDone = false; !isDone; nth++) {
    const stack = await open();
    if (prepare) await stack.up(prepare);
    const before = prepare && stack.key();
    const isLocked = before !== undefined && (await stack.system.s3(before)) !== "200";
    stack.asked.length = 0;
    let hits = 0;
    isDone = true;
    stack.mishap = (request) => {
      // On a real system each story takes its time, and reading again is what the server of reference is for.
      if ((adapter.isReal && request.method === "GET") || hits++ !== nth) return undefined;
      isDone = false;
      stack.mishap = undefined;
      return mishap;
    };
    try {
      const problem = await stack.tries(inputs);
      // Where the next secret ends the one before it, what is published may be known not to work.
      if (before && !isLocked && (can.maxKeys > 1 || problem === undefined)) await works(stack);
      const mayBeForeign = problem === "killed" && (can.rotates === "secrets" || adapter.showsNoMaker) && !prepare;
      if (mayBeForeign && (await isForeignNow(stack, inputs))) {
        assert.equal(++foreign, 1, "by the last request only");
        continue;
      }
      if (problem !== undefined) await resume(stack, inputs, can);
      await isOne(stack);
      await works(stack);
      const { gracePeriodSeconds: grace } = stack.outputs();
      await isQuiet(stack, { ...inputs, ...(grace === undefined ? {} : { gracePeriodSeconds: grace }) });
      await check(stack, before);
      stack.assertNoLeak();
      await stack.assertBystanderUntouched();
    } catch (error) {
      const { method, url } = stack.asked[nth] ?? {};
      assert.fail(
        `request ${nth}, ${method} ${url?.pathname}: ${(error as Error).message}\n${stack.world.lines.join("\n")}`,
      );
    }
  }
}
