/** Style of reports besides that of all pages: tables, drawings in two sizes, plans of arrays. */

export const reportStyle = `* { box-sizing: border-box; }
:focus-visible { outline: 2px solid var(--series0); outline-offset: 2px; }
a { color: var(--series0); }
h2 { font-size: 18px; margin: 40px 0 8px; padding-top: 8px; border-top: 1px solid var(--rule); }
h3 { font-size: 15px; margin: 16px 0 4px; overflow-wrap: anywhere; }
nav a { padding: 3px 0; }
dl { display: grid; grid-template-columns: 150px 1fr; gap: 2px 12px; margin: 8px 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 12px 0; max-height: 70vh; }
table { border-collapse: collapse; font-size: 13px; }
caption { text-align: left; color: var(--faint); padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--rule); }
th { vertical-align: bottom; position: sticky; top: 0; background: var(--paper); }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; min-height: 24px; min-width: 24px; }
th button:focus-visible { outline: 2px solid var(--series0); }
th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
pre { overflow-x: auto; font-size: 12px; border: 1px solid var(--rule); padding: 8px; max-height: 50vh; }
figure { margin: 20px 0; }
figcaption p { margin: 4px 0; }
summary { cursor: pointer; padding: 4px 0; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 4px 0; padding: 0; font-size: 13px; }
.legend li { overflow-wrap: anywhere; }
.swatch { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 2px; background: var(--c); }
.floor { display: flex; flex-wrap: wrap; gap: 6px; list-style: none; margin: 12px 0; padding: 0; }
.floor a { display: block; width: 56px; font-size: 11px; text-align: center; text-decoration: none; color: var(--faint); }
.floor svg { display: block; width: 56px; height: auto; border: 1px solid var(--faint); }
path[class^=l] { fill: var(--fill, var(--c)); stroke: var(--edge, none); vector-effect: non-scaling-stroke; }
.here { min-height: 3em; color: var(--ink); } .here:not(:empty) { position: sticky; bottom: 0; background: var(--paper); }
.array:not(:target) { display: none; }
.array:focus { outline: none; } .array td { white-space: nowrap; }
.steps a { display: inline-block; padding: 3px 12px 3px 0; }
.cells { position: relative; max-width: 768px; border: 1px solid var(--faint); margin: 8px 0; touch-action: pan-y pinch-zoom; cursor: crosshair; }
.cells img, .cells svg { position: absolute; inset: 0; width: 100%; height: 100%; image-rendering: pixelated; }
.cells svg { --fill: transparent; --edge: var(--series1); }
.mark { position: absolute; outline: 2px solid var(--series1); outline-offset: 1px; pointer-events: none; }
.cell { min-height: 3em; color: var(--ink); }
.scale { display: flex; gap: 8px; align-items: center; } .ramp { flex: 1; max-width: 300px; height: 12px; }
@media screen and (max-width: 600px) {
  .wide { display: none; } .narrow { display: block; }
  nav { columns: 1; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
}
@media print {
  .scroll, pre { max-height: none; overflow: visible; } pre { white-space: pre-wrap; overflow-wrap: anywhere; } th { position: static; } .here, .steps, .array { display: none; }
  table { font-size: 10px; } td { overflow-wrap: anywhere; } tr { break-inside: avoid; }
}`;
