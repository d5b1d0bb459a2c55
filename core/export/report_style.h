// SPDX-License-Identifier: GPL-3.0-or-later
// The report's style sheet: light, dark where the reader's system is, and black on white in print.
#pragma once

namespace vit {

inline constexpr const char* kReportStyle = R"(
:root { --page: #ffffff; --text: #1b2430; --muted: #5b6676; --line: #d3d9e2; --grid: #e8ecf1; --mark: #fff4d9;
  --train: #2463d6; --validation: #d9610b; --rate: #7a3fd0; color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #14171c; --text: #e6e9ee; --muted: #9aa5b5; --line: #383f4b; --grid: #2a303a; --mark: #362b13;
    --train: #62a4ff; --validation: #ffa047; --rate: #b88fff; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; max-width: 1160px;
  margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid var(--grid);
  font-weight: normal; overflow-wrap: anywhere; }
th { color: var(--muted); white-space: nowrap; }
tr.group th { color: var(--text); font-weight: 600; padding-top: .9rem; }
.numbers td { text-align: right; font-variant-numeric: tabular-nums; }
tr.differs td { background: var(--mark); font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 1rem; }
.plot { width: 100%; border: 1px solid var(--line); border-radius: 6px; }
.plot text { fill: var(--muted); font: 12px system-ui, sans-serif; }
.plot .plot-title { fill: var(--text); font-size: 14px; font-weight: 600; }
.plot line.grid { stroke: var(--grid); }
.plot line.axis { stroke: var(--line); }
.plot polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.plot .train { stroke: var(--train); }
.plot .validation { stroke: var(--validation); }
.plot .rate { stroke: var(--rate); }
.plot line.ideal { stroke: var(--muted); stroke-dasharray: 4 4; }
.plot rect.train { fill: var(--train); fill-opacity: .35; }
.matrix { width: 100%; max-width: 1000px; }
.matrix text { fill: var(--muted); font-family: system-ui, sans-serif; }
.matrix rect.frame { fill: none; stroke: var(--line); }
.matrix line { stroke: var(--line); }
.matrix rect.right { fill: var(--train); }
.matrix rect.wrong { fill: var(--validation); }
.plot line.train, .plot line.validation, .plot line.rate { stroke-width: 2; }
.plot circle.train { fill: var(--train); }
.plot circle.validation { fill: var(--validation); }
.plot circle.rate { fill: var(--rate); }
.probe { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; margin-bottom: 1rem; }
.probe img { max-width: 256px; min-width: 128px; height: auto; image-rendering: pixelated; border-radius: 6px; }
.probe .plots { flex: 1 1 440px; }
.maps { max-width: 100%; height: auto; margin-bottom: 2rem; }
.bars caption { text-align: left; color: var(--muted); padding-bottom: .3rem; }
.bars td.bar { width: 180px; }
.bars td.bar div { background: var(--train); height: 1rem; border-radius: 3px; min-width: 1px; }
.note { color: var(--muted); margin: .3rem 0; }
footer { color: var(--muted); margin-top: 2.5rem; font-size: .85rem; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } .plots { grid-template-columns: 1fr 1fr; }
  .plot, tr { break-inside: avoid; } h2 { break-after: avoid; } tr.differs td, .bar div { -webkit-print-color-adjust:
  exact; print-color-adjust: exact; } }
)";

}  // namespace vit
