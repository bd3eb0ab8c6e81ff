/** What walks need of tests/backends. */
export { type Bench, openEcs as openBench, type Server } from "../backends/two-secrets";
