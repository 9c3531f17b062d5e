/** Of a page that stands alone: light, dark, narrow and printed. */
export const style = `
:root{color-scheme:light dark;--ink:#1f2937;--strong:#0f172a;--quiet:#5b6472;--line:#dfe4ea;--page:#fff;--soft:#f5f7fa;--accent:#1e3a5f;--bar:#3b74b5;--good:#15803d;--warn:#a34a06;--bad:#b91c1c}
@media (prefers-color-scheme:dark){:root{--ink:#d5dae1;--strong:#f3f5f8;--quiet:#9aa4b2;--line:#313a46;--page:#12171e;--soft:#1b222c;--accent:#a9c7ea;--bar:#5b93d3;--good:#4ade80;--warn:#fbbf24;--bad:#f87171}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:2.2rem 1.5rem 3rem}
header{border-top:5px solid var(--accent);padding-top:1.1rem}
.organization{color:var(--accent);font-weight:600;margin:0}
h1{color:var(--strong);font-size:2rem;line-height:1.2;margin:.1rem 0 .4rem;letter-spacing:-.01em}
.meta{color:var(--quiet);margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.8rem;margin:1.6rem 0;padding:0}
.figures div{background:var(--soft);border:1px solid var(--line);border-radius:10px;padding:.8rem 1rem}
.figures dt{color:var(--quiet);font-size:.86rem}
.figures dd{color:var(--strong);font-size:1.4rem;font-weight:650;margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
figure{margin:1.8rem 0}
figcaption,caption{color:var(--strong);font-weight:650;font-size:1.05rem;text-align:start;margin-bottom:.5rem}
caption{padding:.4rem 0}
svg{width:100%;max-width:860px;height:auto;font-size:13.5px;display:block}
svg text{fill:var(--ink);dominant-baseline:central}
svg .value{fill:var(--quiet);font-variant-numeric:tabular-nums}
.bar{fill:var(--bar)}.less{fill:var(--bad)}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:2px solid var(--bar);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.42rem .7rem;text-align:start;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{background:var(--page);color:var(--quiet);font-weight:600;border-bottom:2px solid var(--accent);position:sticky;top:0;white-space:nowrap}
tbody tr:nth-child(even){background:var(--soft)}
.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.t{white-space:nowrap}
tbody th{font-weight:600;white-space:nowrap}
tfoot td,tfoot th{font-weight:700;border-top:2px solid var(--accent);border-bottom:0;color:var(--strong)}
.s{white-space:nowrap}.s::before{content:"";display:inline-block;width:.55em;height:.55em;border-radius:50%;background:currentColor;margin-inline-end:.45em}
.good{color:var(--good)}.warn{color:var(--warn);font-weight:600}.bad{color:var(--bad);font-weight:600}.quiet{color:var(--quiet)}
.empty{color:var(--quiet);padding:2rem 0}
@media print{:root{color-scheme:light;--ink:#1f2937;--strong:#0f172a;--quiet:#5b6472;--line:#dfe4ea;--page:#fff;--soft:#f5f7fa;--accent:#1e3a5f;--bar:#3b74b5;--good:#15803d;--warn:#a34a06;--bad:#b91c1c}@page{size:A4 landscape;margin:14mm}body{font-size:10pt}main{max-width:none;padding:0}thead th{position:static}thead{display:table-header-group}tfoot{display:table-row-group}tr,figure,.figures div{break-inside:avoid}.scroll{overflow:visible}*{print-color-adjust:exact}}
`;
