/**
 * Prometheus' own parser of its text format, for the tests of what `object-users status --prometheus` writes: is it there,
 * and if not, can it be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Parsing is not done here.
 */
import { available, install, runAsScript } from "../apt.mjs";

const PARSER = {
  what: "Prometheus' parser of metrics",
  packages: ["python3-prometheus-client"],
  /** Debian's modules belong to Debian's Python; another one that stands earlier on PATH does not see them. */
  needs: ["/usr/bin/python3", "/usr/lib/python3/dist-packages/prometheus_client/parser.py"],
  where: "Debian 12",
  effort: "less than 1 MB.",
};

/** Whether the parser is there; else how to get it. */
export const parserAvailable = () => available(PARSER);

/** Installs the parser's package where that can be done without asking, and says so first. */
export const installParser = (options) => install(PARSER, options);

runAsScript(import.meta.url, PARSER);
