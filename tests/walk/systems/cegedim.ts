/** cegedim.cloud: the server of reference. A user's label is a setting: a rename is a change of it. */
import * as fc from "fast-check";
import { CegedimServer } from "../../../devserver/cegedim/server";
import type { User as Shown } from "../../../devserver/cegedim/users";
import { unmarked } from "../../../provider/backends/cegedim/assumed";
import { fingerprint, sha256 } from "../../../provider/backends/fingerprint";
import type { Site, System, User } from "../system";
import { clockOf, s3Answer } from "./in-process";

const STORE = "cos-acme-media";
const SECRET = "the-clients-own-secret";
const TYPE = "application/vnd.cegedim-it.v1+json";

export const cegedim: System = {
  name: "cegedim",
  kind: "cegedim",
  resource: "ObjectUser",
  rotates: "secrets",
  isBlind: true,
  resumesKeys: false,
  renames: true,
  // There is one address, and ids are of that address.
  clusters: 1,
  graces: [0, 60, 600],
  wishes: fc.record({ locked: fc.constantFrom(undefined, true, false) }),
  others: ["make", "remove", "lock"],
  inputs: (label, { exclusiveKeys: _, ...wish }) => ({ objectStore: STORE, label, ...wish }),
  uidOf: ({ label }) => String(label),
  settingsOf: ({ locked }) => ({ locked }),
  defaults: { locked: false },
  isReading: ({ method, url, headers }) =>
    method === "GET" || !url.pathname.includes("/users") || String(headers.Authorization).startsWith("AWS4"),
  refusals: {},
  open,
};

function open(): Site {
  const { world, advance } = clockOf();
  const now = () => world.now().getTime();
  const server = new CegedimServer({ now: world.now });
  const ask = (method: string, path: string, body: object | string) => {
    const send = (url: string, headers: Record<string, string>, text: string) =>
      JSON.parse(server.handle({ method, url: new URL(url), headers, body: text }).body || "{}");
    const basic = Buffer.from(`cgdm-sa-test:${SECRET}`).toString("base64");
    const grant = "grant_type=client_credentials";
    const { access_token } = send("http://c.test/token", { authorization: `Basic ${basic}` }, grant);
    const headers = { authorization: `Bearer ${access_token}`, accept: TYPE };
    return send(`http://c.test/storage/object-stores/${STORE}/users${path}`, headers, JSON.stringify(body));
  };
  const idOf = (uid: string) => usersOf().find(({ label }) => unmarked(label).label === uid)?.id;
  const usersOf = () => Object.values(server.users()).filter(({ label }) => label !== "Initial S3 user");
  const seen = ({ id, label, accessKey, secrets, locked }: Shown): User => {
    const alive = secrets.list(now()).map(({ value: secretKey }) => ({ accessKey, secretKey }));
    const keys = new Map(alive.map((pair) => [fingerprint(accessKey, sha256(pair.secretKey)), pair]));
    const isMarked = unmarked(label).mark !== undefined;
    return { id: String(id), keys, settings: { locked }, isLocked: locked, isMarked };
  };
  return {
    world,
    advance,
    config: (_cluster, address) => ({
      "cegedim:endpoint": `https://${address}.test/itcare`,
      "cegedim:tokenUrl": `https://${address}.test/realms/cloud/token`,
      "cegedim:s3Endpoint": `https://${address}.test`,
      "cegedim:clientId": "cgdm-sa-test",
      "cegedim:clientSecret": SECRET,
    }),
    open: () => async (request) => server.handle(request),
    look: () => new Map(usersOf().map((user) => [unmarked(user.label).label, seen(user)])),
    s3: (_cluster, pair) => s3Answer(server, pair, world.now()),
    secrets: [SECRET],
    others: {
      make: (_cluster, label) => void ask("POST", "", { label }),
      remove: (_cluster, uid) => void ask("DELETE", `/${idOf(uid)}`, {}),
      lock: (_cluster, uid) => void ask("PATCH", `/${idOf(uid)}`, { operation: "lock" }),
    },
  };
}
