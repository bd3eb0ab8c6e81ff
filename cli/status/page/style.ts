/** What the page looks like: light and dark, wide and narrow, on a screen and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfbf9; --raised: #ffffff; --text: #1c2227; --quiet: #59636b; --line: #e2e5e4; --focus: #1f6feb;
  --current: #2f7d6d; --former: #82919a; --new: #6f5bb5; --grace: #b7791f; --overdue: #c0362c; --ended: #5f6b73;
  --overdue-text: #a82a20; --grace-text: #855610; --new-text: #5b45a3; --now: #7b868d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181b; --raised: #1b2024; --text: #e3e7e9; --quiet: #9ba6ad; --line: #2c3338; --focus: #79b0ff;
    --current: #55b39f; --former: #64747d; --new: #a593e6; --grace: #dda64a; --overdue: #ee7266; --ended: #93a0a8;
    --overdue-text: #ff9c92; --grace-text: #e8b866; --new-text: #bfb0f2; --now: #8b969d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 3rem); max-width: 110rem;
  background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; font-weight: 600; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1rem; font-weight: 600; margin: 0 0 0.4rem; }
h3 { font-size: 0.9rem; font-weight: 600; margin: 0 0 0.3rem; }
header p { margin: 0.2rem 0 0; }
code, td.key { font-family: ui-monospace, monospace; font-size: 0.88em; }
.quiet, .under { color: var(--quiet); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
#summary { display: flex; flex-wrap: wrap; gap: 0.6rem; margin: 1.5rem 0; }
#summary div {
  background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 0.5rem 1rem 0.55rem; min-width: 6.2rem;
  display: flex; flex-direction: column-reverse;
}
#summary dt { color: var(--quiet); font-size: 0.85rem; }
#summary dd { margin: 0; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; }
#summary .none dd { color: var(--quiet); font-weight: 400; }
#summary .overdue:not(.none) dd, #summary .too-old:not(.none) dd, #summary .unfinished:not(.none) dd { color: var(--overdue-text); }
#summary .grace:not(.none) dd { color: var(--grace-text); }
#summary .rotating:not(.none) dd { color: var(--new-text); }
.problems { border-left: 3px solid var(--overdue); padding: 0.1rem 0 0.1rem 1rem; margin: 0 0 1rem; }
.problems summary { cursor: pointer; width: fit-content; }
.problems h2 { display: inline; }
.problems ul { margin: 0; padding: 0; list-style: none; }
.problems span { white-space: pre-line; overflow-wrap: anywhere; }
#controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center; margin: 0 0 0.75rem; }
#controls label { color: var(--quiet); font-size: 0.9rem; }
input, select, button { font: inherit; color: var(--text); }
input, select, #more button {
  background: var(--raised); border: 1px solid var(--quiet); border-radius: 6px; padding: 0.3rem 0.55rem;
}
input { width: 16rem; max-width: 100%; }
::placeholder { color: var(--quiet); opacity: 1; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
#shown { margin-left: auto; color: var(--quiet); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
thead th {
  position: sticky; top: 0; z-index: 1; background: var(--ground); text-align: left; font-weight: 600; font-size: 0.88em;
  padding: 0.4rem 0.9rem 0.4rem 0; vertical-align: bottom; box-shadow: 0 1px 0 var(--line);
}
th button { background: none; border: 0; padding: 0.15rem 0; font-weight: inherit; cursor: pointer; white-space: nowrap; }
th button::after { content: "\\2195"; margin-left: 0.3em; color: var(--quiet); font-weight: 400; }
th[aria-sort="ascending"] button::after { content: "\\2191"; color: inherit; }
th[aria-sort="descending"] button::after { content: "\\2193"; color: inherit; }
tbody td { padding: 0.45rem 0.9rem 0.45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.user { overflow-wrap: anywhere; min-width: 8rem; }
.stack { overflow-wrap: anywhere; min-width: 5rem; }
.under { display: block; font-size: 0.88em; }
.age, .proven, .due { font-variant-numeric: tabular-nums; white-space: nowrap; }
.line { width: 32%; min-width: 12rem; padding-right: 0; }
th.line { padding-right: 0; }
.phase { white-space: nowrap; }
.phase::before { content: ""; display: inline-block; width: 0.6em; height: 0.6em; border-radius: 50%; margin-right: 0.5em; background: var(--current); }
.phase.grace::before { background: var(--grace); border-radius: 2px; }
.phase.quarantine::before { background: var(--ended); border-radius: 2px; }
.phase.rotating::before { background: var(--new); transform: rotate(45deg); border-radius: 1px; }
.phase.overdue::before, .phase.unfinished::before { background: var(--overdue); border-radius: 0; clip-path: polygon(50% 0, 100% 100%, 0 100%); }
.phase.no-key::before, .phase.replaced::before, .phase.pending::before { background: none; box-shadow: inset 0 0 0 1.5px var(--ended); }
.alarm { color: var(--overdue-text); font-weight: 600; }
svg { display: block; width: 100%; overflow: hidden; }
#axis { height: 1.1rem; margin-top: 0.15rem; }
#axis text { fill: var(--quiet); font-size: 11px; font-weight: 400; }
#axis line { stroke: var(--line); }
rect.current { fill: var(--current); } rect.former { fill: var(--former); } rect.new { fill: var(--new); }
rect.grace { fill: var(--grace); } rect.overdue { fill: var(--overdue); } rect.ended, rect.quarantine { fill: var(--ended); }
.mark { fill: var(--ground); stroke: var(--text); stroke-width: 1.25; }
.deadline { stroke: var(--text); stroke-width: 1.5; }
.now { stroke: var(--now); stroke-dasharray: 2 2; }
#more { text-align: center; }
#more button { cursor: pointer; }
footer { margin-top: 2.5rem; font-size: 0.85rem; }
footer h2, footer h3 { color: var(--text); }
.words { display: flex; flex-wrap: wrap; gap: 1rem 4rem; } .words > div { flex: 1 1 26rem; }
.words dl { margin: 0; } .words dl div { display: flex; gap: 0.75rem; padding: 0.1rem 0; }
.words dt { flex: none; width: 6.5rem; color: var(--text); } .words dd { margin: 0; max-width: 34rem; }
.words dt svg { display: inline-block; width: 1rem; height: 0.5rem; margin-right: 0.5rem; }
[hidden] { display: none !important; }
@media (max-width: 74rem) {
  .proven { display: none; }
}
@media screen and (max-width: 60rem) {
  body { padding: 1.25rem 1rem; }
  #summary { gap: 0.4rem; } #summary div { padding: 0.35rem 0.7rem; min-width: 0; } #summary .none { display: none; }
  table, thead, tbody, tr, td, th { display: block; width: auto; }
  .user, .stack, .line { min-width: 0; }
  thead th { position: static; display: inline-block; padding: 0.2rem 0.9rem 0.2rem 0; box-shadow: none; }
  thead th.line, thead th.proven { display: none; } .line svg { max-width: none; }
  tbody tr { border-bottom: 1px solid var(--line); padding: 0.7rem 0; display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 1rem; }
  tbody td { border: 0; padding: 0; }
  tbody .phase-cell { grid-row: 1; grid-column: 2; text-align: right; }
  tbody .user { grid-row: 1; grid-column: 1; }
  tbody .stack { grid-column: 1 / -1; } tbody .stack .under { display: inline; margin-left: 0.6em; } tbody .key { grid-column: 1; } tbody .age { grid-column: 2; text-align: right; }
  tbody .age:not(:empty)::before { content: "age "; color: var(--quiet); }
  tbody .due { grid-column: 1 / -1; } tbody .due:not(:empty)::before { content: "deadline "; color: var(--quiet); }
  tbody .line { grid-column: 1 / -1; padding-top: 0.3rem; width: auto; }
}
@media screen and (max-width: 40rem) {
  #controls label { flex: 1 1 100%; display: flex; align-items: center; gap: 0.6rem; }
  #controls input, #controls select { flex: 1; width: auto; min-width: 0; }
  #shown { margin-left: 0; }
}
@media print {
  :root {
    --ground: #ffffff; --raised: #ffffff; --text: #000000; --quiet: #444444; --line: #cccccc; --current: #2f7d6d; --former: #82919a;
    --new: #6f5bb5; --grace: #b7791f; --overdue: #c0362c; --ended: #5f6b73; --overdue-text: #a82a20; --grace-text: #855610; --new-text: #5b45a3;
  }
  :root { font-size: 8.5pt; }
  body { padding: 0; font-size: 8.5pt; max-width: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  #controls, #more, th button::after { display: none !important; }
  #summary div { min-width: 0; padding: 0.3rem 0.8rem; } .line { width: 40%; min-width: 8rem; } tbody td { padding: 0.3rem 0.7rem 0.3rem 0; }
  thead th { position: static; } tbody tr { break-inside: avoid; }
}
`;
