/**
 * Infomaniak's projects, on the stand-in before a region in this process. They have no keys. A name is a setting, and the
 * number says which project it is. The password is that of the first user.
 *
 * Of a project that a killed run made, the next run takes the user with the lowest number for the first one. So nobody here
 * deletes that user alone: then another one would get the project's password (docs/infomaniak.md).
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Region } from "../../../devserver/infomaniak/keystone";
import type { CloudProject } from "../../../devserver/infomaniak/projects";
import { unmarked } from "../../../provider/backends/infomaniak/description";
import { fakeWorld } from "../../provider/world";
import type { Site, System, User } from "../system";
import { CLOUD, newAccount } from "./infomaniak-account";

/** A user that somebody makes in a project. */
const BACKUP = "Backup";

/** The system. */
export const projects: System = {
  name: "projects of infomaniak",
  kind: "infomaniak.project",
  resource: "Project",
  rotates: "keys",
  keyless: true,
  isBlind: false,
  resumesKeys: true,
  renames: true,
  clusters: 1,
  graces: [0],
  wishes: fc.record({
    password: fc.constantFrom(undefined, "My-own-passw0rd", "An0ther-of-mine"),
    forceDestroy: fc.constantFrom(undefined, true),
  }),
  others: ["make", "remove", "change"],
  inputs: (name, wish) => ({ publicCloudId: CLOUD, name, ...wish }),
  uidOf: ({ name }) => String(name),
  settingsOf: () => ({}),
  defaults: {},
  isReading: ({ method }) => method === "GET",
  refusals: {},
  open,
};

function open(): Site {
  const passwords = new Map<string, string | undefined>();
  const region: Region = {
    authUrl: "https://keystone.one.test/v3",
    project: async (name) => name,
    createUser: async (name, _project, password) => {
      passwords.set(name, password);
      return name;
    },
    setPassword: async (name, password) => void passwords.set(name, password),
    deleteUser: async (name) => void passwords.delete(name),
    deleteProject: async () => {},
  };
  const { account, api, settled: settledBy, ...site } = newAccount({ region, projects: {} });
  const all = () => account.projects.list();
  const usersOf = ({ public_cloud_project_id: id }: CloudProject) => [...account.usersOf(id).users.values()];
  const settled = () => settledBy(() => all().flatMap((project) => [project, ...usersOf(project)]));
  const nameOf = ({ name }: CloudProject) => unmarked(name).description;
  const projectOf = (uid: string) =>
    all().find((one) => nameOf(one) === uid) ?? assert.fail(`there is no project ${uid}`);
  const seen = (project: CloudProject): User => ({
    id: String(project.public_cloud_project_id),
    keys: new Map(),
    settings: {},
    isOthersPlace: usersOf(project).some(({ description }) => description === BACKUP),
    isLocked: false,
    isMarked: unmarked(project.name).mark !== undefined,
  });
  const world = fakeWorld(undefined, {
    sleep: async (ms) => {
      world.advance(ms / 1000);
      await settled();
    },
  });
  const password = "Somebody-e1se";
  return {
    ...site,
    world,
    advance: world.advance,
    open: () => api,
    look: async () => {
      await settled();
      // Of two with one mark, the second came of a run that was killed; it goes when the first is finished.
      const there = new Map(
        all()
          .reverse()
          .map((project) => [nameOf(project), seen(project)]),
      );
      assert.equal(there.size, new Set(all().map(({ name }) => name)).size, "(10) two projects have one name");
      return there;
    },
    s3: () => assert.fail("a project has no keys"),
    logsIn: async (_cluster, uid, password) => {
      const [first] = usersOf(projectOf(uid));
      return first !== undefined && passwords.get(first.open_stack_name) === password;
    },
    others: {
      make: async (_cluster, name) => {
        await account.projects.create({ project_name: name, user_password: password });
      },
      remove: async (_cluster, uid) => {
        await account.projects.remove(projectOf(uid).public_cloud_project_id);
      },
      change: async (_cluster, uid) => {
        await account.usersOf(projectOf(uid).public_cloud_project_id).create({ password, description: BACKUP });
      },
    },
  };
}
