// What programs give wrong in failures.test.ts, and the sentences that they get.

import type { Users } from "./story";

/** A user that has everything wrong; Pulumi reports one resource and stops. The secret is one that nobody may see. */
export const WRONG = `
const { rgw } = require("pulumi-object-users");
new rgw.User("wrong", {
  uid: "team$alice",
  displayname: "Alice",
  colour: "red",
  maxBuckets: "ten",
  userQuota: { maxObject: 5 },
  caps: ["users=read", "users=fly"],
  keyType: "swift",
  gracePeriodSeconds: -1,
  accessKey: "OWN",
  secretKey: process.env.A_SECRET,
  secretkey: process.env.A_SECRET,
});
`;

export const SENTENCES = [
  /uid.* give the tenant as tenant/,
  /displayName.* is required/,
  /displayname.* is not an input.*did you mean "displayName"\?/,
  /colour.* is not an input of this resource; its inputs are /,
  /maxBuckets.* must be of type number, not a string/,
  /userQuota\.maxObject/,
  /caps.*1.* must be of the form "users=read"/,
  /keyType.* can only be "s3"/,
  /gracePeriodSeconds.* must be 0 or more seconds/,
  /secretKey.* may have letters, digits and/,
  /secretkey.* did you mean "secretKey"\?/,
];

/** Users of the table; one for each connection that is named; and two whose keys S3 has to accept at an address. */
export const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { CONNECTIONS = "", S3_ENDPOINT: s3Endpoint, ROTATION: rotationId } = process.env;
const outputs = ["accessKey", "secretKey", "previousAccessKey", "previousSecretKey"];
const show = (name, user) => outputs.forEach((output) => (exports[name + "." + output] = user[output]));
for (const name of CONNECTIONS.split(" ").filter(Boolean)) {
  const given = (setting) => process.env[name + "_" + setting];
  const connection = { endpoint: given("ENDPOINT"), accessKey: given("ACCESS_KEY"), secretKey: given("SECRET_KEY") };
  new rgw.User(name, { uid: "failing-" + name, displayName: name }, { provider: new rgw.Provider("to-" + name, connection) });
}
for (const [name, args] of Object.entries(require("./users.json"))) show(name, new rgw.User(name, args));
const provider = new rgw.Provider("cluster", { s3Endpoint });
for (const name of rotationId === "1" ? ["settled"] : ["settled", "fresh"])
  show(name, new rgw.User(name, { uid: "proof-" + name, displayName: name, rotationId }, { provider }));
`;

/** A connection: what differs from a good one. */
export interface Settings {
  readonly endpoint?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
}

export const BROKEN: Readonly<Record<string, RegExp>> = {
  wrongSecret: /the admin's secret key is wrong \(403 SignatureDoesNotMatch .*Check secretKey of rgw\.Provider/,
  unknownKey: /the gateway does not know the admin's access key \(403 InvalidAccessKeyId .*Check accessKey/,
  noCaps: /the admin user lacks a capability \(403 AccessDenied .*radosgw-admin caps add/,
  suspended: /the admin user is suspended \(403 UserSuspended .*radosgw-admin user enable/,
  unreachable: /no answer from http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*Nothing listens there/,
  html: /does not answer like a RADOS Gateway's Admin Ops API but with text\/html.*Check endpoint/,
};

export const TAKEN = { uid: "existing-taken", displayName: "Ours now", email: "" };
export const UNFINISHED = { uid: "existing-unfinished", displayName: "Unfinished", maxBuckets: 5 };
export const EXISTING: Users = {
  taken: TAKEN,
  unfinished: UNFINISHED,
  twinA: { uid: "existing-twin", displayName: "A" },
  twinB: { uid: "existing-twin", displayName: "B" },
  ownKey: { uid: "existing-own-key", displayName: "Own key", accessKey: "EXISTINGKEYOFANOTHER" },
  ownEmail: { uid: "existing-own-email", displayName: "Own e-mail", email: "Taken@Example.org" },
};
