/** cegedim.cloud's part in the contract, on its server of reference. */
import assert from "node:assert/strict";
import { type CegedimOptions, CegedimServer } from "../../devserver/cegedim/server";
import { cegedim } from "../../provider/backends/cegedim";
import { inProcess } from "../provider/world";
import type { Adapter, System } from "./adapter";
import { listBuckets, verdictOf } from "./stack";

/** The store that the server has. */
export const STORE = "cos-acme-media";

const SECRET = "the-clients-own-secret";

/** The server with what tests ask of it. */
export interface CegedimSystem extends System {
  readonly server: CegedimServer;
}

/** A server with these options. `skewSeconds`: how far its clock is ahead. */
export function cegedimWith({ skewSeconds = 0, ...options }: CegedimOptions & { readonly skewSeconds?: number } = {}) {
  return {
    backend: cegedim as Adapter["backend"],
    on: "its server of reference",
    user: (label) => ({ objectStore: STORE, label }),
    setting: { name: "locked", first: false, next: true, others: true },
    lock: { locked: true },
    refused: { "cegedim:clientSecret": "not-the-right-secret" },
    async open(clock) {
      const theirs = () => new Date(clock().getTime() + skewSeconds * 1000);
      const server = new CegedimServer({ now: theirs, ...options });
      const userOf = (label: string) => server.users()[label] ?? assert.fail(`there is no user ${label}`);
      /** A request as the API's own account sends it, past faults. */
      const ask = (method: string, path: string, body?: object) => {
        const credentials = Buffer.from(`cgdm-sa-test:${SECRET}`).toString("base64");
        const granted = server.handle({
          method: "POST",
          url: new URL("https://cegedim.test/token"),
          headers: { authorization: `Basic ${credentials}` },
          body: "grant_type=client_credentials",
        });
        const token = JSON.parse(granted.body).access_token as string;
        const accept = "application/vnd.cegedim-it.v1+json";
        const url = new URL(`https://cegedim.test/storage/object-stores/${STORE}/users${path}`);
        const headers = { authorization: `Bearer ${token}`, accept };
        const answer = server.handle({ method, url, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
        assert.ok(answer.status < 300, `${method} ${path}: ${answer.status}`);
        return answer.body === "" ? {} : JSON.parse(answer.body);
      };
      return {
        server,
        openTransport: () => inProcess(server),
        config: {
          "cegedim:endpoint": "https://cegedim.test/itcare",
          "cegedim:tokenUrl": "https://accounts.test/realms/cloud/token",
          "cegedim:s3Endpoint": "https://s3.test",
          "cegedim:clientId": "cgdm-sa-test",
          "cegedim:clientSecret": SECRET,
        },
        secrets: [SECRET],
        count: (name) =>
          Object.keys(server.users()).filter((label) => label === name || label.startsWith(`${name} [`)).length,
        keys: (name) => userOf(name).secrets.list(theirs().getTime()).length,
        look: (name) => userOf(name).locked,
        s3: (key) => verdictOf(server.handle(listBuckets(key, theirs()))),
        make: (label) => {
          const { accessKey, secretKey } = ask("POST", "", { label }) as { accessKey: string; secretKey: string };
          return { accessKey, secretKey };
        },
        change: (name) => {
          userOf(name).locked = true;
        },
        remove: (name) => ask("DELETE", `/${userOf(name).id}`),
      };
    },
  } satisfies Adapter<CegedimSystem>;
}
