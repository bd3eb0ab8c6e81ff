// The systems with a real Keystone and a real S3 gateway behind them, for a program outside of the repository. In front of
// Infomaniak's is a stand-in of the account API.

import { CLOUD, openAccount, PROJECT, type Setting, TOKEN } from "../infomaniak/account";
import { memberOf, projectId, type Store } from "../openstack/store";
import type { Candidate } from "./candidates";
import { ENDED, fleetOf, s3At } from "./candidates";

const GRACE = { gracePeriodSeconds: 10 };
const GONE = "403 InvalidAccessKeyId";

/** Both of them; skips the tests where the real things cannot be had. */
export async function openKeystoneCandidates(context: Mocha.Context): Promise<Candidate[]> {
  const setting = await openAccount(context, { cli: true });
  return [...(await openstack(setting.store)), ...infomaniak(setting)];
}

function infomaniak({ store, served, user }: Setting): Candidate[] {
  const { projects } = served.account;
  const project = () => projects.list().find(({ public_cloud_project_id: id }) => id > PROJECT + 1);
  const asks = s3At(store.s3Endpoint);
  const one = {
    config: {
      "infomaniak:endpoint": served.endpoint,
      "infomaniak:authUrl": store.keystone.authUrl,
      "infomaniak:s3Endpoint": store.s3Endpoint,
      "infomaniak:requestsPerMinute": "1000",
      "infomaniak:token": { value: TOKEN, secret: true },
    },
    secret: TOKEN,
  };
  const member = (description: string): Candidate => ({
    ...one,
    name: "infomaniak",
    type: "infomaniak.User",
    inputs: { publicCloudId: CLOUD, projectId: PROJECT, description, ...GRACE },
    changed: { description: `${description} L.` },
    keys: { asks, whenOver: GONE, whenGone: GONE },
    meddle: async () => {
      const found = user(`${description} L.`) ?? user(description);
      if (found) found.description = `Mallory, once ${description}`;
    },
    drift: new RegExp(`description is "Mallory, once ${description}", wanted "${description} L\\."`),
    isThere: async () => served.account.usersOf(PROJECT).users.size > 0,
  });
  return [
    { ...member("alice"), close: () => served.close() },
    fleetOf(member("beth")),
    {
      ...one,
      name: "infomaniak.project",
      type: "infomaniak.Project",
      inputs: { publicCloudId: CLOUD, name: "media" },
      changed: { name: "film" },
      meddle: () => projects.rename(project()?.public_cloud_project_id ?? 0, "theirs"),
      drift: /name is "theirs", wanted "film"/,
      isThere: async () => project() !== undefined,
    },
  ];
}

async function openstack(store: Store): Promise<Candidate[]> {
  const { OS_AUTH_URL = "", OS_USERNAME = "", OS_PASSWORD = "", OS_PROJECT_NAME = "" } = store.env;
  const one = {
    config: {
      "openstack:authUrl": OS_AUTH_URL,
      "openstack:username": OS_USERNAME,
      "openstack:password": { value: OS_PASSWORD, secret: true },
      "openstack:projectName": OS_PROJECT_NAME,
      "openstack:s3Endpoint": store.s3Endpoint,
    },
    secret: OS_PASSWORD,
    keys: { asks: s3At(store.s3Endpoint), whenOver: GONE, whenGone: GONE },
  };
  const user = (name: string): Candidate => ({
    ...one,
    name: "openstack",
    type: "openstack.User",
    inputs: { name, project: "media", description: "alice", ...GRACE },
    changed: { description: "Alice L." },
    locked: { enabled: false },
    keys: { ...one.keys, whenLocked: "403 SignatureDoesNotMatch" },
    meddle: async () => {
      const { id } = await store.user(name);
      return store.ask("PATCH", `/users/${id}`, { user: { description: "Mallory" } });
    },
    drift: /description is "Mallory", wanted "Alice L\."/,
    isThere: async () => (await store.user(name)) !== undefined,
  });
  const media = await projectId(store, "media");
  const keyOf = async (name: string): Promise<Candidate> => {
    const userId = await memberOf(store, `${name}-${process.pid}`, "media");
    return {
      ...one,
      name: "openstack.accessKey",
      type: "openstack.AccessKey",
      inputs: { userId, projectId: media, ...GRACE },
      meddle: (key) => store.ask("DELETE", `/users/${userId}/credentials/OS-EC2/${key.accessKey}`),
      drift: ENDED,
      isThere: async () => (await store.keysOf(userId)).length > 0,
    };
  };
  return [user("alice"), fleetOf(user("beth")), await keyOf("theirs"), fleetOf(await keyOf("theirs-too"))];
}
