// Writes what V8 has compiled of a script, once that has started as a plugin and told its port:
//   node compile.cjs SCRIPT CODE
// What runs while the plugin starts is in it; with what V8 compiles without running anything, a start takes a third longer.
const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");

const [node, , file, output] = process.argv;
const script = new Script(readFileSync(file, "utf8"), { filename: "pulumi-resource-object-users" });
console.log = () => {
  writeFileSync(output, script.createCachedData());
  process.exit();
};
process.argv = [node, file];
script.runInThisContext()(exports, require, module, __filename, __dirname);
