/** What there is of a package -> one HTML page that needs nothing else. */
import type { ReportContent } from './content.ts';
import { htmlFloorplan, layerStyle } from './floorplan.ts';
import { contents, htmlPage } from './frame.ts';
import { escaped, htmlSection, type Section } from './html.ts';
import { shadeColours } from './pictures.ts';
import { htmlProgramming } from './programming.ts';
import { htmlProvenance } from './provenance.ts';
import { reportScript } from './script.ts';
import { htmlConductances, htmlCost, htmlEffects, htmlSummary, htmlUtilization } from './sections.ts';
import { reportStyle } from './style.ts';
import { verificationSections } from './verification.ts';

export function reportPage(content: ReportContent): string {
  const { manifest, plan, look, cells, chip, crossloom } = content;
  const sections: readonly Section[] = [
    { id: 'summary', title: 'Summary', body: htmlSummary(content) },
    {
      id: 'floorplan',
      title: 'Floorplan',
      body: htmlFloorplan({ plan, arrays: look.arrays, cells, programmed: chip !== undefined }),
    },
    { id: 'utilization', title: 'Utilization', body: htmlUtilization(content) },
    { id: 'conductance', title: 'Conductances', body: htmlConductances(content) },
    ...verificationSections(content),
    { id: 'cost', title: 'Cost', body: htmlCost(content) },
    { id: 'programming', title: 'Programming', body: htmlProgramming(content) },
    { id: 'effects', title: 'Effects and assumed values', body: htmlEffects(content) },
    { id: 'provenance', title: 'Provenance', body: htmlProvenance(content) },
  ];
  const title = `${manifest.model.file} on ${manifest.target.name}`;
  return htmlPage({
    title: `${title}: report`,
    style: `${reportStyle}\n${layerStyle(plan)}`,
    body: `<header>
<h1>${escaped(title)}</h1>
<p>Report on ${escaped(content.folder)} by Crossloom ${crossloom}. Chips are simulated; what is not modelled stands under Effects.</p>
${contents(sections)}
</header>
<main>
${sections.map(htmlSection).join('\n')}
</main>`,
    script: reportScript(shadeColours),
  });
}
