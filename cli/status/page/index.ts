/**
 * A report as one page for a browser: no network, no file beside it, no secret. The page draws itself from its data, a part
 * at a time, so that ten thousand users stay usable; what it looks like is in style.ts, what it does in script.ts.
 */
import { createHash } from "node:crypto";
import { resourceNameOf } from "../../../provider/operator/inventory";
import { KEY_PHASES, PHASES } from "../phase";
import type { Report, ResourceProblem } from "../report";
import { pageData } from "./data";
import { SCRIPT } from "./script";
import { STYLE } from "./style";

/** The page. */
export function pageOf(report: Report): string {
  const { users, stacks, at } = report;
  // Nothing may be loaded, and of what is in the page only these two run, whatever a name in state holds.
  const policy = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Object users</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Object users</h1>
<p class="quiet">${count(users.length, "user")} in ${count(stacks.length, "stack")}, as the last <code>pulumi up</code> left them. Read <time datetime="${at}">${minute(at)}</time>.</p>
</header>
<main>
${summary(report)}
${problems(report)}
<form id="controls" role="search">
<label>Filter <input id="text" type="search" placeholder="user, resource, stack, key" autocomplete="off" spellcheck="false"></label>
<label>Phase <select id="phase"><option value="">all</option>${options(report)}</select></label>
<label>Drawn <select id="span"><option value="7">1 week</option><option value="31">1 month</option><option value="92">3 months</option><option value="366">1 year</option><option value="">everything</option></select></label>
<output id="shown" for="text phase"></output>
</form>
<noscript><p>This page draws its table with a script, which this browser does not run.</p></noscript>
<table id="users" role="table">
<caption class="unseen">Users and their keys; a button in the head of a column sorts by it</caption>
<thead role="rowgroup"><tr role="row">${columns()}</tr></thead>
<tbody role="rowgroup"></tbody>
</table>
<p id="more"><button type="button">Show more</button></p>
</main>
<footer class="quiet">${legend()}</footer>
<script type="application/json" id="data">${asScriptText(pageData(report))}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** More problems than that are folded, so that the table stays in sight. */
const SHOWN_AT_ONCE = 3;

const COLUMNS = {
  user: "User",
  stack: "Stack",
  phase: "Phase",
  key: "Current key",
  age: "Age",
  proven: "Proven",
  due: "Deadline (UTC)",
};

function columns(): string {
  const sortable = Object.entries(COLUMNS).map(
    ([name, title]) =>
      `<th scope="col" role="columnheader" class="${name === "phase" ? "phase-cell" : name}" data-sort="${name}" aria-sort="none"><button type="button">${title}</button></th>`,
  );
  return `${sortable.join("")}<th scope="col" role="columnheader" class="line">Keys over time<svg id="axis" aria-hidden="true"></svg></th>`;
}

/** How many users are in each phase, and how many keys want attention. */
function summary({ users, findings, maxAgeSeconds }: Report): string {
  const cells = Object.keys(PHASES).map(
    (phase) => [phase, users.filter((user) => user.phase === phase).length] as const,
  );
  const tooOld = findings.filter(({ finding }) => finding === "key-too-old").length;
  const all = [...cells.reverse(), ...(maxAgeSeconds === undefined ? [] : [["too old", tooOld] as const])];
  const shown = all.map(
    ([name, number]) =>
      `<div class="${name.replace(" ", "-")}${number === 0 ? " none" : ""}"><dt>${name}</dt><dd>${number}</dd></div>`,
  );
  return `<dl id="summary">${shown.join("")}</dl>`;
}

function options({ maxAgeSeconds }: Report): string {
  const phases = Object.keys(PHASES).reverse();
  const all = [...phases, ...(maxAgeSeconds === undefined ? [] : ["too old"])];
  return all.map((name) => `<option value="${name}">${name}</option>`).join("");
}

/** Everything that could not be read, and everything that the last run left half-way. */
function problems({ stacks, unreadable, interrupted }: Report): string {
  const resource = ({ stack, urn, problem }: ResourceProblem) => item(`${stack} ${resourceNameOf(urn)}`, problem);
  const unread = [
    ...stacks.flatMap(({ stack, problem }) => (problem === undefined ? [] : [item(`Stack ${stack}`, problem)])),
    ...unreadable.map(resource),
  ];
  return section("Cannot be read", unread) + section("The last run did not finish", interrupted.map(resource));
}

function section(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const open = items.length <= SHOWN_AT_ONCE ? " open" : "";
  return `<details class="problems"${open}><summary><h2>${title}: ${items.length}</h2></summary><ul>${items.join("")}</ul></details>`;
}

function item(what: string, problem: string): string {
  return `<li><strong>${escaped(what)}</strong> <span>${escaped(problem)}</span></li>`;
}

function legend(): string {
  const mark = (drawing: string) => `<svg aria-hidden="true">${drawing}</svg>`;
  const bar = (name: string) => mark(`<rect class="${name}" width="100%" height="100%" rx="2"/>`);
  const line = (drawing: string, name: string, meaning: string) =>
    `<div><dt>${drawing}${name}</dt><dd>${prose(meaning)}</dd></div>`;
  const keys = [
    ...Object.entries(KEY_PHASES).map(([name, meaning]) => line(bar(name), name, meaning)),
    line(bar("former"), "former", "the time before it was retired"),
    line(mark('<circle class="mark" cx="50%" cy="50%" r="3"/>'), "proven", "S3 accepted a request signed with it"),
  ];
  const phases = Object.entries(PHASES).map(([name, meaning]) =>
    line("", `<span class="phase ${name}">${name}</span>`, meaning),
  );
  return `<h2>Words</h2><div class="words"><div><h3>Keys</h3><dl>${keys.join("")}</dl></div><div><h3>Users</h3><dl>${phases.reverse().join("")}</dl></div></div>`;
}

/** Text of ours, with its commands set as code. */
function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function minute(moment: string): string {
  return `${moment.slice(0, 10)} ${moment.slice(11, 16)} UTC`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (letter) => names[letter] ?? letter);
}

/** JSON in which nothing can end the element that holds it, or begin another one. */
function asScriptText(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
