/** What walks need of tests/backends. */
export { openCegedim as openBench } from "../backends/two-secrets";
