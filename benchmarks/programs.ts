/**
 * The programs that are measured, and the configuration they share. JavaScript, as ts-node would cost 2.5 s each time, and
 * YAML for the packaged plugin.
 */
import type { ConfigValue, Files } from "../tests/real/pulumi";
import { PLUGINS } from "./plugins";

/** Stack configuration for a gateway. */
export function connectionTo(
  endpoint: string,
  admin: { readonly accessKey: string; readonly secretKey: string },
): Record<string, ConfigValue> {
  return {
    "rgw:endpoint": endpoint,
    "rgw:accessKey": admin.accessKey,
    "rgw:secretKey": { value: admin.secretKey, secret: true },
  };
}

/** What stands for what in the tables. */
export type Contender = "empty" | "floor" | "users" | "classical" | "fleet" | "fleet floor" | Packaged | InYaml;
/** Ours by the packaged plugin, out of JavaScript. */
type Packaged = "packaged users" | "packaged fleet";
/** Packaged plugins out of YAML: no resource, a key or all that a user has by a plugin that does nothing, and ours. */
type InYaml = "yaml empty" | "yaml key" | "yaml floor" | "yaml users" | "yaml fleet floor" | "yaml fleet";

/** The files of a program with `size` resources of a kind; `field` changes one input of all, `rotation` another. */
export function filesOf(contender: Contender, size: number, field = "A", rotation = "1"): Files {
  if (isInYaml(contender)) return { "Pulumi.yaml": yamlOf(contender, size, field, rotation) };
  const files = { "index.js": programOf(contender, size, field, rotation) };
  if (!isPackaged(contender)) return files;
  const runtime = { name: "nodejs", options: { typescript: false } };
  const project = { name: "program", runtime, plugins: { providers: [PLUGINS.ours] } };
  return { ...files, "Pulumi.yaml": JSON.stringify(project) };
}

/** A program in YAML. */
function yamlOf(contender: InYaml, size: number, field: string, rotation: string): string {
  const names = Array.from({ length: size }, (_, index) => `u${index}`);
  const by = <T>(one: (uid: string) => T) => Object.fromEntries(names.map((name) => [name, one(name)]));
  const given = { displayName: field, rotationId: rotation };
  const singles = (type: string) => by((uid) => ({ type, properties: { uid, ...given } }));
  const fleet = (type: string) => ({ all: { type, properties: { defaults: given, users: by((uid) => ({ uid })) } } });
  const resources = {
    "yaml empty": {},
    "yaml key": singles("nothing:index:Key"),
    "yaml floor": singles("nothing:index:User"),
    "yaml users": singles("object-users:rgw:User"),
    "yaml fleet floor": fleet("nothing:index:Users"),
    "yaml fleet": fleet("object-users:rgw:Users"),
  }[contender];
  const isOurs = contender === "yaml users" || contender === "yaml fleet";
  const plugins = { providers: [isOurs ? PLUGINS.ours : PLUGINS.nothing] };
  // JSON is YAML.
  return JSON.stringify({ name: "program", runtime: "yaml", plugins, resources });
}

/** Whether a contender's resources are a packaged plugin's. */
export function isPackaged(contender: Contender): contender is Packaged | InYaml {
  return contender.startsWith("packaged") || isInYaml(contender);
}

function isInYaml(contender: Contender): contender is InYaml {
  return contender.startsWith("yaml");
}

/** A program with `size` resources of a kind; `field` changes one input of all, `rotation` another. */
function programOf(contender: Exclude<Contender, InYaml>, size: number, field: string, rotation: string): string {
  const loop = (line: string) => `for (let i = 0; i < ${size}; i++) ${line}`;
  const members = `const users = {};\n${loop(`users["u" + i] = { uid: "u" + i };`)}`;
  const fleet = `{ defaults: { displayName: "${field}", rotationId: "${rotation}" }, users }`;
  switch (contender) {
    case "empty":
      return "";
    case "floor":
      return `${FLOOR}\n${loop(`new Nothing("u" + i, { uid: "u" + i, displayName: "${field}", rotationId: "${rotation}" });`)}`;
    case "users":
    case "packaged users":
      return `const { rgw } = require("pulumi-object-users");\n${loop(
        `new rgw.User("u" + i, { uid: "u" + i, displayName: "${field}", rotationId: "${rotation}" });`,
      )}`;
    case "fleet":
    case "packaged fleet":
      return `const { rgw } = require("pulumi-object-users");
${members}
new rgw.Users("all", ${fleet});`;
    case "fleet floor":
      return `${FLEET_FLOOR}
${members}
new Nothing("all", ${fleet});`;
    case "classical":
      return `${CLASSICAL}\n${loop(`new ClassicalUser("u" + i, { uid: "u" + i, displayName: "${field}", rotationId: "${rotation}" });`)}`;
  }
}

/** The engine's own cost: a dynamic resource by the same road whose provider does nothing. */
const FLOOR = `const pulumi = require("@pulumi/pulumi");
const handler = "exports.handler = () => ({" +
  "check: async (_, news) => ({ inputs: news })," +
  "diff: async () => ({})," +
  "create: async (props) => ({ id: props.uid, outs: { ...props, userId: props.uid } })," +
  "read: async (id, props) => ({ id, props })," +
  "update: async (_, __, news) => ({ outs: { ...news, userId: news.uid } })," +
  "delete: async () => {} })";
class Nothing extends pulumi.CustomResource {
  constructor(name, args) { super("pulumi-nodejs:dynamic/bench:Nothing", name, { ...args, userId: undefined, __provider: handler }); }
}`;

/** The cost of a fleet's values: a resource by the same road, with inputs and outputs of the same shape and length. */
const FLEET_FLOOR = `const pulumi = require("@pulumi/pulumi");
const handler = \`exports.handler = () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const now = "2026-01-01T00:00:00.000Z";
  const by = (users, one) => Object.fromEntries(Object.entries(users).map(([name, user]) => [name, one(user)]));
  const keyOf = ({ uid, rotationId }) => ("PULU" + uid + "X" + rotationId).padEnd(20, "A");
  const outputs = (users) => ({
    schemaVersion: 1,
    endpoint: "http://127.0.0.1:7480",
    members: by(users, (user) => JSON.stringify({ ...user, userId: user.uid, keyId: keyOf(user), declared: Object.keys(user) })),
    keys: by(users, (user) => [{ id: keyOf(user), accessKey: keyOf(user), rotationId: user.rotationId, issuedAt: now, provenAt: now }]),
    credentials: { ...secret, value: by(users, (user) => ({ accessKey: keyOf(user), secretKey: keyOf(user).padEnd(40, "B") })) },
  });
  const inputsOf = ({ members }) => by(members, (text) => { const { uid, displayName, rotationId } = JSON.parse(text); return { uid, displayName, rotationId }; });
  return {
    check: async (_, { users, defaults }) => ({ inputs: { users: by(users, (user) => ({ ...defaults, ...user })) } }),
    diff: async () => ({}),
    create: async ({ users }) => ({ id: "all", outs: outputs(users) }),
    read: async (id, props) => ({ id, props: outputs(inputsOf(props)), inputs: { users: inputsOf(props) } }),
    update: async (_, __, { users }) => ({ outs: outputs(users) }),
    delete: async () => {},
  };
};\`;
class Nothing extends pulumi.CustomResource {
  constructor(name, args) {
    const outputs = { credentials: undefined, keys: undefined, endpoint: undefined };
    super("pulumi-nodejs:dynamic/bench:NothingMany", name, { ...args, ...outputs, __provider: handler }, { additionalSecretOutputs: ["credentials"] });
  }
}`;

/** How it is done by hand: a dynamic resource with its requests inside create, read and delete. No proof, no grace. */
const CLASSICAL = `const pulumi = require("@pulumi/pulumi");
const settings = new pulumi.Config("rgw");
const [endpoint, accessKey, secretKey] = ["endpoint", "accessKey", "secretKey"].map((name) => settings.require(name));
const admin = async (method, query) => {
  const aws4 = require("aws4");
  const path = "/admin/user?" + new URLSearchParams(query);
  const signed = aws4.sign({ service: "s3", region: "us-east-1", method, host: new URL(endpoint).host, path, headers: {} }, { accessKeyId: accessKey, secretAccessKey: secretKey });
  const answer = await fetch(endpoint + path, { method, headers: signed.headers });
  if (!answer.ok) throw new Error(method + " answered " + answer.status);
  return method === "DELETE" ? undefined : await answer.json();
};
const provider = {
  create: async ({ uid, displayName, rotationId }) => {
    const user = await admin("PUT", { uid, "display-name": displayName });
    return { id: uid, outs: { uid, displayName, rotationId, accessKey: user.keys[0].access_key, secretKey: user.keys[0].secret_key } };
  },
  update: async (uid, olds, { displayName, rotationId }) => {
    if (rotationId !== olds.rotationId) {
      const keys = await admin("PUT", { key: "", uid });
      const made = keys.find((key) => key.access_key !== olds.accessKey);
      await admin("DELETE", { key: "", uid, "access-key": olds.accessKey });
      return { outs: { uid, displayName, rotationId, accessKey: made.access_key, secretKey: made.secret_key } };
    }
    const user = await admin("POST", { uid, "display-name": displayName });
    return { outs: { uid, displayName, rotationId, accessKey: user.keys[0].access_key, secretKey: user.keys[0].secret_key } };
  },
  read: async (uid, props) => { await admin("GET", { uid }); return { id: uid, props }; },
  delete: async (uid) => { await admin("DELETE", { uid }); },
};
class ClassicalUser extends pulumi.dynamic.Resource {
  constructor(name, args) { super(provider, name, { ...args, accessKey: undefined, secretKey: undefined }, { additionalSecretOutputs: ["secretKey"] }); }
}`;
