/**
 * Any answer to any call: the right result, or a named error that repeats nothing of the answer's. Never a crash, an
 * endless loop, or a success that the server did not give.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { userApi } from "../../../../provider/backends/rgw/api";
import { settings } from "../../../../provider/backends/rgw/settings";
import { ObjectUserError } from "../../../../provider/errors";
import type { WireRequest, WireResponse } from "../../../../provider/http/wire";
import type { Live } from "../../../../provider/lifecycle/model";
import type { UserApi } from "../../../../provider/lifecycle/user-api";
import { answer, CANARY, FUZZ } from "../../fuzz";
import { fakeWorld } from "../../world";

const SETTINGS = settings.parse({ endpoint: "https://rgw.test", accessKey: "AK", secretKey: `${CANARY}-admin` });
const ANN = { userId: "ann", name: "ann", where: { uid: "ann" } };
const KEY = { id: "A", accessKey: "A", secretKey: CANARY };
const BEFORE = { displayName: "Ann", caps: ["users=read"], defaultPlacement: "" };
const QUOTA = { enabled: true, maxSizeBytes: 1, maxObjects: 1 };

interface Exchange {
  readonly request: WireRequest;
  readonly response: WireResponse;
}

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const says = ({ response }: Exchange, status: number, ...codes: string[]) =>
  response.status === status && codes.includes(String(parsed(response.body)?.Code));
const succeeded = ({ response }: Exchange) => response.status === 200;
const isAnn = (exchange: Exchange) => succeeded(exchange) && parsed(exchange.response.body)?.user_id === "ann";
const listsKey = (exchange: Exchange) => isAnn(exchange) && exchange.response.body.includes('"access_key":"A"');

/** Each call, and whether its success follows from the last answers. */
const calls: readonly [
  what: string,
  call: (api: UserApi) => Promise<unknown>,
  isEarned: (result: unknown, last: Exchange, before: Exchange | undefined) => boolean,
][] = [
  [
    "find",
    (api) => api.find(ANN),
    (live, last) =>
      live === undefined ? says(last, 404, "NoSuchUser") : isAnn(last) && (live as Live).userId === "ann",
  ],
  [
    "create",
    (api) => api.create({ ...ANN, fields: { displayName: "Ann" }, key: { accessKey: "A" }, mark: "MARK" }),
    (_, last) => isAnn(last),
  ],
  [
    "update",
    (api) => api.update(ANN, BEFORE, { displayName: "B", caps: [], userQuota: QUOTA }),
    (_, last) => succeeded(last),
  ],
  ["update of one setting", (api) => api.update(ANN, BEFORE, { displayName: "B" }), (_, last) => isAnn(last)],
  ["remove", (api) => api.remove(ANN, { force: false }), (_, last) => succeeded(last) || says(last, 404, "NoSuchUser")],
  ["issueKey", (api) => api.issueKey(ANN, { accessKey: "A" }), (_, last) => listsKey(last)],
  [
    "issueKey with a secret",
    (api) => api.issueKey(ANN, { accessKey: "A", secretKey: "own" }),
    (_, last) => listsKey(last),
  ],
  [
    "revokeKey",
    (api) => api.revokeKey(ANN, KEY),
    (_, last) => (last.request.method === "DELETE" ? succeeded(last) : isAnn(last) || says(last, 404, "NoSuchUser")),
  ],
  [
    "probe",
    (api) => api.probe(ANN, KEY),
    (verdict, last, before) =>
      verdict === "accepted"
        ? (succeeded(last) && last.response.body.includes("<ListAllMyBucketsResult")) ||
          (listsKey(last) && before?.response.body.includes("AccessDenied") === true)
        : verdict === "refused" || verdict === "suspended",
  ],
];

describe("any answer", function () {
  this.timeout(60_000);
  for (const [what, call, isEarned] of calls) {
    it(`to ${what}`, async () => {
      const runs = Math.ceil(FUZZ.numRuns / calls.length);
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 3 }), async (answers) => {
          const exchanges: Exchange[] = [];
          const world = fakeWorld();
          const send = async (request: WireRequest): Promise<WireResponse> => {
            const response = answers[Math.min(exchanges.length, answers.length - 1)] ?? assert.fail();
            exchanges.push({ request, response });
            assert.ok(exchanges.length < 50, "it ends some time");
            return response;
          };
          const outcome = await call(userApi(SETTINGS, { ...world, send })).then(
            (result) => ({ result }),
            (error: unknown) => ({ error }),
          );
          if ("error" in outcome) {
            const { error } = outcome;
            assert.ok(error instanceof ObjectUserError, `not one of ours: ${String(error)}`);
            assert.match(error.message, /^[a-z ]+ing .+: .+\.$/s);
            assert.ok(
              ![error.message, error.stack, JSON.stringify(error)].join().includes(CANARY),
              "a secret in an error",
            );
            assert.ok(error.message.length < 600, "an error that fits on a screen");
          } else {
            const last = exchanges.at(-1) ?? assert.fail("a result without a request");
            assert.ok(
              isEarned(outcome.result, last, exchanges.at(-2)),
              `a false success: ${JSON.stringify(outcome.result)}`,
            );
          }
          assert.ok(!world.lines.join().includes(CANARY), "a secret in the log");
        }),
        { ...FUZZ, numRuns: runs },
      );
    });
  }
});
