// Stands in for radosgw-admin where the cluster is the embedded gateway: the few subcommands that guides name, by requests to
// the admin API. Reads GATEWAY_URL, GATEWAY_ACCESS_KEY and GATEWAY_SECRET_KEY. Prints what the gateway answers.

import { parseArgs } from "node:util";
import aws4 from "aws4";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    uid: { type: "string" },
    caps: { type: "string" },
    "display-name": { type: "string" },
    "key-type": { type: "string" },
    "access-key": { type: "string" },
    "gen-access-key": { type: "boolean" },
    "gen-secret": { type: "boolean" },
  },
});
const { uid = "", caps = "", "display-name": name = "", "access-key": key = "" } = values;
const calls = {
  "user create": ["PUT", `user?uid=${enc(uid)}&display-name=${enc(name)}&user-caps=${enc(caps)}`],
  "user info": ["GET", uid ? `user?uid=${enc(uid)}` : `user?access-key=${enc(key)}`],
  "key create": ["PUT", `user?key&uid=${enc(uid)}&key-type=s3&generate-key=true`],
  "key rm": ["DELETE", `user?key&uid=${enc(uid)}&access-key=${enc(key)}`],
};
const call = calls[positionals.join(" ")];
if (!call) throw new Error(`this stand-in has no ${positionals.join(" ")}`);

const { GATEWAY_URL, GATEWAY_ACCESS_KEY, GATEWAY_SECRET_KEY } = process.env;
const [method, path] = call;
const signed = aws4.sign(
  { service: "s3", region: "us-east-1", method, host: new URL(GATEWAY_URL).host, path: `/admin/${path}` },
  { accessKeyId: GATEWAY_ACCESS_KEY, secretAccessKey: GATEWAY_SECRET_KEY },
);
const { Host: _host, "Content-Length": _length, ...headers } = signed.headers;
const response = await fetch(`${GATEWAY_URL}/admin/${path}`, { method, headers });
const text = await response.text();
if (response.ok) console.log(text);
else console.error(`${response.status} ${text}`);
process.exitCode = response.ok ? 0 : 1;

/** @param {string} text */
function enc(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
