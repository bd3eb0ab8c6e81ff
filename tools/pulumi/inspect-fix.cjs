// Keeps a failing Pulumi program from hanging on Node versions with https://github.com/nodejs/node/issues/64011:
// `util.inspect(error, { colors: true })` never returns when a line of the stack ends within node_modules/@scope/name, and
// @pulumi/pulumi prints every failure of a program that way, with such lines. Loaded before the program; only those errors
// are printed without colours, all else goes to Node's function as it is.
"use strict";

const util = require("node:util");

const ENDLESS = /node_modules[/\\](?:@[^/\\\n]*[/\\])?[^/\\\n]*$/m;

util.inspect = new Proxy(util.inspect, {
  apply(inspect, self, [value, options, ...rest]) {
    const stack = options?.colors && util.types.isNativeError(value) ? value.stack : undefined;
    const safe = typeof stack === "string" && ENDLESS.test(stack) ? { ...options, colors: false } : options;
    return Reflect.apply(inspect, self, [value, safe, ...rest]);
  },
});
