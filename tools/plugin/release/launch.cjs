// The main script of the executable: runs the plugin out of the executable's assets, with the code that V8 has compiled of it.
const { getAsset, getRawAsset } = require("node:sea");
const { Script } = require("node:vm");

const code = new Uint8Array(getRawAsset("code"));
const cachedData = code.length > 0 ? code : undefined;
const script = new Script(getAsset("script", "utf8"), { filename: "pulumi-resource-object-users", cachedData });
script.runInThisContext()(exports, require, module, __filename, __dirname);
